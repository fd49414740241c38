"""Car control inside actuate: each phase by its record, its sight and its times."""

from dataclasses import replace

import pytest

from appliance.authority import Authority
from appliance.commands import EnableCar, Horn, Lights, ReleaseCar, Spend
from appliance.config.schema import Car
from appliance.events import (
    Button,
    ButtonPressed,
    CommandReceived,
    EntryGranted,
    EntryKind,
    Event,
    NotRecorded,
    Recorded,
    RefusalReason,
    RemoteAction,
    Tick,
)
from appliance.faults import DiskFull
from appliance.states import Memory
from appliance.states.base import Commands
from appliance.states.car import CarPhase, Drive, Step, advance, begin, halt
from appliance.states.session import Done, Going

from .given import (
    BARRIER,
    BUTTON,
    CAR,
    COMMAND,
    DECISION,
    EXIT,
    NOW,
    SECOND,
    active,
    asked_to_record,
    levels,
    refused,
    word,
)

A_BIT = 0.015625
DISK = active(DiskFull())[0]
RECORDING = Drive(CarPhase.RECORDING, DECISION, NOW - 0.5, NOW - 0.5)
ENABLED = Drive(CarPhase.ENABLED, DECISION, NOW - 2, NOW - 0.5, lit=True)
ENABLED_WORD = word(EntryKind.ENABLED, "AB12CDE", "The car is enabled.")
NOT_RECORDED = RefusalReason.NOT_RECORDED
STRICT = replace(CAR, barrier=BARRIER.model_copy(update={"button_needs_record": True}))


def act(drive: Drive, event: Event, **changed: object) -> Step:
    return advance(drive, event, levels(**{"policy": CAR, **changed}), NOW)


def released(subject: str, why: str) -> Commands:
    return ReleaseCar(), Lights(False), word(EntryKind.RELEASED, subject, f"Released: {why}.")


def test_a_session_begins_with_its_record() -> None:
    drive = Drive(CarPhase.RECORDING, DECISION, NOW, NOW)
    assert begin(DECISION, NOW) == Going(drive, (asked_to_record(DECISION),))


# -- the record ------------------------------------------------------------------------------------


def test_a_record_enables_the_car() -> None:
    enabled = Drive(CarPhase.ENABLED, DECISION, NOW, NOW, lit=True)
    commands = (EnableCar("d1"), Lights(True), Horn(0.25), ENABLED_WORD)
    assert act(RECORDING, Recorded("d1")) == Going(enabled, commands)


def test_a_silent_greeting_sounds_no_horn() -> None:
    silent = replace(CAR, car=Car(horn_s=0.0))
    step = act(RECORDING, Recorded("d1"), policy=silent)
    assert step.commands == (EnableCar("d1"), Lights(True), ENABLED_WORD)


@pytest.mark.parametrize("event", [Tick(), Recorded("d2"), NotRecorded("d2", DISK)])
def test_the_record_of_another_enables_nothing(event: Event) -> None:
    assert act(RECORDING, event) == Going(RECORDING, ())


def test_an_authority_that_lapsed_while_it_was_recorded_is_refused() -> None:
    step = act(RECORDING, Recorded("d1"), tracks=frozenset())
    assert step == Done(Memory(), (refused(DECISION, RefusalReason.NOT_IN_ROI),))


@pytest.mark.parametrize("authority", [DECISION, COMMAND], ids=["decision", "command"])
def test_what_could_not_be_recorded_enables_nothing(authority: Authority) -> None:
    step = act(replace(RECORDING, authority=authority), NotRecorded(authority.id, DISK))
    assert step == Done(Memory(), (refused(authority, NOT_RECORDED),))


@pytest.mark.parametrize("authority", [BUTTON, EXIT], ids=["button", "exit"])
def test_a_person_at_the_button_is_excepted_unless_the_owner_says_no(authority: Authority) -> None:
    drive = replace(RECORDING, authority=authority)
    unrecorded = NotRecorded(authority.id, DISK)
    assert act(drive, unrecorded).commands[0] == EnableCar(authority.id)
    refusal = (refused(authority, NOT_RECORDED),)
    assert act(drive, unrecorded, policy=STRICT) == Done(Memory(), refusal)


def test_a_record_is_awaited_for_its_time() -> None:
    late = replace(RECORDING, since_s=NOW - 1)
    early = replace(RECORDING, since_s=NOW - 1 + A_BIT)
    assert act(late, Tick()) == Done(Memory(), (refused(DECISION, NOT_RECORDED),))
    assert act(early, Tick()) == Going(early, ())


def test_another_authority_is_refused_whatever_the_phase() -> None:
    refusal = refused(SECOND, RefusalReason.ALREADY_DECIDED)
    assert act(RECORDING, EntryGranted(SECOND)) == Going(RECORDING, (refusal,))
    assert act(ENABLED, EntryGranted(SECOND)).commands == (refusal,)


def test_a_press_is_refused_while_the_car_is_enabled() -> None:
    step = act(ENABLED, ButtonPressed(Button.OPEN, 63.0))
    refusal = refused(replace(BUTTON, expires_s=68.0), RefusalReason.ALREADY_DECIDED)
    assert step.commands == (refusal,)


def test_a_refusal_comes_before_the_words_of_the_session() -> None:
    step = act(replace(ENABLED, since_s=NOW - 4), EntryGranted(SECOND))
    assert step.commands == (refused(SECOND, RefusalReason.ALREADY_DECIDED), Lights(False))


# -- enabled ---------------------------------------------------------------------------------------


def test_the_authorised_person_in_sight_keeps_the_car_enabled() -> None:
    assert act(ENABLED, Tick()) == Going(replace(ENABLED, seen_s=NOW), ())


GONE = [{"tracks": frozenset({("front", 2)})}, {"doubted": frozenset({"front"})}]


@pytest.mark.parametrize("changed", GONE, ids=["another", "doubt"])
def test_out_of_sight_the_car_stays_enabled_for_its_time(changed: dict[str, object]) -> None:
    unseen = replace(ENABLED, seen_s=NOW - 1 + A_BIT)
    assert act(unseen, Tick(), **changed) == Going(unseen, ())


@pytest.mark.parametrize("changed", GONE, ids=["another", "doubt"])
def test_out_of_sight_for_long_enough_releases_the_car(changed: dict[str, object]) -> None:
    step = act(replace(ENABLED, seen_s=NOW - 1), Tick(), **changed)
    assert step == Done(Memory(), released("AB12CDE", "the authorised person is out of sight"))


@pytest.mark.parametrize("authority", [BUTTON, EXIT, COMMAND], ids=["button", "exit", "command"])
def test_an_authority_that_names_nobody_needs_nobody_in_sight(authority: Authority) -> None:
    drive = replace(ENABLED, authority=authority, seen_s=NOW - 60)
    assert act(drive, Tick(), tracks=frozenset()) == Going(replace(drive, seen_s=NOW), ())


def test_the_lights_go_out_after_their_time_and_once() -> None:
    lit = replace(ENABLED, since_s=NOW - 3)
    dark = replace(lit, seen_s=NOW, lit=False)
    early = replace(ENABLED, since_s=NOW - 3 + A_BIT)
    assert act(lit, Tick()) == Going(dark, (Lights(False),))
    assert act(dark, Tick()) == Going(dark, ())
    assert act(early, Tick()) == Going(replace(early, seen_s=NOW), ())


@pytest.mark.parametrize("action", [RemoteAction.CLOSE, RemoteAction.STOP])
def test_a_command_releases_the_car(action: RemoteAction) -> None:
    step = act(ENABLED, CommandReceived(action, COMMAND))
    commands = (Spend(COMMAND), *released("AB12CDE", f"{action.value} by command"))
    assert step == Done(Memory(), commands)


def test_a_replayed_command_releases_nothing() -> None:
    step = act(ENABLED, CommandReceived(RemoteAction.CLOSE, COMMAND), spent=frozenset({"c1"}))
    assert step == Going(ENABLED, (refused(COMMAND, RefusalReason.AUTHORITY_SPENT),))


# -- STOP ------------------------------------------------------------------------------------------


def test_stop_releases_the_car_and_records_it_once() -> None:
    stopped = replace(ENABLED, phase=CarPhase.STOPPED)
    assert halt(ENABLED, NOW) == Going(stopped, released("AB12CDE", "STOP was pressed"))
    assert halt(stopped, NOW) == Going(stopped, (ReleaseCar(),))


def test_a_stop_that_is_let_go_ends_the_session() -> None:
    assert act(replace(ENABLED, phase=CarPhase.STOPPED), Tick()) == Done(Memory(), ())
