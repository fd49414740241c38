"""Car control through the whole gate."""

from appliance.authority import Authority, Source
from appliance.commands import EnableCar, Horn, Lights, ReleaseCar
from appliance.events import (
    Button,
    CommandReceived,
    EnginesTrusted,
    EntryKind,
    RemoteAction,
    SelfCheckPassed,
    ServiceHeld,
)
from appliance.states import StateName

from .rig import SCENE_VALID_S, Rig


def ready() -> Rig:
    rig = Rig(actuator="car")
    rig.tick(SelfCheckPassed(), EnginesTrusted())
    rig.run(0.3)
    return rig


def enabled() -> Rig:
    rig = ready()
    rig.arrive()
    rig.grant()
    rig.record()
    return rig


def test_an_authorised_person_enables_the_car_with_lights_and_horn() -> None:
    rig = enabled()
    assert [c for _, c in rig.actuator.history] == [EnableCar("a1"), Lights(True), Horn(0.2)]
    rig.run(3.2)
    assert rig.actuator.history[-1][1] == Lights(False)
    assert rig.actuator.enabled


def test_a_car_is_not_enabled_before_it_is_recorded() -> None:
    rig = ready()
    rig.arrive()
    rig.grant()
    rig.run(0.5)
    assert not rig.actuator.enabled
    rig.fail_record()
    rig.run(0.5)
    assert rig.actuator.history == []
    assert rig.writer.kinds()[-1] is EntryKind.REFUSED


def test_the_car_is_released_when_the_person_is_gone_for_long_enough() -> None:
    rig = enabled()
    rig.leave()
    rig.run(0.5)
    assert rig.actuator.enabled
    rig.run(0.6)
    assert not rig.actuator.enabled
    assert rig.writer.kinds()[-1] is EntryKind.RELEASED


def test_another_person_does_not_keep_the_car_enabled() -> None:
    rig = enabled()
    rig.arrive(2)
    rig.run(1.2)
    assert not rig.actuator.enabled


def test_a_blind_camera_releases_the_car() -> None:
    rig = enabled()
    rig.blind = True
    rig.run(SCENE_VALID_S + 1.3)
    assert not rig.actuator.enabled


def test_stop_releases_the_car_and_the_session_ends_when_it_is_let_go() -> None:
    rig = enabled()
    rig.sensors(stop=True)
    rig.run(0.1)
    assert not rig.actuator.enabled
    rig.sensors(stop=False)
    rig.tracks = ()
    rig.run(0.5)
    assert rig.state == StateName.IDLE_ROI


def test_a_button_keeps_the_car_enabled_until_a_command_releases_it() -> None:
    rig = ready()
    rig.press(Button.OPEN)
    rig.record()
    rig.run(20.0)
    assert rig.actuator.enabled
    release = Authority("c1", Source.COMMAND, rig.now, rig.now + 5, "phone", "Remote.")
    rig.tick(CommandReceived(RemoteAction.CLOSE, release))
    assert ReleaseCar() in [c for _, c in rig.actuator.history]
    assert not rig.actuator.enabled


def test_a_second_authority_is_refused_while_the_car_is_enabled() -> None:
    rig = enabled()
    rig.grant("a2", 2)
    assert rig.writer.kinds()[-1] is EntryKind.REFUSED


def test_maintenance_releases_a_car_that_a_button_enabled() -> None:
    rig = ready()
    rig.press(Button.OPEN)
    rig.record()
    rig.tick(ServiceHeld(reset=False))
    rig.run(0.2)
    assert not rig.actuator.enabled
    assert rig.state == StateName.FAULT


def test_maintenance_waits_for_a_person_who_is_in_sight() -> None:
    rig = enabled()
    rig.tick(ServiceHeld(reset=False))
    rig.run(0.5)
    assert rig.actuator.enabled
