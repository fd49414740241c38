"""The status LED of the emulated board: the kernel blinks it, and the gate without root says what."""

from __future__ import annotations

import pytest

from appliance.hw.led import spelt
from appliance.hw.signs import PATTERNS, Sign

from .lines import Gate

pytestmark = pytest.mark.timeout(1800)

LED = "/sys/class/leds/ACT"


def await_sign(run: Gate, sign: Sign) -> None:
    """Until the kernel has been told this pattern."""
    lit = int(run.agent.ask(f"cat {LED}/max_brightness"))
    shows = f'[ "$(echo $(cat {LED}/pattern))" = "{spelt(PATTERNS[sign], lit)}" ]'
    run.agent.ask(f"timeout 300 sh -c 'until {shows}; do sleep 0.1; done'", 80)


def await_light(run: Gate, level: str) -> None:
    """Until the LED is lit (`!= 0`) or dark (`= 0`)."""
    shows = f'[ "$(cat {LED}/brightness)" {level} ]'
    run.agent.ask(f"timeout 300 sh -c 'until {shows}; do sleep 0.02; done'", 80)


def test_an_armed_gate_shows_it(gate: Gate) -> None:
    await_sign(gate, Sign.ARMED)


def test_a_gate_that_hangs_blinks_on(gate: Gate) -> None:
    await_sign(gate, Sign.ARMED)
    gate.agent.ask('kill -STOP "$(systemctl show gatehouse --property=MainPID --value)"')

    await_light(gate, "= 0")
    await_light(gate, "!= 0")


def test_a_gate_that_was_ended_shows_that_nobody_serves(gate: Gate) -> None:
    gate.agent.ask("systemctl kill --signal=KILL gatehouse")

    await_sign(gate, Sign.DOWN)
    await_sign(gate, Sign.ARMED)
