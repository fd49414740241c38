"""What is left when nets cost nothing: tracks, cases, votes and events, in plain Python."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from ...clock import ManualClock
from ...sight import AnyPicture, Box, Character, Detection, Effort, Frame
from ...vision.base import BaseDetector, BasePlateReader, ReadResult
from ...vision.desk import ModelledDesk
from ...vision.drops import Drops
from ...vision.looking import NullLooking
from ...vision.loop import Parts, VisionLoop
from ...vision.mailbox import Mailbox
from ...vision.rounds import Rounds
from .rig import Ears, Eyes
from .stages import Stage, Stopwatch

_EPOCH = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
_FPS = 30.0
_TEXT = "ABC1234"
_SIGNS = tuple(Character(sign, 0.99) for sign in _TEXT)


class _Recorded(BaseDetector):
    """Says again what was found, frame by frame."""

    def __init__(self, found: Sequence[tuple[Detection, ...]]) -> None:
        self._found = itertools.cycle(found)

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        return next(self._found)


class _SameText(BasePlateReader):
    """Reads one text at once."""

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        return ReadResult(_SIGNS, _TEXT)


@dataclass(frozen=True, slots=True)
class Recording:
    """Detections of frames in their order, and a picture of their size."""

    found: tuple[tuple[Detection, ...], ...]
    picture: AnyPicture


def track(recording: Recording, eyes: Eyes, watch: Stopwatch) -> Stage:
    """One camera's turns on a clock of its own, at 30 frames a second of that clock."""
    clock, drops, numbers = ManualClock(_EPOCH), Drops(), itertools.count()
    ids = itertools.count(1)
    parts = Parts(
        detector=_Recorded(recording.found),
        desk=ModelledDesk(_SameText(), clock, drops, size=eyes.vision.read_queue, read_s=0.0),
        looking=NullLooking(),
        clock=clock,
        publish=_unheard,
        faults=Ears(),
        drops=drops,
        next_id=lambda: next(ids),
    )
    mailbox = Mailbox(clock, drops)
    loop = VisionLoop("track", eyes.settings, mailbox, parts)
    loop.look(Effort.RECOGNISE)
    rounds = Rounds([loop], parts)

    def see() -> None:
        clock.advance(1 / _FPS)
        mailbox.put(Frame("track", next(numbers), clock.monotonic(), recording.picture))
        rounds.turn()

    return Stage("track", watch.rate(see, 1))


def _unheard(event: object) -> None:
    """Nobody decides on what the bench sees."""
