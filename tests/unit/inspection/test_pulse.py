"""A pulse on request: what it moves, and what holds it back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.config.schema import InputsSection, Output, Outputs
from appliance.faults import ConfigFault
from appliance.hw.base import InputSpec
from appliance.hw.fake import FakeInput, FakeOutput, FakePins
from appliance.hw.outputs import OutputBank
from appliance.inspection.pulse import STEP_S, Pulser, announcement, length_of
from appliance.inspection.report import Level
from tests.unit.hw.rig import CLOSE, DEAD_TIME_S, HORN, OPEN, STOP, a_clock

from .rig import a_config

PINS = {"stop_button": "GPIO6", "loop": "GPIO26", "beam": "GPIO16"}


class Bench:
    """A pulser over fake lines. `at` runs something once a moment has passed since the start."""

    def __init__(self) -> None:
        self.clock = a_clock()
        self.pins = FakePins()
        self.outputs = {spec.name: FakeOutput(spec, self.pins) for spec in (OPEN, CLOSE, STOP, HORN)}
        self.inputs = {name: FakeInput(InputSpec(name, pin), self.pins) for name, pin in PINS.items()}
        self.plans: list[tuple[float, Callable[[], None]]] = []
        bank = OutputBank(self.outputs.values(), self.clock, dead_time_s=DEAD_TIME_S)
        self.pulser = Pulser(bank, self.inputs, self.clock, self.wait)
        self.on_s = 0.0

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.on_s += seconds * any(self.pins.levels[output.spec.pin] for output in self.outputs.values())
        for moment_s, act in self.plans:
            if self.clock.monotonic() >= 100.0 + moment_s:
                act()

    def pulse(self, name: str, length_s: float = 0.5) -> tuple[Level, float]:
        """What was said, and for how long something was energised."""
        report = self.pulser.pulse(name, length_s, DEAD_TIME_S)
        return report.level, self.on_s

    def energised(self) -> set[str]:
        return {name for name, output in self.outputs.items() if self.pins.levels[output.spec.pin]}


@pytest.mark.parametrize("name", ["open", "close", "stop", "horn"])
def test_an_output_is_on_for_a_moment_and_falls(name: str) -> None:
    bench = Bench()
    level, on_s = bench.pulse(name)

    assert level is Level.FINE
    assert on_s == pytest.approx(0.5, abs=2 * STEP_S)
    assert bench.outputs[name].history[-3:] == [True, False, False]
    assert bench.energised() == set()


def test_only_the_asked_output_is_energised() -> None:
    bench = Bench()
    bench.pulse("open")

    assert True not in bench.outputs["close"].history


@pytest.mark.parametrize("name", ["open", "close", "horn"])
def test_stop_held_refuses(name: str) -> None:
    bench = Bench()
    bench.pins.wires["GPIO6"] = True

    assert bench.pulse(name) == (Level.WRONG, 0.0)


def test_stop_itself_may_be_pulsed_while_stop_is_held() -> None:
    bench = Bench()
    bench.pins.wires["GPIO6"] = True

    assert bench.pulse("stop")[0] is Level.FINE


def test_stop_pressed_releases_at_once() -> None:
    bench = Bench()
    bench.plans.append((DEAD_TIME_S + 0.1, lambda: bench.pins.wires.update({"GPIO6": True})))
    level, on_s = bench.pulse("open")

    assert level is Level.WRONG
    assert on_s == pytest.approx(0.1, abs=2 * STEP_S)
    assert bench.energised() == set()


@pytest.mark.parametrize("veto", ["loop", "beam"])
def test_nothing_closes_on_anything(veto: str) -> None:
    bench = Bench()
    bench.pins.wires[PINS[veto]] = True

    assert bench.pulse("close") == (Level.WRONG, 0.0)


@pytest.mark.parametrize("veto", ["loop", "beam"])
def test_the_arm_may_open_over_somebody(veto: str) -> None:
    bench = Bench()
    bench.pins.wires[PINS[veto]] = True

    assert bench.pulse("open")[0] is Level.FINE


def test_a_sensor_that_cannot_be_read_counts_as_present() -> None:
    bench = Bench()
    bench.inputs["loop"].lost = True

    assert bench.pulse("close") == (Level.WRONG, 0.0)


def test_the_longest_time_on_ends_a_pulse() -> None:
    bench = Bench()
    level, on_s = bench.pulse("horn", 60.0)

    assert level is Level.WRONG
    assert on_s == pytest.approx(2.0, abs=2 * STEP_S)


def test_an_interrupted_pulse_falls() -> None:
    bench = Bench()

    def interrupt() -> None:
        raise KeyboardInterrupt

    bench.plans.append((DEAD_TIME_S + 0.1, interrupt))
    with pytest.raises(KeyboardInterrupt):
        bench.pulse("open")

    assert bench.energised() == set()


def test_a_line_that_another_holds_moves_nothing() -> None:
    bench = Bench()
    bench.pins.claim("GPIO27", "another")
    with pytest.raises(ConfigFault):
        bench.pulse("open")

    assert True not in bench.outputs["open"].history


def test_a_stop_button_that_cannot_be_claimed_moves_nothing() -> None:
    bench = Bench()
    bench.pins.claim("GPIO6", "another")
    with pytest.raises(ConfigFault):
        bench.pulse("open")

    assert bench.on_s == 0.0


def test_a_pulse_is_never_longer_than_its_output_may_be_on() -> None:
    short = Outputs(open=Output(pin="GPIO17", max_on_s=0.2), horn=Output(pin="GPIO24", max_on_s=3.0))
    config = a_config(outputs=short)

    assert (length_of(config, "open"), length_of(config, "horn")) == (0.2, config.barrier.pulse_s)


def test_who_is_asked_is_told_what_moves() -> None:
    config = a_config(inputs=InputsSection())

    assert "begins to OPEN" in announcement(config, "open", 0.5)
    assert "only you look under the arm" in announcement(config, "close", 0.5)
    assert "nothing moves" in announcement(a_config("sim"), "close", 0.5)
