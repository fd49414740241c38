"""The guard: on-times and a hung machine, without its thread."""

from __future__ import annotations

from appliance.faults import GateFault, MachineStalled, OnTimeExceeded, OutputFailed
from appliance.hw.guard import GuardThread
from appliance.hw.heartbeat import Heartbeat

from .rig import CLOSE, ENABLE, OPEN, OutputRig


class Patrol:
    """A guard over a rig, with the faults that it reported."""

    def __init__(self) -> None:
        self.rig = OutputRig(OPEN, CLOSE, ENABLE)
        self.machine = Heartbeat()
        self.reports: list[GateFault] = []
        self.recovered: list[str] = []
        self.guard = GuardThread(
            self.rig.bank, self.rig.clock, self.machine, self.reports.append, self.recovered.append
        )

    def round(self, after_s: float) -> None:
        self.rig.clock.advance(after_s)
        self.guard.patrol(self.rig.clock.monotonic())

    @property
    def kinds(self) -> list[type[GateFault]]:
        return [type(fault) for fault in self.reports]


def test_an_overdue_output_is_released_and_reported() -> None:
    patrol = Patrol()
    patrol.rig.bank.energise("open")
    patrol.round(9.5)
    assert patrol.kinds == [OnTimeExceeded]
    assert patrol.rig.on() == set()


def test_a_hung_machine_loses_every_output_and_is_reported_once() -> None:
    patrol = Patrol()
    patrol.machine.beat(patrol.rig.clock.monotonic())
    patrol.rig.bank.energise("enable")
    patrol.round(1.5)
    patrol.round(0.1)
    assert patrol.kinds == [MachineStalled]
    assert patrol.rig.on() == set()


def test_a_machine_that_ticks_keeps_its_outputs() -> None:
    patrol = Patrol()
    patrol.rig.bank.energise("enable")
    patrol.round(0.5)
    patrol.machine.beat(patrol.rig.clock.monotonic())
    patrol.round(0.9)
    assert patrol.reports == []
    assert patrol.rig.on() == {"enable"}


def test_before_its_first_tick_a_machine_is_not_hung() -> None:
    patrol = Patrol()
    patrol.round(60.0)
    assert patrol.reports == []


def test_a_machine_that_hangs_again_is_reported_again() -> None:
    patrol = Patrol()
    for _ in range(2):
        patrol.machine.beat(patrol.rig.clock.monotonic())
        patrol.round(0.5)
        patrol.round(1.0)
    assert patrol.kinds == [MachineStalled, MachineStalled]
    assert patrol.recovered == ["machine_stalled"]


def test_an_output_that_cannot_fall_is_reported() -> None:
    patrol = Patrol()
    patrol.machine.beat(patrol.rig.clock.monotonic())
    patrol.rig.outputs["enable"].broken = True
    patrol.round(2.0)
    assert patrol.kinds == [OutputFailed, MachineStalled]
