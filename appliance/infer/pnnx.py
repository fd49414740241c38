"""Turns an ONNX file into a net of ncnn's, for one size of its inputs, and keeps it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from ..faults import EngineFailed, ExtraMissing
from .base import ModelFile
from .children import Child
from .files import sha256_of
from .lane import TensorSpec
from .plans import PlanKey, PlanStore

FORMAT = "ncnn 1"
PARAM, WEIGHTS = "net.param", "net.bin"
# What pnnx writes besides.
_UNWANTED = ("pnnxparam", "pnnxbin", "pnnxpy", "pnnxonnx", "ncnnpy")

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Converted:
    """A net of ncnn's as a zip file of PARAM and WEIGHTS."""

    archive: bytes

    def unpack(self, folder: Path) -> None:
        with zipfile.ZipFile(io.BytesIO(self.archive)) as archive:
            archive.extractall(folder)


@dataclass(frozen=True, slots=True)
class Converter:
    """Keeps what it converts in `store`, by the file's hash and the size of the inputs."""

    store: PlanStore
    limit_s: float

    def kept(self, model: ModelFile, shapes: Shapes) -> Converted | None:
        plan = self.store.read(_key(model, shapes))
        return None if plan is None else Converted(plan)

    def keep(self, model: ModelFile, shapes: Shapes, converted: Converted) -> None:
        self.store.write(_key(model, shapes), converted.archive)

    def forget(self, model: ModelFile, shapes: Shapes) -> None:
        self.store.drop(_key(model, shapes))

    def convert(self, model: ModelFile, inputs: tuple[TensorSpec, ...], shapes: Shapes) -> Converted:
        """Run pnnx in a child. Raises EngineFailed, ExtraMissing where there is no pnnx."""
        command = str(_pnnx())
        with TemporaryDirectory(prefix="gatehouse-ncnn-") as name:
            folder = Path(name)
            sizes = ",".join(_told(shapes[spec.name]) for spec in inputs)
            outs = [f"{key}={folder / key}" for key in _UNWANTED]
            outs += [f"ncnnparam={folder / PARAM}", f"ncnnbin={folder / WEIGHTS}"]
            source = folder / "net.onnx"
            # pnnx writes files beside the one that it reads.
            source.write_bytes(model.path.read_bytes())
            words = (command, str(source), f"inputshape={sizes}", "fp16=0", *outs)
            try:
                Child(model.name, words, self.limit_s, quiet=True).run()
            except EngineFailed as fault:
                raise EngineFailed(f"pnnx cannot convert it: {fault.detail}", part=model.name) from fault
            return _packed(folder, model)


def _packed(folder: Path, model: ModelFile) -> Converted:
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(packed, "w") as archive:
            for file in (PARAM, WEIGHTS):
                archive.write(folder / file, file)
    except OSError as error:
        raise EngineFailed("pnnx makes no net of it for ncnn", part=model.name) from error
    return Converted(packed.getvalue())


def _key(model: ModelFile, shapes: Shapes) -> PlanKey:
    sizes = "-".join("x".join(str(side) for side in shape) for shape in shapes.values())
    # The size is part of the name, for a net of another size replaces nothing.
    name = f"{model.name}.{model.precision}.{sizes}"
    return PlanKey(name, model.sha256 or sha256_of(model.path), FORMAT, "any", json.dumps(sizes))


def _told(shape: tuple[int, ...]) -> str:
    return f"[{','.join(str(side) for side in shape)}]f32"


def _pnnx() -> Path:
    """The program in the package; the package itself would load PyTorch, which is not needed."""
    spec = find_spec("pnnx")
    if spec is None or spec.origin is None:
        raise ExtraMissing("pip install --no-deps pnnx converts the nets for ncnn", part="pnnx")
    return Path(spec.origin).parent / "pnnx"
