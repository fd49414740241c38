"""Debouncing on injected time: a level counts once it has stood still."""

from __future__ import annotations

CHATTER_TIMES = 10.0
CHATTER_LEAST_S = 0.5
"""A contact bounces for milliseconds; one that never settles for this long is broken."""

ROUNDING_S = 1e-6
"""Differences of clock readings that are a debounce time apart may fall short by this."""


class Debouncer:
    """A level that has been stable for `hold_s`, or None while it is not known.

    The first sample counts at once. A sample of None (unreadable), or a level that has not settled
    for half a second and ten times `hold_s`, makes it unknown until it is stable again.
    """

    def __init__(self, hold_s: float) -> None:
        self.level: bool | None = None
        self.chatters = False
        self._hold_s = hold_s - ROUNDING_S
        self._patience_s = max(CHATTER_LEAST_S, CHATTER_TIMES * hold_s)
        self._fresh = True
        self._raw: bool | None = None
        self._raw_since_s = 0.0
        self._settled_s = 0.0

    def update(self, raw: bool | None, now_s: float) -> bool | None:
        """Take one sample: the level that now counts."""
        if raw != self._raw:
            self._raw, self._raw_since_s = raw, now_s
        if raw is None:
            self._settle(None, now_s)
        elif self._fresh or now_s - self._raw_since_s >= self._hold_s:
            self._settle(raw, now_s)
        elif now_s - self._settled_s > self._patience_s:
            self.level, self.chatters = None, True
        self._fresh = False
        return self.level

    def _settle(self, level: bool | None, now_s: float) -> None:
        self.level, self.chatters, self._settled_s = level, False, now_s
