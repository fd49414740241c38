"""Who may open: every source, its own objections, and the order in which they are named (law 1)."""

from dataclasses import replace

import pytest

from appliance.authority import Authority, Source
from appliance.commands import Lights, ReleaseCar, StopBarrier
from appliance.config.schema import Buttons, Exit
from appliance.events import (
    Button,
    ButtonPressed,
    CommandReceived,
    EntryGranted,
    Event,
    RefusalReason,
    RemoteAction,
    Tick,
)
from appliance.faults import DiskFull, GateFault, Maintenance, OutputFailed, PowerFault
from appliance.states.rules import asked, first_use, objection, opening, refuse, safe, write

from .given import BUTTON, CAR, COMMAND, DECISION, EXIT, NOW, POLICY, active, asked_to_record, levels, refused

OUT = RefusalReason.OUT_OF_SERVICE
EVERYONE = [DECISION, COMMAND, BUTTON, EXIT]


def by_source(authority: Authority) -> str:
    return str(authority.source)


@pytest.mark.parametrize("authority", EVERYONE, ids=by_source)
def test_a_live_authority_may_open_a_healthy_gate(authority: Authority) -> None:
    assert first_use(authority, levels(faults=active(PowerFault())), NOW) is None


@pytest.mark.parametrize("authority", EVERYONE, ids=by_source)
def test_nobody_opens_an_unarmed_gate(authority: Authority) -> None:
    unarmed = levels(policy=replace(POLICY, armed=False))
    assert objection(authority, unarmed, NOW) is RefusalReason.UNARMED


@pytest.mark.parametrize("authority", EVERYONE, ids=by_source)
def test_nobody_opens_after_the_expiry(authority: Authority) -> None:
    assert objection(authority, levels(), authority.expires_s) is RefusalReason.AUTHORITY_EXPIRED


@pytest.mark.parametrize("authority", EVERYONE, ids=by_source)
@pytest.mark.parametrize(
    "changed", [{"stop": True}, {"faults": active(OutputFailed())}], ids=["stop", "fault"]
)
def test_nobody_opens_against_stop_or_a_fault_that_stops(
    authority: Authority, changed: dict[str, object]
) -> None:
    assert objection(authority, levels(**changed), NOW) is OUT


@pytest.mark.parametrize("authority", EVERYONE, ids=by_source)
def test_nobody_opens_twice_on_one_authority(authority: Authority) -> None:
    spent = levels(spent=frozenset({authority.id}))
    assert first_use(authority, spent, NOW) is RefusalReason.AUTHORITY_SPENT
    assert objection(authority, spent, NOW) is None


@pytest.mark.parametrize(
    ("authority", "fault", "reason"),
    [
        (DECISION, DiskFull(), OUT),
        (COMMAND, DiskFull(), None),
        (COMMAND, Maintenance(), OUT),
        (BUTTON, DiskFull(), None),
        (BUTTON, Maintenance(), None),
        (EXIT, Maintenance(), None),
    ],
)
def test_a_fault_bars_some_and_not_others(
    authority: Authority, fault: GateFault, reason: RefusalReason | None
) -> None:
    assert objection(authority, levels(faults=active(fault)), NOW) is reason


@pytest.mark.parametrize(
    ("exit_policy", "faults", "reason"),
    [
        (Exit(mode="none"), (), OUT),
        (Exit(mode="free"), (), None),
        (Exit(in_fault=False), (), None),
        (Exit(in_fault=False), active(PowerFault()), None),
        (Exit(in_fault=False), active(DiskFull()), OUT),
        (Exit(in_fault=True), active(DiskFull()), None),
    ],
)
def test_the_exit_opens_as_configured(
    exit_policy: Exit, faults: tuple[object, ...], reason: RefusalReason | None
) -> None:
    inputs = levels(policy=replace(POLICY, exit=exit_policy), faults=faults)
    assert objection(EXIT, inputs, NOW) is reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"track_id": None}, RefusalReason.NOT_IN_ROI),
        ({"camera": None}, RefusalReason.NOT_IN_ROI),
        ({"track_id": 3}, RefusalReason.NOT_IN_ROI),
        ({"camera": "rear"}, RefusalReason.NOT_IN_ROI),
        ({}, None),
    ],
)
def test_a_decision_opens_for_the_vehicle_that_is_there(
    changed: dict[str, object], reason: RefusalReason | None
) -> None:
    assert objection(replace(DECISION, **changed), levels(), NOW) is reason  # type: ignore[arg-type]


@pytest.mark.parametrize(("doubted", "reason"), [("front", RefusalReason.STALE), ("rear", None)])
def test_a_decision_of_a_doubted_camera_opens_nothing(doubted: str, reason: RefusalReason | None) -> None:
    assert objection(DECISION, levels(doubted=frozenset({doubted})), NOW) is reason


def test_a_decision_that_names_no_vehicle_is_refused_for_that_first() -> None:
    nobody = replace(DECISION, track_id=None)
    assert objection(nobody, levels(doubted=frozenset({"front"})), NOW) is RefusalReason.NOT_IN_ROI


@pytest.mark.parametrize(
    ("event", "authority"),
    [
        (EntryGranted(DECISION), DECISION),
        (CommandReceived(RemoteAction.OPEN, COMMAND), COMMAND),
        (CommandReceived(RemoteAction.CLOSE, COMMAND), None),
        (CommandReceived(RemoteAction.STOP, COMMAND), None),
        (ButtonPressed(Button.STOP, NOW), None),
        (ButtonPressed(Button.SERVICE, NOW), None),
        (Tick(), None),
    ],
)
def test_an_event_brings_an_authority_or_none(event: Event, authority: Authority | None) -> None:
    assert asked(event, levels()) == authority


@pytest.mark.parametrize(("button", "source"), [(Button.OPEN, Source.BUTTON), (Button.EXIT, Source.EXIT)])
def test_a_press_is_an_authority_that_names_its_moment_and_expires(button: Button, source: Source) -> None:
    inputs = levels(policy=replace(POLICY, buttons=Buttons(open_expires_s=2.5)))
    pressed = asked(ButtonPressed(button, 63.0), inputs)
    reason = f"The {button.value} button was pressed."
    name = f"{button.value}@63.000000"
    assert pressed == Authority(name, source, 63.0, 65.5, button.value, reason)
    assert type(pressed.subject) is str


def test_a_refusal_names_authority_source_and_reason() -> None:
    assert refuse(DECISION, RefusalReason.STALE, NOW) == refused(DECISION, RefusalReason.STALE)


@pytest.mark.parametrize("authority", [DECISION, replace(DECISION, track_id=0), BUTTON], ids=["1", "0", "no"])
def test_the_record_of_why_names_the_vehicle_and_the_evidence(authority: Authority) -> None:
    written = dict(opening(authority, NOW).entry.fields)
    tracks = {DECISION.track_id: "1", 0: "0", None: ""}
    assert written["track"] == tracks[authority.track_id]
    assert opening(DECISION, NOW) == asked_to_record(DECISION)
    assert opening(BUTTON, NOW) == asked_to_record(BUTTON)


def test_an_entry_has_no_fields_unless_given() -> None:
    entry = write(refused(DECISION, OUT).entry.kind, NOW, "s", "t").entry
    assert (entry.at_s, entry.subject, entry.sentence, entry.fields) == (NOW, "s", "t", ())


def test_rest_is_the_order_of_the_actuator_that_is_driven() -> None:
    assert safe(levels()) == (StopBarrier(),)
    assert safe(levels(policy=CAR)) == (ReleaseCar(), Lights(False))


@pytest.mark.parametrize(("mode", "reason"), [("free", OUT), ("button", None)])
def test_a_loop_raises_no_arm_in_maintenance(mode: str, reason: RefusalReason | None) -> None:
    policy = replace(POLICY, exit=POLICY.exit.model_copy(update={"mode": mode}))
    inputs = levels(policy=policy, faults=active(Maintenance()))
    assert objection(EXIT, inputs, NOW) is reason
