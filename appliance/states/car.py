"""Car control inside actuate: record, enable while the authorised person is in sight, release.

RECORDING ──recorded──> ENABLED ──person lost for lost_s, CLOSE──> done
    └── not recorded ──> done                          STOP ──> STOPPED, until it is let go
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Union

from ..authority import Authority, Source
from ..commands import EnableCar, Horn, Lights, ReleaseCar, Spend
from ..events import CommandReceived, EntryKind, Event, NotRecorded, Recorded, RefusalReason, RemoteAction
from ..faults import Effect
from ..words import Word
from .base import Commands, Inputs, Memory
from .rules import asked, objection, opening, refuse, safe_use, write
from .session import Done, Going


class CarPhase(Word):
    RECORDING = "recording"
    ENABLED = "enabled"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Drive:
    """One time that a car is enabled. `seen_s` is when the authorised person was last in the ROI."""

    phase: CarPhase
    authority: Authority
    since_s: float
    seen_s: float
    lit: bool = False


Step = Union[Going[Drive], Done]


def begin(authority: Authority, now: float) -> Going[Drive]:
    """Start a session: its reason is written first (law 10)."""
    return Going(Drive(CarPhase.RECORDING, authority, now, now), (opening(authority, now),))


def advance(drive: Drive, event: Event, inputs: Inputs, now: float) -> Step:
    """One step of the session. STOP and STOP_NOW have been dealt with before."""
    if isinstance(event, CommandReceived) and event.action is not RemoteAction.OPEN:
        return _commanded(drive, event, inputs, now)
    extra = _refuse_another(event, inputs, now)
    step = _RUN[drive.phase](drive, event, inputs, now)
    return replace(step, commands=(*extra, *step.commands))


def halt(drive: Drive, now: float) -> Going[Drive]:
    """STOP: release the car now; the record of it follows (laws 3 and 10)."""
    if drive.phase is CarPhase.STOPPED:
        return Going(drive, (ReleaseCar(),))
    commands = (*_release(drive, "STOP was pressed", now), *abandoned(drive, now))
    return Going(replace(drive, phase=CarPhase.STOPPED), commands)


def abandoned(drive: Drive, now: float) -> Commands:
    """The refusal of an authority that waits for its record in vain: access may decide anew."""
    if drive.phase is not CarPhase.RECORDING:
        return ()
    return (refuse(drive.authority, RefusalReason.OUT_OF_SERVICE, now),)


def _release(drive: Drive, why: str, now: float) -> Commands:
    """Everything off, and the record of it."""
    word = write(EntryKind.RELEASED, now, drive.authority.subject, f"Released: {why}.")
    return ReleaseCar(), Lights(False), word


def _commanded(drive: Drive, event: CommandReceived, inputs: Inputs, now: float) -> Step:
    reason = safe_use(event.authority, inputs, now)
    if reason is not None:
        return Going(drive, (refuse(event.authority, reason, now),))
    return Done(Memory(), (Spend(event.authority), *_release(drive, f"{event.action} by command", now)))


def _refuse_another(event: Event, inputs: Inputs, now: float) -> Commands:
    authority = asked(event, inputs)
    if authority is None:
        return ()
    return (refuse(authority, RefusalReason.ALREADY_DECIDED, now),)


def _recording(drive: Drive, event: Event, inputs: Inputs, now: float) -> Step:
    mine = isinstance(event, (Recorded, NotRecorded)) and event.ticket == drive.authority.id
    if isinstance(event, Recorded) and mine:
        return _enable(drive, inputs, now)
    late = now - drive.since_s >= inputs.policy.barrier.record_timeout_s
    if not mine and not late:
        return Going(drive)
    by_hand = drive.authority.source in (Source.BUTTON, Source.EXIT)
    if by_hand and not inputs.policy.barrier.button_needs_record:
        return _enable(drive, inputs, now)
    return Done(Memory(), (refuse(drive.authority, RefusalReason.NOT_RECORDED, now),))


def _enable(drive: Drive, inputs: Inputs, now: float) -> Step:
    reason = objection(drive.authority, inputs, now)
    if reason is not None:
        return Done(Memory(), (refuse(drive.authority, reason, now),))
    car = inputs.policy.car
    greeting = (Horn(car.horn_s),) if car.horn_s > 0 else ()
    word = write(EntryKind.ENABLED, now, drive.authority.subject, "The car is enabled.")
    enabled = replace(drive, phase=CarPhase.ENABLED, since_s=now, seen_s=now, lit=True)
    return Going(enabled, (EnableCar(drive.authority.id), Lights(True), *greeting, word))


def _enabled(drive: Drive, event: Event, inputs: Inputs, now: float) -> Step:
    if _in_sight(drive, inputs):
        drive = replace(drive, seen_s=now)
    if not _watched(drive) and inputs.suffers(Effect.FINISH_THEN_STOP):
        return Done(Memory(), _release(drive, "the gate is out of service", now))
    if now - drive.seen_s >= inputs.policy.car.lost_s:
        return Done(Memory(), _release(drive, "the authorised person is out of sight", now))
    if drive.lit and now - drive.since_s >= inputs.policy.car.lights_s:
        return Going(replace(drive, lit=False), (Lights(False),))
    return Going(drive)


def _watched(drive: Drive) -> bool:
    """Buttons and commands name nobody to watch."""
    return drive.authority.source is Source.DECISION


def _in_sight(drive: Drive, inputs: Inputs) -> bool:
    """Whom nobody watches is taken to be there, until CLOSE, STOP or a fault that ends the service."""
    authority = drive.authority
    if not _watched(drive):
        return True
    seen = (authority.camera, authority.track_id) in inputs.tracks
    return seen and authority.camera not in inputs.doubted


def _stopped(drive: Drive, event: Event, inputs: Inputs, now: float) -> Step:
    return Done(Memory())


_RUN = {CarPhase.RECORDING: _recording, CarPhase.ENABLED: _enabled, CarPhase.STOPPED: _stopped}
