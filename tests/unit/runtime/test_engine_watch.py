"""Whether a detector works at all, of runs in which some pictures fail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

import pytest

from appliance.clock import ManualClock
from appliance.faults import EngineFailed
from appliance.runtime.engine_watch import WatchedDetector
from appliance.sight import AnyPicture, Box, Detection
from appliance.vision.base import BaseDetector, Found, Shot

from ..vision.makers import frame

BAD = EngineFailed("too tall")
SHOT = Shot(frame(0.0).picture)


class Scripted(BaseDetector):
    """Gives the same answers at each run."""

    def __init__(self, *answers: Found) -> None:
        self._answers = answers

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        return ()

    def detect_each(self, shots: Sequence[Shot]) -> Sequence[Found]:
        return self._answers


@pytest.mark.parametrize(
    ("answers", "failing_s", "worked"), [((BAD, ()), 0.0, True), ((BAD, BAD), 9.0, False)]
)
def test_a_camera_that_fails_alone_is_no_failure_of_the_eyes(
    answers: Sequence[Found], failing_s: float, worked: bool
) -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=timezone.utc))
    watched = WatchedDetector(Scripted(*answers), clock)
    for _ in range(3):
        found = watched.detect_each([SHOT, SHOT])
        clock.advance(3.0)
    assert (found, watched.failing_s, watched.worked) == (answers, failing_s, worked)
