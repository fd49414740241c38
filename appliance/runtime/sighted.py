"""What sees once the nets are trusted: the loops of all cameras, and what they work with."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from ..clock import Clock
from ..config import Config
from ..events import VisionEvent
from ..sight import Easing, Effort
from ..vision.base import BaseDetector
from ..vision.complaints import Chorus
from ..vision.desk import ThreadedDesk
from ..vision.drops import Drops, Tally
from ..vision.factory import Recognition
from ..vision.looking import BaseLooking, NullLooking, ThreadedLooking
from ..vision.loop import LoopSettings, Parts, VisionLoop
from ..vision.mailbox import Mailbox
from ..vision.rounds import Rounds
from ..vision.stopwatch import Stage, Timing, make_stopwatch
from ..vision.thread import VisionThread
from ..vision.warm import warm_up
from .engine_watch import WatchedDetector
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


@dataclass(frozen=True, slots=True)
class Sighted:
    """Loops with open eyes. `thread` makes the thread that turns them, not started."""

    parts: Parts
    loops: tuple[VisionLoop, ...]
    thread: Callable[[], VisionThread]
    watched: WatchedDetector
    desk: ThreadedDesk
    valve: Valve
    backend: str

    @property
    def beat_s(self) -> float:
        """When the slowest loop last came round."""
        return min((loop.beat_s for loop in self.loops), default=self.parts.clock.monotonic())

    def warm(self) -> None:
        """Every batch that the cameras' newest frames can make, once; before the thread starts."""
        shots = [shot for loop in self.loops if (shot := loop.glimpse()) is not None]
        warm_up(self.parts.detect, shots, self.parts.detector.most)

    def look(self, effort: Effort) -> None:
        for loop in self.loops:
            loop.look(effort)

    def ease(self, easing: Easing) -> None:
        for loop in self.loops:
            loop.ease(easing)

    def close(self) -> None:
        """Its threads end, those that hang once they wake, and nothing more is heard of them."""
        self.valve.shut()
        self.parts.desk.close()
        self.parts.looking.close()


class Nerves:
    """What cameras, loops and desks share, with nets or without: counts, times, seats, and one alarm.

    `noticed` is called by the loops' thread when something is seen for the first time.
    """

    def __init__(
        self, config: Config, clock: Clock, mouth: Mouth, seats: Seats, noticed: Callable[[], None]
    ) -> None:
        self.drops = Drops()
        self.stopwatch = make_stopwatch(clock, config.vision.timing_every)
        self.wake = threading.Event()
        self._config = config
        self._clock = clock
        self._mouth = mouth
        self._seats = seats
        self._noticed = noticed
        self._ids = itertools.count(1)
        self.spots = PlateSpots(clock)

    def seat(self, role: Role) -> Callable[[], None]:
        """What a thread of this role does first."""
        return partial(self._seats.take, role)

    def mailbox(self) -> Mailbox:
        return Mailbox(self._clock, self.drops, self.wake.set)

    def open_eyes(self, recognition: Recognition, mailboxes: Mapping[str, Mailbox]) -> Sighted:
        """Loops, a desk and a describer around nets that are trusted."""
        watched = WatchedDetector(recognition.detector, self._clock)
        desk, valve = self._desk(recognition), Valve(self._mouth)
        parts = self._parts(watched, desk, self._looking(recognition), valve)
        loops = tuple(self._loop(name, mailbox, parts) for name, mailbox in mailboxes.items())

        def thread() -> VisionThread:
            # Rounds of its own: those of a thread that died still wait for answers that nobody gives.
            return VisionThread(Rounds(loops, parts), self.wake, self.seat(Role.VISION))

        return Sighted(parts, loops, thread, watched, desk, valve, recognition.backend)

    def _loop(self, name: str, mailbox: Mailbox, parts: Parts) -> VisionLoop:
        config = self._config
        settings = LoopSettings(config.cameras[name], config.vision, config.vote)
        return VisionLoop(name, settings, mailbox, parts)

    def _parts(self, detector: BaseDetector, desk: ThreadedDesk, looking: BaseLooking, valve: Valve) -> Parts:
        return Parts(
            detector=detector,
            desk=desk,
            looking=looking,
            clock=self._clock,
            publish=partial(self._publish, valve),
            faults=Chorus(valve),
            drops=self.drops,
            next_id=self._next_id,
            stopwatch=self.stopwatch,
        )

    def _publish(self, valve: Valve, event: VisionEvent) -> None:
        self.spots.note(event)
        valve.post(event)

    def _next_id(self) -> int:
        # Taken at the first sight of something, a frame before it is sure to be a vehicle.
        self._noticed()
        return next(self._ids)

    def _desk(self, recognition: Recognition) -> ThreadedDesk:
        vision = self._config.vision
        return ThreadedDesk(
            recognition.reader,
            self._clock,
            self.drops,
            size=vision.read_queue,
            limit_s=vision.read_limit_s,
            wake=self.wake.set,
            sit=self.seat(Role.READING),
            stopwatch=self.stopwatch,
        )

    def _looking(self, recognition: Recognition) -> BaseLooking:
        if recognition.describer is None:
            return NullLooking()
        return ThreadedLooking(
            recognition.describer,
            self._clock,
            limit_s=self._config.vision.read_limit_s,
            wake=self.wake.set,
            sit=self.seat(Role.READING),
        )
