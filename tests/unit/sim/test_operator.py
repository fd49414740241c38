"""What the outputs move in the twin, for each kind of actuator."""

from __future__ import annotations

from appliance.config import Config
from appliance.hw.car_messages import CarLevels, Hello, SetLevels, Welcome, pack, unpack
from appliance.hw.fake import FakeCarPeer
from appliance.hw.sim.arm import Arm
from appliance.hw.sim.operator import CarRelease, HeldOperator, ImpulseOperator, make_operator

NOTHING: frozenset[str] = frozenset()
OPEN, CLOSE, STOP, ENABLE = (frozenset({name}) for name in ("open", "close", "stop", "enable"))


def a_config(actuator: str) -> Config:
    return Config.model_validate({"gate": {"actuator": actuator}})


def test_each_actuator_has_its_counterpart() -> None:
    made = [type(make_operator(a_config(actuator), None)) for actuator in ("barrier", "pulse", "car")]

    assert made == [HeldOperator, ImpulseOperator, CarRelease]


def test_a_held_operator_moves_while_it_is_told_to() -> None:
    operator, arm = HeldOperator(), Arm(1.0)

    assert [operator.drive(each, arm) for each in (OPEN, NOTHING, CLOSE)] == [
        (True, False),
        (False, False),
        (False, True),
    ]


def test_an_impulse_runs_to_the_limit() -> None:
    operator, arm = ImpulseOperator(), Arm(1.0)
    steps = 0
    motion = operator.drive(OPEN, arm)
    while motion[0]:
        arm.step(0.01, *motion)
        motion = operator.drive(NOTHING, arm)
        steps += 1

    assert arm.at_open
    assert 90 < steps < 102


def test_a_motion_is_judged_while_it_lasts() -> None:
    operator, arm = ImpulseOperator(), Arm(1.0, angle=45.0)
    seen = []
    for energised in (OPEN, NOTHING, STOP, NOTHING):
        operator.drive(energised, arm)
        seen.append(operator.judged(energised))

    assert seen == [OPEN, OPEN, STOP, NOTHING]


def test_stop_and_the_opposite_end_a_motion() -> None:
    operator, arm = ImpulseOperator(), Arm(1.0, angle=45.0)

    assert [operator.drive(each, arm) for each in (OPEN, NOTHING, CLOSE, NOTHING, STOP, NOTHING)] == [
        (True, False),
        (True, False),
        (False, True),
        (False, True),
        (False, False),
        (False, False),
    ]


def test_a_car_is_released_by_its_pin_and_judged_as_let_in() -> None:
    operator, arm = CarRelease(None), Arm(1.0, angle=45.0)

    assert (operator.drive(ENABLE, arm), operator.judged(ENABLE)) == ((True, False), ENABLE | OPEN)
    assert (operator.drive(NOTHING, arm), operator.judged(NOTHING)) == ((False, True), NOTHING)


def test_a_car_is_released_by_its_controller() -> None:
    peer = FakeCarPeer(lambda: 0.0)
    welcome = unpack(peer(pack(Hello(1, 1, 200)))[0])
    assert isinstance(welcome, Welcome)
    peer(pack(SetLevels(welcome.session, 2, CarLevels(enable=True))))

    assert CarRelease(peer).drive(NOTHING, Arm(1.0)) == (True, False)
