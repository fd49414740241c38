"""Sizes of batch prove themselves against single pictures before anything live comes in one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.faults import EngineUntrusted
from appliance.infer.models import Golden, Manifest
from appliance.sight import AnyPicture, Box, Detection
from appliance.vision.base import BaseDetector, BasePlateReader, Nets, ReadResult, Shot
from appliance.vision.batches import prove_batches
from appliance.vision.pixels import bgr

from .makers import plate, result


def leftness(picture: AnyPicture) -> int:
    """0 for the golden picture, of which the left is dark, 1 for its mirror image."""
    return int(bgr(picture, Box(0, 0, 2, 2))[0, 0, 0] > 0)


class Finder(BaseDetector):
    """Finds a plate, elsewhere in the mirror; in batches of `at` the last one moves or scores otherwise."""

    def __init__(self, most: int = 4, at: int = 0, shift: float = 0.0, score: float = 0.9) -> None:
        self.most, self._at, self._shift, self._score = most, at, shift, score
        self.sizes: list[int] = []

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        return (plate(10 + 40 * leftness(picture)),)

    def detect_many(self, shots: Sequence[Shot]) -> tuple[tuple[Detection, ...], ...]:
        self.sizes.append(len(shots))
        found = super().detect_many(shots)
        if len(shots) != self._at:
            return found
        last = plate(found[-1][0].box.x1 + self._shift, score=self._score)
        return (*found[:-1], (last,))


class Reader(BasePlateReader):
    """Reads another text in the mirror; in batches of `at` the answers are in the wrong order."""

    def __init__(self, most: int = 4, at: int = 0) -> None:
        self.most, self._at = most, at

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        return (result("AB12"), result("CD34"))[leftness(picture)]

    def read_many(self, plates: Sequence[tuple[AnyPicture, Detection]]) -> tuple[ReadResult, ...]:
        read = super().read_many(plates)
        return read[::-1] if len(plates) == self._at else read


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    image = np.zeros((80, 160, 3), np.uint8)
    image[:, 80:] = 255
    cv2.imwrite(str(tmp_path / "a.png"), image)
    return Manifest("mine", "", {}, (Golden(file="a.png", text="AB12"),), tmp_path)


def test_every_size_of_batch_is_run_once(manifest: Manifest) -> None:
    finder = Finder(most=12)
    prove_batches(Nets(finder, Reader()), manifest)
    assert finder.sizes == [2, 4, 8, 12]


def test_nets_of_one_picture_at_a_time_run_nothing_more(manifest: Manifest) -> None:
    finder = Finder(most=1)
    prove_batches(Nets(finder, Reader(most=1)), manifest)
    assert finder.sizes == []


@pytest.mark.parametrize(
    ("finder", "reader", "wrong"),
    [
        (Finder(at=4, shift=2.0), Reader(), "mine.detector: 4 pictures"),
        (Finder(at=2, score=0.8), Reader(), "mine.detector: 2 pictures"),
        (Finder(), Reader(at=2), "mine.reader: 2 pictures"),
    ],
)
def test_a_batch_that_is_answered_otherwise_is_refused(
    manifest: Manifest, finder: Finder, reader: Reader, wrong: str
) -> None:
    with pytest.raises(EngineUntrusted) as fault:
        prove_batches(Nets(finder, reader), manifest)
    assert f"{fault.value.part}: {fault.value.detail}".startswith(wrong)


@pytest.mark.parametrize(("shift", "score"), [(0.4, 0.9), (0.0, 0.87)])
def test_what_is_within_the_tolerance_holds(manifest: Manifest, shift: float, score: float) -> None:
    prove_batches(Nets(Finder(at=4, shift=shift, score=score), Reader()), manifest)
