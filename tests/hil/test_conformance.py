"""What every output and input must do, on fakes and on silicon, word for word the same."""

from __future__ import annotations

import pytest

from appliance.clock import Clock
from appliance.faults import ConfigFault, InterlockBroken, OutputFailed, SensorLost
from appliance.hw.base import InputSpec, OutputSpec
from appliance.hw.outputs import OutputBank
from appliance.hw.system_clock import SystemClock

from .conftest import Bench


def an_output(bench: Bench, *, active_high: bool = True, name: str = "lamp") -> OutputSpec:
    return OutputSpec(name, bench.out_pin, active_high, max_on_s=5.0)


def an_input(bench: Bench, *, active_high: bool = True, normally_closed: bool = False) -> InputSpec:
    return InputSpec("loop", bench.in_pin, active_high, normally_closed=normally_closed)


@pytest.mark.parametrize("active_high", [True, False])
def test_an_output_follows_and_reads_back(bench: Bench, active_high: bool) -> None:
    output = bench.output(an_output(bench, active_high=active_high))
    with output:
        seen = [output.is_on]
        for on in (True, True, False, True):
            output.set(on)
            seen.append(output.is_on)
    assert seen == [False, True, True, False, True]


@pytest.mark.parametrize("active_high", [True, False])
def test_a_closed_output_has_left_its_shutdown_level(bench: Bench, active_high: bool) -> None:
    output = bench.output(an_output(bench, active_high=active_high))
    output.open()
    output.set(True)
    output.close()
    output.close()
    assert bench.released_level(output.spec) is False


def test_an_output_before_open_and_after_close_refuses(bench: Bench) -> None:
    output = bench.output(an_output(bench))
    with pytest.raises(OutputFailed):
        output.set(True)
    with output:
        output.set(True)
    with pytest.raises(OutputFailed):
        output.set(True)


def test_a_pin_is_claimed_once(bench: Bench) -> None:
    with bench.output(an_output(bench)), pytest.raises(ConfigFault):
        bench.output(an_output(bench, name="horn")).open()


def test_an_output_opens_again_after_it_was_closed(bench: Bench) -> None:
    output = bench.output(an_output(bench))
    for _ in range(3):
        with output:
            output.set(True)


def test_an_output_is_not_opened_twice(bench: Bench) -> None:
    output = bench.output(an_output(bench))
    with output, pytest.raises(OutputFailed):
        output.open()


@pytest.mark.parametrize("active_high", [True, False])
@pytest.mark.parametrize("normally_closed", [True, False])
def test_an_input_follows_its_wire(bench: Bench, active_high: bool, normally_closed: bool) -> None:
    spec = an_input(bench, active_high=active_high, normally_closed=normally_closed)
    seen = []
    with bench.input(spec) as reader:
        for active in (False, True, False):
            bench.drive(spec, active)
            seen.append(reader.read())
    assert seen == [False, True, False]


def test_an_input_before_open_and_after_close_refuses(bench: Bench) -> None:
    reader = bench.input(an_input(bench))
    with pytest.raises(SensorLost):
        reader.read()
    with reader:
        reader.read()
    with pytest.raises(SensorLost):
        reader.read()


@pytest.mark.parametrize("normally_closed", [True, False])
def test_an_open_wire_reads_as_its_contact_does(bench: Bench, normally_closed: bool) -> None:
    with bench.input(an_input(bench, normally_closed=normally_closed)) as reader:
        assert reader.read() is normally_closed


def a_bank(bench: Bench, clock: Clock) -> OutputBank:
    outputs = [bench.output(OutputSpec(name, pin, max_on_s=5.0)) for name, pin in directions(bench)]
    return OutputBank(outputs, clock, dead_time_s=60.0)


def directions(bench: Bench) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("open", bench.out_pin), ("close", bench.in_pin)


def test_a_bank_claims_reads_back_and_rests_without_moving_anything(bench: Bench) -> None:
    with a_bank(bench, SystemClock()) as bank:
        bank.verify()
        assert not bank.is_on("open")
        assert not bank.is_on("close")


def test_a_bank_refuses_right_after_its_start(bench: Bench) -> None:
    with a_bank(bench, SystemClock()) as bank:
        with pytest.raises(InterlockBroken):
            bank.energise("close")
        bank.verify()
