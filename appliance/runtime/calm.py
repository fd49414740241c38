"""Whether the gate may go away for a while: nothing moves, and nobody waits before it."""

from __future__ import annotations

from ..events import Presence
from ..states.base import Inputs, StateName

CALM_S = 10.0
"""A car that was just let through has a trailer, and a person who pressed OPEN gets in first."""
UNSEEN_S = 120.0
"""The same where nobody knows who is there: longer than anybody waits before a gate without trying it."""

MOVES_S = 30.0
"""An arm stands, up or down, long before: barrier.motion_limit_s is 8 s unless somebody says otherwise."""


class Calm:
    """Told at each look what the gate does and sees."""

    def __init__(self, now_s: float) -> None:
        self._since_s = now_s
        self._unknown = True
        self._began_s: float | None = None

    def note(self, state: StateName, inputs: Inputs, now_s: float) -> None:
        places = (inputs.loop, inputs.beam, inputs.zone, inputs.roi)
        if state is not StateName.ACTUATE:
            self._began_s = None
        elif self._began_s is None:
            self._began_s = now_s
        self._unknown = Presence.UNKNOWN in places
        if self._began_s is not None or inputs.stop or Presence.PRESENT in places:
            self._since_s = now_s

    def cut_off(self, now_s: float, *, blind: bool) -> bool:
        """Whether the end of the process would cut a cycle off. One of a gate that is blind moves for a while
        and then waits to see that the way is clear, which only the restart may bring.
        """
        if self._began_s is None:
            return False
        return not blind or now_s - self._began_s < MOVES_S

    def lasts(self, now_s: float) -> bool:
        """For so long that a reboot disturbs nobody."""
        return now_s - self._since_s >= (UNSEEN_S if self._unknown else CALM_S)
