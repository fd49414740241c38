"""Past facts that cross rooms: what the machine reacts to and what the record keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union

from .authority import Authority
from .faults import ActiveFault
from .sight import Looks, Reading, Track, Vote
from .words import Word

Pairs = tuple[tuple[str, str], ...]
"""Named values for a record, in a fixed order."""


class Presence(Word):
    """What one sensor says of its place. Unknown counts as present wherever safety asks (law 2)."""

    CLEAR = "clear"
    PRESENT = "present"
    UNKNOWN = "unknown"
    NOT_FITTED = "not_fitted"

    @property
    def vetoes(self) -> bool:
        return self in (Presence.PRESENT, Presence.UNKNOWN)


class Limit(Word):
    """What a limit switch says."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"
    NOT_FITTED = "not_fitted"


class Button(Word):
    OPEN = "open"
    STOP = "stop"
    SERVICE = "service"
    EXIT = "exit"


# -- from vision -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SceneSeen:
    """One processed frame of one camera: who is there, in the ROI and in the veto zone."""

    camera: str
    captured_s: float
    seen_s: float
    tracks: tuple[Track, ...]
    in_roi: bool
    in_zone: bool


@dataclass(frozen=True, slots=True)
class PlateVoted:
    """The readings of a track agree (again): a vote to decide on."""

    vote: Vote


@dataclass(frozen=True, slots=True)
class TrackGone:
    """A track ended. `vote` is the last one, None when its readings never agreed."""

    track: Track
    vote: Vote | None
    readings: tuple[Reading, ...]
    gone_s: float


VisionEvent = Union[SceneSeen, PlateVoted, TrackGone]


# -- from access -----------------------------------------------------------------------------------


class RefusalReason(Word):
    NOT_LISTED = "not_listed"
    DENIED = "denied"
    AMBIGUOUS = "ambiguous"
    TOO_FEW_READS = "too_few_reads"
    LOW_CONFIDENCE = "low_confidence"
    BAD_FORMAT = "bad_format"
    OUTSIDE_SCHEDULE = "outside_schedule"
    EXPIRED = "expired"
    CLOCK_UNTRUSTED = "clock_untrusted"
    STALE = "stale"
    NOT_IN_ROI = "not_in_roi"
    WRONG_DIRECTION = "wrong_direction"
    ALREADY_INSIDE = "already_inside"
    UNLIKE_BEFORE = "unlike_before"
    ALREADY_DECIDED = "already_decided"
    AUTHORITY_SPENT = "authority_spent"
    AUTHORITY_EXPIRED = "authority_expired"
    NOT_RECORDED = "not_recorded"
    OUT_OF_SERVICE = "out_of_service"
    UNARMED = "unarmed"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a vehicle, a command or a button did not open. `sentence` is for people."""

    reason: RefusalReason
    subject: str
    sentence: str
    track_id: int | None = None
    camera: str | None = None
    evidence: Pairs = ()


class PlateEventKind(Word):
    """The kinds that commercial readers report, and users expect."""

    READ = "READ"
    NOREAD = "NOREAD"
    LOW_CONFIDENCE = "LOW_CONFIDENCE"
    LIST_MATCH = "LIST_MATCH"
    LIST_MISMATCH = "LIST_MISMATCH"
    WRONG_DIRECTION = "WRONG_DIRECTION"
    ALERT = "ALERT"


@dataclass(frozen=True, slots=True)
class PlateEvent:
    """One line of the event journal about one vehicle."""

    kind: PlateEventKind
    camera: str
    track_id: int
    text: str
    confidence: float
    sentence: str
    at_s: float
    evidence: Pairs = ()


@dataclass(frozen=True, slots=True)
class Granted:
    """Access says yes: `authority` may open once, for the track that is in the ROI."""

    authority: Authority
    events: tuple[PlateEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Access says no, and why."""

    refusal: Refusal
    events: tuple[PlateEvent, ...] = ()


Verdict = Union[Granted, Refused]


# -- to the gate, which keeps them as levels ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SelfCheckPassed:
    """Outputs are claimed at their start level and inputs answer."""


@dataclass(frozen=True, slots=True)
class EnginesTrusted:
    """Every engine has read its golden frames on this board (law 13)."""


# -- to the machine --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed; the levels in the inputs may have changed."""


@dataclass(frozen=True, slots=True)
class EntryGranted:
    authority: Authority


@dataclass(frozen=True, slots=True)
class EntryRefused:
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """A debounced press. OPEN and EXIT act on the press, SERVICE on being held."""

    button: Button
    at_s: float


@dataclass(frozen=True, slots=True)
class ServiceHeld:
    """SERVICE was held: `reset` False asks for maintenance, True resets the fault."""

    reset: bool


class RemoteAction(Word):
    OPEN = "open"
    CLOSE = "close"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class CommandReceived:
    """An authenticated remote command; `authority` is one-use and expires (law 1)."""

    action: RemoteAction
    authority: Authority


@dataclass(frozen=True, slots=True)
class Recorded:
    """The entry with this ticket is durable."""

    ticket: str


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """The entry with this ticket could not be made durable."""

    ticket: str
    fault: ActiveFault


@dataclass(frozen=True, slots=True)
class FaultRaised:
    fault: ActiveFault


@dataclass(frozen=True, slots=True)
class FaultCleared:
    kind: str
    part: str


Event = Union[
    Tick,
    EntryGranted,
    EntryRefused,
    ButtonPressed,
    ServiceHeld,
    CommandReceived,
    Recorded,
    NotRecorded,
    FaultRaised,
    FaultCleared,
]


# -- to the record ---------------------------------------------------------------------------------


class EntryKind(Word):
    """What an audit entry is about."""

    BOOT = "boot"
    ARMED = "armed"
    TRANSITION = "transition"
    SIGHTED = "sighted"
    OPENING = "opening"
    REFUSED = "refused"
    OPENED = "opened"
    PASSED = "passed"
    NOT_PASSED = "not_passed"
    TAILGATE = "tailgate"
    CLOSED = "closed"
    REOPENED = "reopened"
    STOPPED = "stopped"
    ENABLED = "enabled"
    RELEASED = "released"
    FAULT_RAISED = "fault_raised"
    FAULT_CLEARED = "fault_cleared"
    MAINTENANCE = "maintenance"
    COMMAND = "command"
    LIST_CHANGED = "list_changed"
    SHUTDOWN = "shutdown"


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the audit chain. `at_s` is monotonic; the record adds wall time and its trust."""

    kind: EntryKind
    at_s: float
    subject: str
    sentence: str
    fields: Pairs = field(default=())


@dataclass(frozen=True, slots=True)
class Visit:
    """One vehicle's stay before the gate, from first sight to gone, and what came of it."""

    camera: str
    track_id: int
    first_s: float
    last_s: float
    text: str
    confidence: float
    outcome: str
    reads: int
    authority_id: str | None = None
    looks: Looks | None = None
