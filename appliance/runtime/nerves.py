"""What cameras, loops and desks share, with nets or without. Loads neither nets nor pictures."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from ..clock import Clock
from ..config import Config
from ..events import VisionEvent
from ..vision.drops import Drops, Tally
from ..vision.mailbox import Mailbox
from ..vision.stopwatch import Stage, Timing, make_stopwatch
from .gatework import Mouth
from .metering import PlateSpots
from .seats import Role, Seats
from .valve import Valve


@dataclass(frozen=True, slots=True)
class OpticsStats:
    """What the eyes did since the start. Counts never fall; timings are those of the last samples."""

    seen: Mapping[str, int]
    """Frames that were looked at, by camera."""
    dropped: Tally
    timings: Mapping[Stage, Timing]


class Nerves:
    """Counts, times, seats, and one alarm.

    `noticed` is called by the loops' thread when something is seen for the first time.
    """

    def __init__(
        self, config: Config, clock: Clock, mouth: Mouth, seats: Seats, noticed: Callable[[], None]
    ) -> None:
        self.config = config
        self.clock = clock
        self.drops = Drops()
        self.stopwatch = make_stopwatch(clock, config.vision.timing_every)
        self.wake = threading.Event()
        self.spots = PlateSpots(clock)
        self._mouth = mouth
        self._seats = seats
        self._noticed = noticed
        self._ids = itertools.count(1)

    def seat(self, role: Role) -> Callable[[], None]:
        """What a thread of this role does first."""
        return partial(self._seats.take, role)

    def mailbox(self) -> Mailbox:
        return Mailbox(self.clock, self.drops, self.wake.set)

    def valve(self) -> Valve:
        """A way to the gate that can be shut."""
        return Valve(self._mouth)

    def publish(self, valve: Valve, event: VisionEvent) -> None:
        self.spots.note(event)
        valve.post(event)

    def next_id(self) -> int:
        # Taken at the first sight of something, a frame before it is sure to be a vehicle.
        self._noticed()
        return next(self._ids)
