"""Whether the gate may go away for a while: nothing moves, and nobody waits before it."""

from __future__ import annotations

from ..events import Presence
from ..states.base import Inputs, StateName

CALM_S = 10.0
"""A car that was just let through has a trailer, and a person who pressed OPEN gets in first."""
UNSEEN_S = 120.0
"""The same where nobody knows who is there: longer than anybody waits before a gate without trying it."""


class Calm:
    """Told at each look what the gate does and sees."""

    def __init__(self, now_s: float) -> None:
        self._since_s = now_s
        self._unknown = True
        self.moves = False

    def note(self, state: StateName, inputs: Inputs, now_s: float) -> None:
        places = (inputs.loop, inputs.beam, inputs.zone, inputs.roi)
        self.moves = state is StateName.ACTUATE
        self._unknown = Presence.UNKNOWN in places
        if self.moves or inputs.stop or Presence.PRESENT in places:
            self._since_s = now_s

    def lasts(self, now_s: float) -> bool:
        """For so long that a reboot disturbs nobody."""
        return now_s - self._since_s >= (UNSEEN_S if self._unknown else CALM_S)
