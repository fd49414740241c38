"""Builds the project's own detector and reader from a manifest's files."""

from __future__ import annotations

from ...config.schema import Vision
from ...infer.base import BaseBackend
from ...infer.models import Manifest
from ..base import Nets
from .detector import NetDetector
from .reader import NetReader

_UNSURE = 0.6
"""Share of the detection threshold down to which a known track is followed."""
_PHOTO_SIDE = 704
"""A photo may take its time: small plates are found that a live loop would read in a later frame."""


def build(manifest: Manifest, backend: BaseBackend, settings: Vision, photo: bool) -> Nets:
    """Load both nets. `photo` looks twice where the first look is unsure. Raises EngineFailed."""
    side = _PHOTO_SIDE if photo else settings.detect_side
    threshold = settings.detection_threshold * (1.0 if photo else _UNSURE)
    detector = NetDetector(backend.load(manifest.file("detector")), side, threshold)
    lengths = (settings.min_plate_length, settings.max_plate_length)
    reader = NetReader(backend.load(manifest.file("reader")), lengths, look_twice=photo)
    return Nets(detector, reader)
