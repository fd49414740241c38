"""Builds the recognition that `vision.reader` names, on the first backend that proves itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

from ..config.schema import Infer, Vision
from ..faults import EngineFailed, EngineFallback, EngineUntrusted, GateFault
from ..infer.base import BaseBackend, Precision
from ..infer.chain import Chosen, MakeBackend, first_trusted, make_backend
from ..infer.models import SHIPPED, Manifest, load_manifest
from .base import BaseDescriber, BaseDetector, BaseFaceReader, BasePlateReader, Nets
from .batches import prove_batches
from .golden import prove
from .proof import ProvingBackend

Build = Callable[[Manifest, BaseBackend, Vision, bool], Nets]

# Reader -> the module of this room whose `build` makes its nets; loaded when it is named.
_BUILDERS: Mapping[str, str] = {"gatehouse": ".own.build", "ppocr": ".ppocr.build"}


@dataclass(frozen=True, slots=True)
class Recognition:
    """What sees and reads, the backend that serves it, and the faults met on the way there."""

    detector: BaseDetector
    reader: BasePlateReader
    backend: str
    faults: tuple[GateFault, ...]
    describer: BaseDescriber | None = None
    faces: BaseFaceReader | None = None
    precisions: Mapping[str, Precision] = field(default_factory=dict)
    """In which precision each net of the set serves."""


def build_recognition(
    vision: Vision,
    infer: Infer,
    *,
    photo: bool = False,
    models: Path = SHIPPED,
    make: MakeBackend = make_backend,
) -> Recognition:
    """Load the nets of `vision.reader` and have them answer their golden frames (law 13).

    `photo` trades time for small print, for single pictures. Nets in a narrow precision that no backend of
    `infer.chain` proves give way to FP32, with a fault. Raises EngineFailed or EngineUntrusted when none
    serves.
    """
    wanted = None if infer.precision == "auto" else Precision(infer.precision)
    manifest = load_manifest(
        vision.reader, models, own=infer.models, precision=wanted, side=vision.detect_side
    )
    try:
        chosen = _prove(manifest, vision, infer, photo, make)
    except (EngineFailed, EngineUntrusted) as fault:
        if not _narrow(manifest):
            raise
        manifest = replace(manifest, precision=Precision.FP32)
        chosen = _prove(manifest, vision, infer, photo, make)
        why = EngineFallback(f"FP32 serves: {fault.part}: {fault.detail}", part=chosen.backend)
        chosen = replace(chosen, faults=(why, *chosen.faults))
    nets = chosen.engine
    faults = (*manifest.faults, *chosen.faults, *nets.faults)
    return Recognition(
        nets.detector,
        nets.reader,
        chosen.backend,
        faults,
        nets.describer,
        nets.faces,
        {part: net.chosen(manifest.precision) for part, net in manifest.nets.items()},
    )


def _prove(manifest: Manifest, vision: Vision, infer: Infer, photo: bool, make: MakeBackend) -> Chosen[Nets]:
    """Each net alone, then all of them together, then batches, on the first backend that holds."""
    build = _builder(vision.reader)

    def proven(backend: BaseBackend) -> Nets:
        nets = build(manifest, ProvingBackend(backend, manifest), vision, photo)
        prove(nets, manifest)
        prove_batches(nets, manifest)
        return nets

    return first_trusted(infer, proven, make)


def _narrow(manifest: Manifest) -> bool:
    """Whether any net would serve in less than FP32 though it has that."""
    return any(
        net.chosen(manifest.precision) is not Precision.FP32 and Precision.FP32 in net.precisions
        for net in manifest.nets.values()
    )


def unsure_share(reader: str) -> float:
    """The share of `vision.detection_threshold` down to which a live detector of this set tells what it
    finds. Raises EngineFailed.
    """
    share: float = _module(reader).UNSURE
    return share


def _builder(reader: str) -> Build:
    build: Build = _module(reader).build
    return build


def _module(reader: str) -> ModuleType:
    if reader not in _BUILDERS:
        raise EngineFailed(f"no such vision.reader; known: {', '.join(_BUILDERS)}", part=reader)
    return import_module(_BUILDERS[reader], __package__)
