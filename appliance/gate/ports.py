"""What the gate needs of the other rooms, as protocols: it imports none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Union

from ..authority import Authority
from ..commands import CloseBarrier, EnableCar, Horn, Lights, OpenBarrier, ReleaseCar, StopBarrier
from ..events import (
    EnginesTrusted,
    Entry,
    Event,
    FaultCleared,
    FaultRaised,
    Limit,
    PlateEvent,
    Presence,
    RefusalReason,
    SelfCheckPassed,
    TrackGone,
    Verdict,
    VisionEvent,
    Visit,
)
from ..faults import GateFault
from ..sight import Effort, Vote


@dataclass(frozen=True, slots=True)
class FaultMet:
    """A part met a fault."""

    fault: GateFault


@dataclass(frozen=True, slots=True)
class FaultOver:
    """A part works again. An empty `part` means every part of that kind."""

    kind: str
    part: str = ""


Order = Union[OpenBarrier, CloseBarrier, StopBarrier, EnableCar, ReleaseCar, Lights, Horn]

Message = Union[VisionEvent, Event, SelfCheckPassed, EnginesTrusted, FaultMet, FaultOver]
"""What other threads post to the gate."""


class Panel(Protocol):
    """What the input pins say at one moment."""

    @property
    def stop(self) -> bool: ...

    @property
    def loop(self) -> Presence: ...

    @property
    def beam(self) -> Presence: ...

    @property
    def opened(self) -> Limit: ...

    @property
    def closed(self) -> Limit: ...

    @property
    def events(self) -> tuple[Event, ...]:
        """Presses, service holds, and faults that came or went since the last poll, in order."""


class PanelPort(Protocol):
    def poll(self, now_s: float) -> Panel: ...


class ActuatorPort(Protocol):
    def perform(self, order: Order, now_s: float) -> None:
        """Carry out a motion or car command. Raises OutputFault or LinkFault."""

    def tick(self, now_s: float) -> Sequence[FaultRaised | FaultCleared]:
        """Go on with what is under way: faults that came or went. Raises as `perform` does."""

    def safe(self) -> None:
        """Take everything to its shutdown level."""


class WriterPort(Protocol):
    def submit_entry(self, entry: Entry, ticket: str | None = None) -> None: ...

    def submit_event(self, event: PlateEvent) -> None: ...

    def submit_visit(self, visit: Visit) -> None: ...

    def submit_readings(self, gone: TrackGone) -> None: ...


class Closed(Protocol):
    """A visit that ended, and the events of its end."""

    @property
    def visit(self) -> Visit: ...

    @property
    def events(self) -> tuple[PlateEvent, ...]: ...


class AccessPort(Protocol):
    def voted(self, vote: Vote) -> Verdict | None:
        """The verdict on a vote, None when nothing new follows from it."""

    def spent(self, authority_id: str) -> None:
        """The authority opens: its visit has had its opening."""

    def lapsed(self, authority_id: str, reason: RefusalReason) -> None:
        """The machine did not open for it: the visit may be decided anew."""

    def passed(self, authority: Authority) -> None:
        """The vehicle that this authority let in has passed the arm."""

    def gone(self, event: TrackGone) -> Sequence[Closed]:
        """A track ended: the visits that ended with it."""

    def settle(self) -> Sequence[Closed]:
        """Visits that ended by time; asked at every tick."""

    def end(self) -> Sequence[Closed]:
        """The gate shuts down: every visit ends now."""


class HeraldPort(Protocol):
    def present(self, plate: str) -> None:
        """Tell another access controller of a plate that is let in. Never waits, never raises."""


class EyePort(Protocol):
    """One camera's inference loop."""

    def look(self, effort: Effort) -> None: ...

    @property
    def beat_s(self) -> float:
        """When the loop was last alive, monotonic seconds."""


class WatchdogPort(Protocol):
    def ticked(self, now_s: float) -> bool:
        """The machine has ticked: feed, if every inference loop is alive. Raises WatchdogFault."""
