"""A stream's own time stamps on the gate's clock."""

from __future__ import annotations

# Two quartz clocks drift apart by 100 ppm at most, 3 ms in this time; in less, no frame may be prompt.
_WINDOW_S = 30.0


class Timeline:
    """Puts stamps whose zero is unknown on the gate's clock, by the frame that came most promptly.

    A frame cannot arrive before it was taken, so the least difference of arrival and stamp lately is the
    nearest to the truth; what arrives later than that was held up, and is as old as its stamp says. What
    even the most prompt frame needs on its way cannot be told from stamps, and is missing from its age.
    """

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin anew: the stream was opened again, and its stamps count from elsewhere."""
        self._least = self._least_lately = float("inf")
        self._turned_s = float("-inf")
        self._last_s = float("-inf")
        self.late_s = 0.0

    def captured_s(self, stamp_s: float, arrived_s: float) -> float:
        """When the frame was taken, never after it arrived. `late_s` is then how long it was held up."""
        if stamp_s <= self._last_s:
            # The stream began anew by itself, or gives no stamps.
            self.start()
        self._last_s = stamp_s
        self._turn(arrived_s)
        self._least_lately = min(self._least_lately, arrived_s - stamp_s)
        self._least = min(self._least, self._least_lately)
        self.late_s = arrived_s - stamp_s - self._least
        return stamp_s + self._least

    def _turn(self, now_s: float) -> None:
        """Forget what is older than one to two windows."""
        if now_s - self._turned_s > _WINDOW_S:
            self._least, self._least_lately = self._least_lately, float("inf")
            self._turned_s = now_s
