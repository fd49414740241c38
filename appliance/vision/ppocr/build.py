"""Builds PP-OCR's detector and reader from a manifest's files."""

from __future__ import annotations

from ...config.schema import Vision
from ...infer.base import BaseBackend
from ...infer.models import Manifest
from ..base import Nets
from .detector import PHOTO, Scale, TextDetector
from .reader import LineReader
from .shape import ShapeRules

UNSURE = 0.6
"""Share of the detection threshold down to which a known track is followed."""


def build(manifest: Manifest, backend: BaseBackend, settings: Vision, photo: bool) -> Nets:
    """Load both nets. `photo` looks as closely as PP-OCR can, whatever the time. Raises EngineFailed."""
    scale = PHOTO if photo else Scale(settings.detect_side)
    rules = ShapeRules(settings.min_plate_length, settings.max_plate_length)
    # A live loop goes on with a track's unsure lines; a photo has no track to go on with.
    threshold = settings.detection_threshold * (1.0 if photo else UNSURE)
    detector = TextDetector(backend.load(manifest.file("det")), scale, threshold, small_print=photo)
    reader = LineReader(backend.load(manifest.file("rec")), rules)
    return Nets(detector, reader)
