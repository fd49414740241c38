"""Which of a camera's two streams the way to it can carry: the large one, or for a while the small one."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

# A vehicle is before the gate for about that long: frames that were lost in less are no reason to change.
_WINDOW_S = 5.0
# Frames that tell a share from an accident.
_ENOUGH = 20
# Of the frames: with more missing, a vehicle that drives up is read too rarely for a vote.
_LOST = 0.15
# Half of a frame's default limit: older still, and it decides nothing (law 8).
_LATE_S = 0.5
# A burst of traffic delays frames for less; longer, and they come slower than they are made.
_LATE_FOR_S = 2.0
_DEATHS = 2
# A stream that broke that often in this time is more than the way to it carries.
_DEATHS_S = 30.0
_CALM_S = 60.0
# The large stream is tried after a minute of calm, then after twice that each time that it failed again.
_LONGEST_CALM_S = 1920.0


class Quality:
    """Says by frames that came whether the `low` stream is to be taken. Time is the caller's.

    It falls when frames are lost or late or the stream breaks, and rises again after a calm that is longer
    each time that the large stream disappointed: a change costs a second without frames.
    """

    def __init__(self) -> None:
        self.low = False
        self.why = ""
        self._frames: deque[tuple[float, float]] = deque()
        self._late_since_s: float | None = None
        self._deaths: deque[float] = deque()
        self._calm_s = _CALM_S
        self._since_s = float("-inf")

    def opened(self, now_s: float) -> None:
        """A stream begins: what was seen of the one before says nothing of it."""
        self._since_s = now_s
        self._frames.clear()
        self._late_since_s = None

    def broke(self, now_s: float) -> None:
        """The stream ended or stalled by itself."""
        self._deaths.append(now_s)
        while now_s - self._deaths[0] > _DEATHS_S:
            self._deaths.popleft()
        if not self.low and len(self._deaths) >= _DEATHS:
            self._fall(f"it broke {len(self._deaths)} times in {_DEATHS_S:g} s", now_s)

    def saw(self, stamp_s: float, late_s: float, now_s: float) -> None:
        """A frame with the stream's own stamp came, held up on its way for `late_s`."""
        self._frames.append((stamp_s, now_s))
        while now_s - self._frames[0][1] > _WINDOW_S:
            self._frames.popleft()
        if late_s < _LATE_S:
            self._late_since_s = None
        elif self._late_since_s is None:
            self._late_since_s = now_s
        if self.low:
            self._perhaps_rise(now_s)
        else:
            self._perhaps_fall(now_s)

    def _perhaps_fall(self, now_s: float) -> None:
        lost = self._lost()
        if lost > _LOST:
            self._fall(f"{lost:.0%} of its frames are lost", now_s)
        elif self._late(now_s) >= _LATE_FOR_S:
            self._fall("its frames come late", now_s)
        elif now_s - self._since_s > _LONGEST_CALM_S:
            self._calm_s = _CALM_S

    def _perhaps_rise(self, now_s: float) -> None:
        if self._lost() > _LOST or self._late(now_s) > 0:
            self._since_s = now_s
        elif now_s - self._since_s >= self._calm_s:
            self._calm_s = min(2 * self._calm_s, _LONGEST_CALM_S)
            self.low, self.why = False, f"{now_s - self._since_s:.0f} s of calm"
            self._deaths.clear()

    def _fall(self, why: str, now_s: float) -> None:
        self.low, self.why, self._since_s = True, why, now_s

    def _late(self, now_s: float) -> float:
        """How long frames have been late by now."""
        return 0.0 if self._late_since_s is None else now_s - self._late_since_s

    def _lost(self) -> float:
        """Share of the frames that are missing between those that came, by the shortest common step."""
        stamps = [stamp_s for stamp_s, _ in self._frames]
        if len(stamps) < _ENOUGH:
            return 0.0
        steps = sorted(later - earlier for earlier, later in pairwise(stamps))
        usual_s = steps[len(steps) // 4]
        if usual_s <= 0:
            return 0.0
        made = sum(max(1, round(step / usual_s)) for step in steps)
        return 1.0 - len(steps) / made
