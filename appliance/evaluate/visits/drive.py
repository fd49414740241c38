"""Drives the gate's inference loop over pictures on a clock of its own: a video, or an approach."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from ...clock import ManualClock
from ...config import Config
from ...config.schema import Camera
from ...events import PlateVoted, SceneSeen, TrackGone, VisionEvent
from ...faults import GateFault
from ...sight import Effort, Frame, Picture, Track, Vote
from ...vision.desk import ModelledDesk
from ...vision.drops import Drops
from ...vision.factory import Recognition
from ...vision.looking import inline
from ...vision.loop import LoopSettings, Parts, VisionLoop
from ...vision.mailbox import Mailbox

if TYPE_CHECKING:
    from ...sight import Image

CAMERA = "pictures"
_EPOCH = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
# Between two pictures the loop comes round this often, as it does on the gate.
_TICK_S = 0.02

# Twice what one core of a server takes.
_READ_S = 0.02


@dataclass(slots=True)
class Drive:
    """What the loop told: every vehicle's last track, and its votes in their order."""

    tracks: dict[int, Track] = field(default_factory=dict)
    votes: list[Vote] = field(default_factory=list)
    frames: int = 0

    def take(self, event: VisionEvent) -> None:
        if isinstance(event, PlateVoted):
            self.votes.append(event.vote)
        elif isinstance(event, TrackGone):
            self.tracks[event.track.id] = event.track
        elif isinstance(event, SceneSeen):
            self.frames += 1


class _Strict:
    """A net that fails here makes the figures worthless: its fault ends the run."""

    def raised(self, fault: GateFault) -> None:
        raise fault

    def cleared(self, kind: str, part: str) -> None:
        """Nothing stands."""


def drive(config: Config, recognition: Recognition, pictures: Iterable[Image], fps: float) -> Drive:
    """Show BGR pictures to the loop, `fps` of them a second, all of it region of interest.

    Detection takes no time and a read `_READ_S`, so that the same pictures give the same votes on every
    computer. Raises EngineFailed.
    """
    told, clock, drops = Drive(), ManualClock(_EPOCH), Drops()
    mailbox, ids = Mailbox(clock, drops), itertools.count(1)
    parts = Parts(
        detector=recognition.detector,
        desk=ModelledDesk(recognition.reader, clock, drops, size=config.vision.read_queue, read_s=_READ_S),
        looking=inline(recognition.describer),
        clock=clock,
        publish=told.take,
        faults=_Strict(),
        drops=drops,
        next_id=lambda: next(ids),
    )
    settings = LoopSettings(Camera(fps=fps), config.vision, config.vote)
    loop = VisionLoop(CAMERA, settings, mailbox, parts)
    loop.look(Effort.RECOGNISE)
    for number, picture in enumerate(pictures):
        mailbox.put(Frame(CAMERA, number, clock.monotonic(), Picture.of(picture)))
        _pass(loop, clock, 1.0 / fps)
    _pass(loop, clock, config.vision.track_lost_s + 1.0)
    return told


def _pass(loop: VisionLoop, clock: ManualClock, seconds: float) -> None:
    """Let time go by, stepping as the vision thread does."""
    until_s = clock.monotonic() + seconds
    while clock.monotonic() < until_s:
        loop.step()
        clock.advance(min(_TICK_S, max(1e-6, until_s - clock.monotonic())))
