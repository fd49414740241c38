"""When a camera is looked at next: by how hard the machine looks, and by what is left to learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..config.schema import Vision
from ..sight import Easing, Effort

_AT_ONCE_S = float("-inf")
_UNEASED = Easing()


@dataclass(frozen=True, slots=True)
class _Periods:
    """How long each effort waits between two frames; `calm_s` is that of recognising what is known."""

    efforts_s: Mapping[Effort, float]
    calm_s: float

    @classmethod
    def of(cls, vision: Vision, easing: Easing) -> _Periods:
        idle_fps = _lower(vision.idle_fps, easing.idle_fps)
        busy_fps = idle_fps if easing.rests else _lower(vision.recognise_fps, easing.recognise_fps)
        # Never rarer than watching: the gate holds what was seen for true that long (law 2).
        calm_fps = min(busy_fps, max(idle_fps, vision.settled_fps))
        rates = {Effort.WATCH: idle_fps, Effort.RECOGNISE: busy_fps, Effort.GUARD: vision.guard_fps}
        return cls({effort: 1.0 / fps for effort, fps in rates.items()}, 1.0 / calm_fps)


def _lower(fps: float, eased_fps: float | None) -> float:
    return fps if eased_fps is None else min(fps, eased_fps)


class Pace:
    """The rate of one camera. `look` and `ease` may be called from any thread, the rest from the loop's."""

    def __init__(self, vision: Vision) -> None:
        self._vision = vision
        self.easing = _UNEASED
        self._periods = _Periods.of(vision, self.easing)
        self._calm = False
        self._base_s = _AT_ONCE_S
        self.effort = Effort.WATCH
        self._plan = (self.effort, _AT_ONCE_S)

    @property
    def due_s(self) -> float:
        """When the next frame is wanted, on the clock; at once after a change of the effort."""
        effort, due_s = self._plan
        return due_s if effort is self.effort else _AT_ONCE_S

    @property
    def deadline_s(self) -> float:
        """When the frame after that is wanted: what is not looked at by then has missed its turn."""
        return self.due_s + self._period_s(self.effort)

    def look(self, effort: Effort) -> None:
        """Look this hard from now on."""
        self.effort = effort

    def ease(self, easing: Easing) -> None:
        """Look less than the configuration says, or as it says again."""
        self.easing, self._periods = easing, _Periods.of(self._vision, easing)

    def taken(self, now_s: float) -> None:
        """A frame was taken: the next one is due a period later."""
        due_s = self.due_s
        # From the last due time on, not from now: a camera's jitter must not halve its own rate.
        self._base_s = due_s if now_s < self.deadline_s else now_s
        self._replan()

    def seen(self, *, calm: bool) -> None:
        """The frame is dealt with. `calm`: there is nothing to learn in a hurry."""
        self._calm = calm
        self._replan()

    def hasten(self, now_s: float) -> None:
        """Look again at once."""
        self._plan = (self.effort, now_s)

    def _replan(self) -> None:
        # Effort and time in one: a change by another thread meanwhile shows as a plan that is not its own.
        effort = self.effort
        self._plan = (effort, self._base_s + self._period_s(effort))

    def _period_s(self, effort: Effort) -> float:
        periods = self._periods
        return periods.calm_s if self._calm and effort is Effort.RECOGNISE else periods.efforts_s[effort]
