"""Builds the recognition that `vision.reader` names, on the first backend that proves itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from ..config.schema import Infer, Vision
from ..faults import EngineFailed, GateFault
from ..infer.base import BaseBackend
from ..infer.chain import MakeBackend, first_trusted, make_backend
from ..infer.models import SHIPPED, Manifest, load_manifest
from .base import BaseDetector, BasePlateReader, Nets
from .golden import prove

Build = Callable[[Manifest, BaseBackend, Vision, bool], Nets]

_BUILDERS: Mapping[str, str] = {"gatehouse": ".own.build", "ppocr": ".ppocr.build"}
"""Reader -> the module of this room whose `build` makes its nets; loaded when it is named."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What sees and reads, the backend that serves it, and the faults met on the way there."""

    detector: BaseDetector
    reader: BasePlateReader
    backend: str
    faults: tuple[GateFault, ...]


def build_recognition(
    vision: Vision,
    infer: Infer,
    *,
    photo: bool = False,
    models: Path = SHIPPED,
    make: MakeBackend = make_backend,
) -> Recognition:
    """Load the nets of `vision.reader` and have them read the golden frames (law 13).

    `photo` trades time for small print, for single pictures. Raises EngineFailed or
    EngineUntrusted when no backend of `infer.chain` serves.
    """
    build = _builder(vision.reader)
    manifest = load_manifest(vision.reader, models)

    def proven(backend: BaseBackend) -> Nets:
        nets = build(manifest, backend, vision, photo)
        prove(nets, manifest)
        return nets

    chosen = first_trusted(infer.chain, infer.threads, proven, make)
    return Recognition(chosen.engine.detector, chosen.engine.reader, chosen.backend, chosen.faults)


def _builder(reader: str) -> Build:
    if reader not in _BUILDERS:
        raise EngineFailed(f"no such vision.reader; known: {', '.join(_BUILDERS)}", part=reader)
    build: Build = import_module(_BUILDERS[reader], __package__).build
    return build
