"""The output guard in its own thread, on real time."""

from __future__ import annotations

from threading import Event, Thread

from appliance.faults import GateFault, MachineStalled, OnTimeExceeded
from appliance.hw.base import OutputSpec
from appliance.hw.fake import FakeOutput, FakePins
from appliance.hw.guard import GuardThread
from appliance.hw.heartbeat import Heartbeat
from appliance.hw.outputs import OutputBank
from appliance.hw.system_clock import SystemClock

WAIT_S = 5.0


class BrokenClock(SystemClock):
    def monotonic(self) -> float:
        raise RuntimeError("the clock broke")


class Guarded:
    """A bank with one output, watched by a running guard."""

    def __init__(self, spec: OutputSpec) -> None:
        self.output = FakeOutput(spec, FakePins())
        self.clock = SystemClock()
        self.bank = OutputBank([self.output], self.clock, dead_time_s=0.1)
        self.machine = Heartbeat()
        self.reports: list[GateFault] = []
        self.recovered: list[str] = []
        self.reported = Event()
        self.guard = GuardThread(
            self.bank,
            self.clock,
            self.machine,
            self.report,
            self.recovered.append,
            tick_limit_s=0.2,
            period_s=0.02,
        )

    def report(self, fault: GateFault) -> None:
        self.reports.append(fault)
        self.reported.set()


def test_an_output_falls_although_the_machine_sleeps() -> None:
    gate = Guarded(OutputSpec("horn", "GPIO1", max_on_s=0.1))
    with gate.bank:
        gate.guard.start()
        gate.bank.energise("horn")
        assert gate.reported.wait(WAIT_S)
        assert not gate.output.is_on
        gate.guard.stop()
    assert [type(fault) for fault in gate.reports] == [OnTimeExceeded]


def test_a_machine_that_stops_ticking_loses_the_car() -> None:
    gate = Guarded(OutputSpec("enable", "GPIO1"))
    with gate.bank:
        gate.guard.start()
        gate.machine.beat(gate.clock.monotonic())
        gate.bank.energise("enable")
        assert gate.reported.wait(WAIT_S)
        assert not gate.output.is_on
        gate.guard.stop()
    assert [type(fault) for fault in gate.reports] == [MachineStalled]


def test_a_guard_that_ends_releases_motion() -> None:
    gate = Guarded(OutputSpec("enable", "GPIO1"))
    with gate.bank:
        gate.guard.start()
        gate.bank.energise("enable")
        gate.guard.stop()
        assert not gate.guard.alive
        assert not gate.output.is_on


def test_a_guard_that_breaks_says_so_and_releases_motion() -> None:
    gate = Guarded(OutputSpec("enable", "GPIO1"))
    with gate.bank:
        guard = GuardThread(
            gate.bank, BrokenClock(), gate.machine, gate.report, gate.recovered.append, period_s=0.02
        )
        gate.bank.energise("enable")
        guard.start()
        assert gate.reported.wait(WAIT_S)
        guard.stop()
        assert not gate.output.is_on
    assert "the clock broke" in gate.reports[0].detail


def test_a_write_that_hangs_does_not_stop_another_threads_release() -> None:
    gate = Guarded(OutputSpec("enable", "GPIO1"))
    entered, let_go = Event(), Event()
    write = gate.output.set

    def hanging(on: bool) -> None:
        write(on)
        if on:
            entered.set()
            let_go.wait(WAIT_S)

    gate.output.set = hanging  # type: ignore[method-assign]
    with gate.bank:
        machine = Thread(target=gate.bank.energise, args=("enable",))
        machine.start()
        assert entered.wait(WAIT_S)
        gate.bank.release_motion()
        released = not gate.output.is_on
        let_go.set()
        machine.join()
    assert released
