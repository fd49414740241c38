"""What the tests of the states start from: one moment, one policy, one authority of each source."""

from __future__ import annotations

from dataclasses import replace

from appliance.authority import Authority, Source
from appliance.commands import RaiseFault, Refuse, Write
from appliance.config.schema import Barrier, Car
from appliance.events import Entry, EntryKind, Limit, Pairs, Presence, RefusalReason
from appliance.faults import ActiveFault, GateFault
from appliance.states import Inputs, Policy
from appliance.states.base import Commands

NOW = 64.0
"""All times of these tests are sums of powers of two, so that a limit is met exactly."""

BARRIER = Barrier(
    open_s=1.0,
    close_s=1.5,
    motion_limit_s=4.0,
    leave_limit_s=0.75,
    dead_time_s=0.5,
    hold_s=2.0,
    pass_timeout_s=8.0,
    confirm_s=0.25,
    max_reopens=2,
    record_timeout_s=1.0,
)
POLICY = Policy(barrier=BARRIER, car=Car(lost_s=1.0, lights_s=3.0, horn_s=0.25))
CAR = replace(POLICY, actuator="car")
STRICT = replace(POLICY, barrier=BARRIER.model_copy(update={"button_needs_record": True}))
UNTIMED = {"opened": Limit.NOT_FITTED, "closed": Limit.NOT_FITTED}
"""An arm without limit switches: time says where it is."""

DECISION = Authority(
    "d1", Source.DECISION, NOW - 1, NOW + 4, "AB12CDE", "Listed.", 1, "front", (("agreeing", "3"),)
)
SECOND = replace(DECISION, id="d2", subject="XY34ZZZ", track_id=2)
COMMAND = Authority("c1", Source.COMMAND, NOW - 1, NOW + 4, "phone", "Asked from afar.")
BUTTON = Authority("open@63.000000", Source.BUTTON, NOW - 1, NOW + 4, "open", "The open button was pressed.")
EXIT = replace(BUTTON, id="exit@63.000000", source=Source.EXIT, subject="exit")


def levels(**changed: object) -> Inputs:
    """A warm gate, the way clear, the arm between its limits, tracks 1 and 2 in the ROI."""
    usual = Inputs(
        POLICY,
        loop=Presence.CLEAR,
        zone=Presence.CLEAR,
        roi=Presence.PRESENT,
        opened=Limit.OFF,
        closed=Limit.OFF,
        tracks=frozenset({("front", 1), ("front", 2)}),
        warm=True,
    )
    return replace(usual, **changed)  # type: ignore[arg-type]


def active(*faults: GateFault) -> tuple[ActiveFault, ...]:
    return tuple(ActiveFault.of(f, NOW) for f in faults)


def word(kind: EntryKind, subject: str, sentence: str, fields: Pairs = ()) -> Write:
    """The entry that is written now."""
    return Write(Entry(kind, NOW, subject, sentence, fields))


def refused(authority: Authority, reason: RefusalReason) -> Refuse:
    """The refusal of `authority`, spelt out."""
    fields = (("authority", authority.id), ("source", authority.source.value), ("reason", reason.value))
    sentence = f"{authority.subject} was refused: {reason.value}."
    return Refuse(authority, reason, Entry(EntryKind.REFUSED, NOW, authority.subject, sentence, fields))


def asked_to_record(authority: Authority) -> Write:
    """The record that an opening waits for, spelt out."""
    fields = (
        ("authority", authority.id),
        ("source", authority.source.value),
        ("camera", authority.camera or ""),
        ("track", str(authority.track_id or "")),
        *authority.evidence,
    )
    return Write(Entry(EntryKind.OPENING, NOW, authority.subject, authority.reason, fields), authority.id)


def told(commands: Commands) -> tuple[object, ...]:
    """Commands in a form that compares: a fault, which is an exception, as the fact that it becomes."""
    return tuple(ActiveFault.of(c.fault, NOW) if isinstance(c, RaiseFault) else c for c in commands)
