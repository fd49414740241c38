"""What the gate needs of the other rooms, as protocols: it imports none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Union

from ..commands import Command
from ..events import (
    Entry,
    Event,
    Limit,
    PlateEvent,
    Presence,
    TrackGone,
    Verdict,
    VisionEvent,
    Visit,
)
from ..faults import GateFault
from ..sight import Effort, Reading, Vote


@dataclass(frozen=True, slots=True)
class FaultMet:
    """A part met a fault."""

    fault: GateFault


@dataclass(frozen=True, slots=True)
class FaultOver:
    """A part works again. An empty `part` means every part of that kind."""

    kind: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class EnginesWarm:
    """The engines of `camera`'s loop have read their golden frames (law 13)."""


Message = Union[VisionEvent, Event, FaultMet, FaultOver, EnginesWarm]
"""What other threads post to the gate."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What the input pins say at one moment."""

    stop: bool = False
    loop: Presence = Presence.NOT_FITTED
    beam: Presence = Presence.NOT_FITTED
    opened: Limit = Limit.NOT_FITTED
    closed: Limit = Limit.NOT_FITTED
    messages: tuple[Message, ...] = ()
    """Presses, service holds and input faults since the last poll, in order."""


class PanelPort(Protocol):
    def poll(self, now_s: float) -> Panel: ...


class ActuatorPort(Protocol):
    def perform(self, command: Command, now_s: float) -> None:
        """Carry out a motion or car command. Raises OutputFault or LinkFault."""

    def tick(self, now_s: float) -> None:
        """Let timed outputs fall. Raises OutputFault or LinkFault."""

    def safe(self) -> None:
        """Take everything to its shutdown level; never raises."""


class WriterPort(Protocol):
    def submit_entry(self, entry: Entry, ticket: str | None = None) -> None: ...

    def submit_event(self, event: PlateEvent) -> None: ...

    def submit_visit(self, visit: Visit) -> None: ...

    def submit_readings(self, readings: Sequence[Reading], outcome: str) -> None: ...


class AccessPort(Protocol):
    def decide(self, vote: Vote) -> Verdict | None:
        """The verdict on a vote, None when nothing new follows from it."""

    def turned_away(self, track_id: int, camera: str) -> None:
        """The machine did not open for this track: it may be decided again."""

    def gone(self, gone: TrackGone) -> tuple[tuple[PlateEvent, ...], Visit]:
        """The track ended: its closing events and its visit."""


class EyePort(Protocol):
    """One camera's inference loop."""

    def look(self, effort: Effort) -> None: ...

    @property
    def beat_s(self) -> float:
        """When the loop was last alive, monotonic seconds."""


class WatchdogPort(Protocol):
    def feed(self) -> None: ...

    def status(self, text: str) -> None: ...
