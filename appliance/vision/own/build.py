"""Builds the project's own nets from a manifest's files."""

from __future__ import annotations

from ...config.schema import Vision
from ...faults import EngineFailed, EngineUntrusted, LooksFailed
from ...infer.base import BaseBackend, BaseSession
from ...infer.models import MODEL, Manifest
from ..base import BaseDescriber, BaseDetector, BaseFaceReader, Nets
from .describer import NetDescriber, NetNamer
from .detector import NetDetector
from .faces import FaceSessions, NetFaceReader
from .reader import NetReader
from .twice import TwoLooks

UNSURE = 0.75
"""Share of the detection threshold down to which a known track is followed."""
_COARSE_SIDE, _FINE_SIDE = 512, 704
# A photo in which no plate scores this much is looked at again, finer: no later frame shows it nearer.
_SURE = 0.8


def build(manifest: Manifest, backend: BaseBackend, settings: Vision, photo: bool) -> Nets:
    """Load the nets that the set has. `photo` looks for plates of every size, reads unsure ones again,
    and looks at faces, which nothing live asks for.

    Raises EngineFailed.
    """
    session = backend.load(manifest.file("detector"))
    detector = _photo_detector(session, settings) if photo else _live_detector(session, settings, backend)
    lengths = (settings.min_plate_length, settings.max_plate_length)
    reader = NetReader(
        backend.load(manifest.file("reader")),
        lengths,
        look_twice=photo,
        device=backend.device,
        most=backend.most,
    )
    faces = _faces(manifest, backend) if photo else None
    try:
        describer = _describer(manifest, backend)
    except (EngineFailed, EngineUntrusted) as fault:
        lost = LooksFailed(fault.detail, part=fault.part)
        return Nets(detector, reader, None, faces, (lost,))
    return Nets(detector, reader, describer, faces)


def _describer(manifest: Manifest, backend: BaseBackend) -> BaseDescriber | None:
    if "vehicle" not in manifest.nets:
        return None
    session = backend.load(manifest.file("vehicle"))
    namer = _namer(manifest, backend) if MODEL in manifest.nets else None
    return NetDescriber(session, namer, device=backend.device, most=backend.most)


def _namer(manifest: Manifest, backend: BaseBackend) -> NetNamer:
    session = backend.load(manifest.file(MODEL))
    return NetNamer(session, manifest.nets[MODEL], device=backend.device)


def _faces(manifest: Manifest, backend: BaseBackend) -> BaseFaceReader | None:
    if not {"landmarks", "face", "liveness"} <= manifest.nets.keys():
        return None
    landmarks, face, liveness = (
        backend.load(manifest.file(net)) for net in ("landmarks", "face", "liveness")
    )
    return NetFaceReader(FaceSessions(landmarks, face, liveness))


def _live_detector(session: BaseSession, settings: Vision, backend: BaseBackend) -> BaseDetector:
    threshold = settings.detection_threshold * UNSURE
    return NetDetector(session, settings.detect_side, threshold, device=backend.device, most=backend.most)


def _photo_detector(session: BaseSession, settings: Vision) -> BaseDetector:
    coarse, fine = (
        NetDetector(session, side, settings.detection_threshold) for side in (_COARSE_SIDE, _FINE_SIDE)
    )
    return TwoLooks(coarse, fine, _SURE)
