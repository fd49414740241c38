"""A sign of life: the time at which a task last came round."""

from __future__ import annotations


class Heartbeat:
    """Written by one task, read by its supervisors in other threads: one float, swapped whole."""

    def __init__(self) -> None:
        self._last_s: float | None = None

    @property
    def begun(self) -> bool:
        """The task has come round at least once."""
        return self._last_s is not None

    def beat(self, now_s: float) -> None:
        self._last_s = now_s

    def age_s(self, now_s: float) -> float:
        """Seconds since the last beat; infinite before the first."""
        last_s = self._last_s
        return float("inf") if last_s is None else now_s - last_s
