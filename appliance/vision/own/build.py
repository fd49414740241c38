"""Builds the project's own detector and reader from a manifest's files."""

from __future__ import annotations

from ...config.schema import Vision
from ...infer.base import BaseBackend, BaseSession
from ...infer.models import Manifest
from ..base import BaseDetector, Nets
from .detector import NetDetector
from .reader import NetReader
from .twice import TwoLooks

_UNSURE = 0.75
"""Share of the detection threshold down to which a known track is followed."""
_TRAINED_SIDE = 416
_PHOTO_SIDE = 704
"""A photo may take its time: small plates are found that a live loop would read in a later frame."""


def build(manifest: Manifest, backend: BaseBackend, settings: Vision, photo: bool) -> Nets:
    """Load both nets. `photo` looks for plates of every size, and reads unsure ones again.

    Raises EngineFailed.
    """
    session = backend.load(manifest.file("detector"))
    detector = _photo_detector(session, settings) if photo else _live_detector(session, settings)
    lengths = (settings.min_plate_length, settings.max_plate_length)
    reader = NetReader(backend.load(manifest.file("reader")), lengths, look_twice=photo)
    return Nets(detector, reader)


def _live_detector(session: BaseSession, settings: Vision) -> BaseDetector:
    return NetDetector(session, settings.detect_side, settings.detection_threshold * _UNSURE)


def _photo_detector(session: BaseSession, settings: Vision) -> BaseDetector:
    coarse, fine = (
        NetDetector(session, side, settings.detection_threshold) for side in (_TRAINED_SIDE, _PHOTO_SIDE)
    )
    return TwoLooks(coarse, fine)
