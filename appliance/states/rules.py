"""Rules that hold in several states: who may open, what service does, what a refusal writes."""

from __future__ import annotations

from ..authority import Authority, Source
from ..commands import ClearFault, ClearFaults, Lights, RaiseFault, Refuse, ReleaseCar, StopBarrier, Write
from ..events import (
    Button,
    ButtonPressed,
    CommandReceived,
    Entry,
    EntryGranted,
    EntryKind,
    EntryRefused,
    Event,
    Pairs,
    RefusalReason,
    RemoteAction,
    ServiceHeld,
)
from ..faults import Effect, LimitsDisagree, Maintenance
from .base import Commands, Inputs

_BUTTON_SOURCES = {Button.OPEN: Source.BUTTON, Button.EXIT: Source.EXIT}


def asked(event: Event, inputs: Inputs) -> Authority | None:
    """The authority that `event` brings, whoever gave it; None for all other events."""
    if isinstance(event, EntryGranted):
        return event.authority
    if isinstance(event, CommandReceived) and event.action is RemoteAction.OPEN:
        return event.authority
    if isinstance(event, ButtonPressed) and event.button in _BUTTON_SOURCES:
        return _pressed(event, inputs)
    return None


def _pressed(event: ButtonPressed, inputs: Inputs) -> Authority:
    return Authority(
        id=f"{event.button}@{event.at_s:.6f}",
        source=_BUTTON_SOURCES[event.button],
        issued_s=event.at_s,
        expires_s=event.at_s + inputs.policy.buttons.open_expires_s,
        subject=str(event.button),
        reason=f"The {event.button} button was pressed.",
    )


def objection(authority: Authority, inputs: Inputs, now: float) -> RefusalReason | None:
    """Why `authority` may not open now, or None where it may (law 1). Its use is counted apart."""
    if not inputs.policy.armed:
        return RefusalReason.UNARMED
    if not authority.live(now):
        return RefusalReason.AUTHORITY_EXPIRED
    if inputs.stop or inputs.suffers(Effect.STOP_NOW):
        return RefusalReason.OUT_OF_SERVICE
    return _OBJECTIONS[authority.source](authority, inputs)


def first_use(authority: Authority, inputs: Inputs, now: float) -> RefusalReason | None:
    """`objection`, and an authority that was used before is refused."""
    if authority.id in inputs.spent:
        return RefusalReason.AUTHORITY_SPENT
    return objection(authority, inputs, now)


def safe_use(authority: Authority, inputs: Inputs, now: float) -> RefusalReason | None:
    """Why `authority` may not stop or close: neither lets anybody in, so only its own life counts."""
    if authority.id in inputs.spent:
        return RefusalReason.AUTHORITY_SPENT
    return None if authority.live(now) else RefusalReason.AUTHORITY_EXPIRED


def _of_decision(authority: Authority, inputs: Inputs) -> RefusalReason | None:
    if inputs.suffers(Effect.REFUSE_ENTRY):
        return RefusalReason.OUT_OF_SERVICE
    if authority.camera is None or authority.track_id is None:
        return RefusalReason.NOT_IN_ROI
    if authority.camera in inputs.doubted:
        return RefusalReason.STALE
    present = (authority.camera, authority.track_id) in inputs.tracks
    return None if present else RefusalReason.NOT_IN_ROI


def _of_command(authority: Authority, inputs: Inputs) -> RefusalReason | None:
    # In maintenance a person may have their hands in the arm: nobody moves it from afar.
    return RefusalReason.OUT_OF_SERVICE if inputs.suffers(Effect.FINISH_THEN_STOP) else None


def _of_button(authority: Authority, inputs: Inputs) -> RefusalReason | None:
    return None


def _of_exit(authority: Authority, inputs: Inputs) -> RefusalReason | None:
    barred = inputs.suffers(Effect.REFUSE_ENTRY) and not inputs.policy.exit.in_fault
    # A loop opens for whatever stands on it, also while a person has their hands in the arm.
    barred = barred or (inputs.policy.exit.mode == "free" and inputs.has_fault(Maintenance.kind()))
    return RefusalReason.OUT_OF_SERVICE if barred or inputs.policy.exit.mode == "none" else None


_OBJECTIONS = {
    Source.DECISION: _of_decision,
    Source.COMMAND: _of_command,
    Source.BUTTON: _of_button,
    Source.EXIT: _of_exit,
}


def safe(inputs: Inputs) -> Commands:
    """The orders that take the actuator to rest."""
    return (StopBarrier(),) if inputs.policy.drives_barrier else (ReleaseCar(), Lights(False))


def write(kind: EntryKind, now: float, subject: str, sentence: str, fields: Pairs = ()) -> Write:
    """An entry that nothing waits for."""
    return Write(Entry(kind, now, subject, sentence, fields))


def refuse(authority: Authority, reason: RefusalReason, now: float) -> Refuse:
    """The order that an authority does not open, with its record."""
    fields = (("authority", authority.id), ("source", str(authority.source)), ("reason", str(reason)))
    sentence = f"{authority.subject} was refused: {reason}."
    return Refuse(authority, reason, Entry(EntryKind.REFUSED, now, authority.subject, sentence, fields))


def opening(authority: Authority, now: float) -> Write:
    """The record of why, which is durable before anything moves (law 10); its ticket is the id."""
    fields = (
        ("authority", authority.id),
        ("source", str(authority.source)),
        ("camera", authority.camera or ""),
        ("track", "" if authority.track_id is None else str(authority.track_id)),
        *authority.evidence,
    )
    entry = Entry(EntryKind.OPENING, now, authority.subject, authority.reason, fields)
    return Write(entry, ticket=authority.id)


def noted(event: Event, inputs: Inputs, now: float) -> Commands:
    """Commands that follow from an event in whatever state: refusals, service, switches at odds."""
    if isinstance(event, EntryRefused):
        refusal = event.refusal
        fields = (("reason", str(refusal.reason)), *refusal.evidence)
        return (write(EntryKind.REFUSED, now, refusal.subject, refusal.sentence, fields),)
    if isinstance(event, ServiceHeld):
        return _served(event, inputs, now)
    if inputs.limits_disagree and not inputs.has_fault(LimitsDisagree.kind()):
        return (RaiseFault(LimitsDisagree()),)
    return ()


def _served(event: ServiceHeld, inputs: Inputs, now: float) -> Commands:
    if event.reset:
        word = write(EntryKind.MAINTENANCE, now, "service", "A person reset the faults.")
        return word, ClearFaults()
    if inputs.has_fault(Maintenance.kind()):
        word = write(EntryKind.MAINTENANCE, now, "service", "A person ended maintenance.")
        return word, ClearFault(Maintenance.kind())
    word = write(EntryKind.MAINTENANCE, now, "service", "A person began maintenance.")
    return word, RaiseFault(Maintenance())
