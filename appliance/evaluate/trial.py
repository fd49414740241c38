"""One net on trial: its INT8 version is calibrated on some frames and held to FP32 on others."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..config import Config
from ..faults import EngineFailed, EngineFallback, InputDataFault
from ..hw.cameras.footage import Shot
from ..infer.base import ModelFile, Precision
from ..infer.chain import make_backend
from ..infer.files import check_hash, sha256_of
from ..infer.lane import Arrays
from ..infer.manifest import NetManifest, Variant
from ..infer.models import NETS, SHIPPED, Manifest, beside, load_manifest, model_file
from ..infer.onnxruntime import open_model
from ..infer.quantize import Recipe, Spelling, quantised
from ..infer.written import as_toml
from ..sight import Picture
from ..vision.closeup import Closer, Closeup
from ..vision.factory import Recognition, build_recognition
from ..vision.proof import least_slack
from ..vision.scene import see
from .agreement import Agreement, Pair, agree
from .frames import Footages
from .hearing import Heard, hearing
from .likeness import EVIDENCE, Kept, same_looks
from .outcome import Found, Outcome, detections, judge
from .session import EVERYTHING

FEWEST = 8
"""Frames in each half: fewer do not show a net the range of what it will see."""
CALIBRATOR = "onnxruntime"
"""Files are calibrated and compared on the CPU, whatever serves later; `verify` tries them there."""

# In the trial's folder: the manifest as the gate is to have it.
_KEPT = "kept.toml"

Watch = Callable[[Iterator[Shot], str], Iterator[Shot]]
"""Passes frames on and shows how far they are."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One net on trial: its FP32 and its INT8 version, each in a folder of models of its own."""

    config: Config
    part: str
    manifest: Manifest
    folder: Path
    watch: Watch

    @classmethod
    def of(cls, config: Config, part: str, folder: Path, watch: Watch) -> Trial:
        """Raises EngineFailed when the set has no such net, or the net no FP32 file to start from."""
        manifest = load_manifest(config.vision.reader, own=config.infer.models, precision=Precision.FP32)
        check_hash(manifest.file(part))
        if Precision.FP32 not in manifest.nets[part].precisions:
            raise EngineFailed("it has no FP32 file to make INT8 of", part=f"{manifest.name}.{part}")
        return cls(config, part, manifest, folder, watch)

    @property
    def net(self) -> NetManifest:
        return self.manifest.nets[self.part]

    @property
    def evidence(self) -> tuple[str, ...]:
        """What both versions must be compared by, as Agreement names it."""
        return EVIDENCE[self.net.task]

    @property
    def source(self) -> ModelFile:
        return model_file(self.net, f"{self.config.vision.reader}.{self.part}", Precision.FP32)

    @property
    def target(self) -> Path:
        return self.folder / "int8" / "weights" / f"{self.net.name}.int8.onnx"

    def quantize(self, footage: Footages) -> float | None:
        """Write the INT8 file and its manifests; the slack that it needs, None when it is not fit.

        Raises InputDataFault when the frames are too few or show nothing that the net looks at.
        """
        self._write("fp32", self.net.model_copy(update={"default": Precision.FP32}))
        spelling = Spelling.SIGNED if "tensorrt" in self.config.infer.chain else Spelling.UNSIGNED
        given = self.net.quantization
        recipe = Recipe(
            spelling, given.share, frozenset(given.keep_float), given.operators, frozenset(given.rounded)
        )
        data = quantised(self.source.path.read_bytes(), self._feeds(footage), open_model, recipe)
        self.target.parent.mkdir(parents=True)
        self.target.write_bytes(data)
        variant = Variant(file=f"weights/{self.target.name}", sha256=sha256_of(self.target))
        model = ModelFile(self.source.name, self.target, variant.sha256, Precision.INT8)
        net = self._with(variant)
        session = make_backend(CALIBRATOR, self.config.infer).load(model)
        slack = least_slack(session, net, model)
        session.close()
        if slack is not None:
            fit = self._with(variant.model_copy(update={"slack": slack}))
            (self.folder / _KEPT).write_text(as_toml(fit), encoding="utf-8")
            self._write("int8", fit)
        return slack

    def _with(self, variant: Variant) -> NetManifest:
        shipped = self.net.folder == SHIPPED or self.net.derived_from is not None
        origin = self.net.precisions[Precision.FP32].sha256 if shipped else None
        precisions = {**self.net.precisions, Precision.INT8: variant}
        return self.net.model_copy(
            update={"precisions": precisions, "default": Precision.INT8, "derived_from": origin}
        )

    def _write(self, name: str, net: NetManifest) -> None:
        """A folder of models with this version of the net, and the owner's others as they are."""
        place = self.folder / name
        (place / NETS).mkdir(parents=True, exist_ok=True)
        own = [one for one in self.manifest.nets.values() if one.folder != SHIPPED and one is not self.net]
        for one in (*own, net):
            text = as_toml(_in_place(one, place if one is net else one.folder))
            (place / NETS / f"{one.name}.toml").write_text(text, encoding="utf-8")
        home = self.manifest.folder
        if home != SHIPPED:
            for file in (f"{self.manifest.name}.toml", *(golden.file for golden in self.manifest.golden)):
                (place / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(home / file, place / file)

    def _feeds(self, footage: Footages) -> Iterator[Arrays]:
        """What the net is given while the FP32 version looks at the frames, as the gate would."""
        heard = Heard(self.source.name)
        recognition = self._built("fp32", heard)
        count = fed = 0
        for shot in self.watch(footage.frames(0), "calibrating"):
            heard.feeds.clear()
            _see(recognition, shot)
            yield from heard.feeds
            count, fed = count + 1, fed + len(heard.feeds)
        if count < FEWEST:
            raise InputDataFault(
                f"{2 * count} frames of {2 * FEWEST} that are needed", part=str(footage.files[0].parent)
            )
        if not fed:
            what = f"none of {count} frames shows what the {self.part} net looks at"
            raise InputDataFault(what, part=str(footage.files[0].parent))

    def compare(self, footage: Footages) -> Agreement:
        """Let both versions look at the frames that did not calibrate. Raises EngineFailed."""
        old, new = self._built("fp32"), self._built("int8")
        pairs: list[Pair] = []
        closer: list[Kept] = []
        outcomes: tuple[list[Outcome], list[Outcome]] = ([], [])
        for shot in self.watch(footage.frames(1), "comparing"):
            (before, near), (after, again) = _see(old, shot), _see(new, shot)
            pair = (before, after)
            pairs.append(pair)
            closer += same_looks(near, again)
            labels = footage.labels.get(shot.path)
            for found, kept in zip(pair, outcomes):
                if labels is not None:
                    kept.append(
                        Outcome(str(shot.path), shot.image.shape[1], *judge(labels, found), (0.0, 0.0, 0.0))
                    )
        return agree(pairs, *outcomes, self.config.vision.detection_threshold, closer)

    def _built(self, name: str, heard: Heard | None = None) -> Recognition:
        """The set with this version in it, on the calibrator. Raises EngineFallback when it fails."""
        infer = self.config.infer.model_copy(
            update={"chain": (CALIBRATOR,), "precision": "auto", "models": self.folder / name}
        )
        make = make_backend if heard is None else partial(hearing, heard)
        built = build_recognition(self.config.vision, infer, photo=True, make=make)
        for fault in built.faults:
            if isinstance(fault, EngineFallback):
                raise fault
        return built

    def install(self, out: Path) -> Path:
        """Move the INT8 file and its manifest to where the gate looks; the manifest last."""
        weights = out / "weights" / self.target.name
        weights.parent.mkdir(exist_ok=True)
        manifest = out / NETS / f"{self.net.name}.toml"
        manifest.parent.mkdir(exist_ok=True)
        shutil.move(self.target, weights)
        shutil.move(self.folder / _KEPT, manifest)
        return manifest


def _in_place(net: NetManifest, folder: Path) -> NetManifest:
    """The manifest with the places of its files, for another folder than they lie in.

    Files of `folder` come first, then those of the net's own folder and the shipped ones.
    """

    def placed(file: str) -> str:
        there = folder / file
        return str((there if there.exists() else beside(net.folder, file)).absolute())

    golden = tuple(one.model_copy(update={"file": placed(one.file)}) for one in net.golden)
    if net.package is not None:
        return net.model_copy(update={"golden": golden})
    files = {p: v.model_copy(update={"file": placed(v.file)}) for p, v in net.precisions.items()}
    return net.model_copy(update={"golden": golden, "precisions": files})


def _see(recognition: Recognition, shot: Shot) -> tuple[tuple[Found, ...], Closeup]:
    picture = Picture.of(shot.image)
    scene = see(recognition.detector, recognition.reader, picture, min_score=EVERYTHING)
    closer = Closer(recognition.describer, recognition.faces)
    return detections(scene), closer.look(picture, scene.vehicles, scene.faces)
