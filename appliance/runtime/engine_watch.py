"""A detector that is watched: since when every run of it has failed."""

from __future__ import annotations

from collections.abc import Sequence

from ..clock import Clock
from ..faults import EngineFailed, VisionFault
from ..sight import AnyPicture, Box, Detection
from ..vision.base import BaseDetector, Found, Shot

# Failures in a row that may be a picture's, or a moment's.
_FEW = 3


class WatchedDetector(BaseDetector):
    """Runs of another detector, by one thread; `failing_s` may be asked from any."""

    def __init__(self, detector: BaseDetector, clock: Clock) -> None:
        self.most = detector.most
        self._detector = detector
        self._clock = clock
        self._failures = 0
        self._failing_since_s = 0.0
        self.worked = False
        """A run has succeeded since this was last set to False."""

    @property
    def failing_s(self) -> float:
        """For how long several runs have failed and none succeeded; 0 where the last one did."""
        return self._clock.monotonic() - self._failing_since_s if self._failures >= _FEW else 0.0

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        return self.detect_many([Shot(picture, roi)])[0]

    def detect_many(self, shots: Sequence[Shot]) -> tuple[tuple[Detection, ...], ...]:
        try:
            found = self._detector.detect_many(shots)
        except EngineFailed:
            self._failed()
            raise
        self._failures, self.worked = 0, True
        return found

    def detect_each(self, shots: Sequence[Shot]) -> Sequence[Found]:
        found = self._detector.detect_each(shots)
        if any(not isinstance(one, VisionFault) for one in found):
            self._failures, self.worked = 0, True
        elif any(isinstance(one, EngineFailed) for one in found):
            self._failed()
        return found

    def _failed(self) -> None:
        if self._failures == 0:
            self._failing_since_s = self._clock.monotonic()
        self._failures += 1
