"""What the machine orders: the only words that reach the actuator, the loop and the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from .authority import Authority
from .events import Entry, RefusalReason
from .faults import GateFault
from .sight import Effort


@dataclass(frozen=True, slots=True)
class OpenBarrier:
    """Energise open. `why` is the authority's id, or "veto" for a reopening that safety asks for."""

    why: str


@dataclass(frozen=True, slots=True)
class CloseBarrier:
    """Energise close; the presence sensors have been clear for the hold time."""


@dataclass(frozen=True, slots=True)
class StopBarrier:
    """De-energise open and close at once."""


@dataclass(frozen=True, slots=True)
class EnableCar:
    authority_id: str


@dataclass(frozen=True, slots=True)
class ReleaseCar:
    pass


@dataclass(frozen=True, slots=True)
class Lights:
    on: bool


@dataclass(frozen=True, slots=True)
class Horn:
    seconds: float


@dataclass(frozen=True, slots=True)
class Look:
    """Tell the inference loop how hard to look."""

    effort: Effort


@dataclass(frozen=True, slots=True)
class Write:
    """Record an entry. With a ticket the answer comes back as Recorded or NotRecorded."""

    entry: Entry
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """The authority does not open. Access may decide on the same vehicle again."""

    authority: Authority
    reason: RefusalReason
    entry: Entry


@dataclass(frozen=True, slots=True)
class Spend:
    """The authority has been used; it never opens again."""

    authority: Authority


@dataclass(frozen=True, slots=True)
class NotePassage:
    """The vehicle of this authority has passed: access may count it as inside."""

    authority: Authority


@dataclass(frozen=True, slots=True)
class RaiseFault:
    fault: GateFault


@dataclass(frozen=True, slots=True)
class ClearFault:
    """The cause of this fault is gone. `part` empty clears it for every part."""

    kind: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class ClearFaults:
    """Clear the latched faults: a person asked for it."""


Command = Union[
    OpenBarrier,
    CloseBarrier,
    StopBarrier,
    EnableCar,
    ReleaseCar,
    Lights,
    Horn,
    Look,
    Write,
    Refuse,
    Spend,
    NotePassage,
    RaiseFault,
    ClearFault,
    ClearFaults,
]
