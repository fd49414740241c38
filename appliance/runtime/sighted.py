"""What sees once the nets are trusted: the loops of all cameras, and what they work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from ..sight import Easing, Effort
from ..vision.base import BaseDetector
from ..vision.complaints import Chorus
from ..vision.desk import ThreadedDesk
from ..vision.factory import Recognition
from ..vision.looking import BaseLooking, NullLooking, ThreadedLooking
from ..vision.loop import LoopSettings, Parts, VisionLoop
from ..vision.mailbox import Mailbox
from ..vision.rounds import Rounds
from ..vision.thread import VisionThread
from ..vision.warm import warm_up
from .engine_watch import WatchedDetector
from .nerves import Nerves
from .seats import Role
from .valve import Valve


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


def open_eyes(nerves: Nerves, recognition: Recognition, mailboxes: Mapping[str, Mailbox]) -> Sighted:
    """Loops, a desk and a describer around nets that are trusted."""
    watched = WatchedDetector(recognition.detector, nerves.clock)
    desk, valve = _desk(nerves, recognition), nerves.valve()
    parts = _parts(nerves, watched, desk, _looking(nerves, recognition), valve)
    loops = tuple(_loop(nerves, name, mailbox, parts) for name, mailbox in mailboxes.items())

    def thread() -> VisionThread:
        # Rounds of its own: those of a thread that died still wait for answers that nobody gives.
        return VisionThread(Rounds(loops, parts), nerves.wake, nerves.seat(Role.VISION))

    return Sighted(parts, loops, thread, watched, desk, valve, recognition.backend)


def _loop(nerves: Nerves, name: str, mailbox: Mailbox, parts: Parts) -> VisionLoop:
    config = nerves.config
    settings = LoopSettings(config.cameras[name], config.vision, config.vote)
    return VisionLoop(name, settings, mailbox, parts)


def _parts(
    nerves: Nerves, detector: BaseDetector, desk: ThreadedDesk, looking: BaseLooking, valve: Valve
) -> Parts:
    return Parts(
        detector=detector,
        desk=desk,
        looking=looking,
        clock=nerves.clock,
        publish=partial(nerves.publish, valve),
        faults=Chorus(valve),
        drops=nerves.drops,
        next_id=nerves.next_id,
        stopwatch=nerves.stopwatch,
    )


def _desk(nerves: Nerves, recognition: Recognition) -> ThreadedDesk:
    vision = nerves.config.vision
    return ThreadedDesk(
        recognition.reader,
        nerves.clock,
        nerves.drops,
        size=vision.read_queue,
        limit_s=vision.read_limit_s,
        wake=nerves.wake.set,
        sit=nerves.seat(Role.READING),
        stopwatch=nerves.stopwatch,
    )


def _looking(nerves: Nerves, recognition: Recognition) -> BaseLooking:
    if recognition.describer is None:
        return NullLooking()
    return ThreadedLooking(
        recognition.describer,
        nerves.clock,
        limit_s=nerves.config.vision.read_limit_s,
        wake=nerves.wake.set,
        sit=nerves.seat(Role.READING),
    )
