"""The golden frames: pictures with a known plate that an engine must read before it is trusted."""

from __future__ import annotations

import cv2
import numpy as np

from ..faults import EngineUntrusted
from ..infer.files import sha256_of
from ..infer.models import Golden, Manifest, beside
from ..sight import AnyPicture, Kind, Picture
from .align import distance
from .base import Nets, ReadResult


def prove(nets: Nets, manifest: Manifest) -> None:
    """Read every golden frame of the manifest. Raises EngineUntrusted at the first that fails."""
    for golden in manifest.golden:
        best = best_plate(nets, shown(manifest, golden))
        if best is None or not _holds(best, golden):
            seen = f"{best.text!r} at {best.mean_confidence:.2f}" if best else "nothing"
            raise EngineUntrusted(f"{golden.file} says {golden.text}, read {seen}", part=manifest.name)


def best_plate(nets: Nets, picture: AnyPicture) -> ReadResult | None:
    """The surest plate of a picture, None without one."""
    plates = [d for d in nets.detector.detect(picture) if d.kind is Kind.PLATE]
    results = [nets.reader.read(picture, plate) for plate in plates]
    return max(results, key=lambda r: r.score, default=None)


def shown(manifest: Manifest, golden: Golden) -> Picture:
    """The picture, the owner's before the shipped one. Raises EngineUntrusted when it is not the set's."""
    path = beside(manifest.folder, golden.file)
    try:
        same = golden.sha256 is None or sha256_of(path) == golden.sha256
    except OSError as error:
        raise EngineUntrusted(f"the golden frame {path} is missing", part=manifest.name) from error
    image = cv2.imread(str(path)) if same else None
    if image is None:
        raise EngineUntrusted(f"the golden frame {path} is missing, or another picture", part=manifest.name)
    return Picture.of(np.asarray(image, np.uint8))


def _holds(read: ReadResult, golden: Golden) -> bool:
    return (
        distance(read.text, golden.text) <= golden.max_edits and read.mean_confidence >= golden.min_confidence
    )
