"""Pulse one output on request, within the laws: STOP stops, nothing closes on anything, all outputs fall."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack

from ..clock import Clock
from ..config import Config
from ..faults import InputFault
from ..hw.base import BaseInput
from ..hw.outputs import OutputBank
from .report import Report, fine, of_fault, wrong

STEP_S = 0.02
"""As often as the gate's own machine ticks: STOP releases within it."""
WATCHED = ("stop_button", "loop", "beam")
"""Inputs that hold a pulse back."""
_VETOES = ("loop", "beam")
_REMEDY = "Clear it, and ask again."

_MOVES = {
    "open": "The arm begins to OPEN.",
    "close": "The arm begins to CLOSE. Nobody and nothing may be under it.",
    "stop": "The operator is told to stop.",
    "enable": "The car is enabled, and may start to move.",
    "lights": "The lights go on.",
    "horn": "The horn sounds.",
}


class Pulser:
    """Owns the bank for one pulse. `inputs` are those of WATCHED that are fitted."""

    def __init__(
        self, bank: OutputBank, inputs: Mapping[str, BaseInput], clock: Clock, wait: Callable[[float], object]
    ) -> None:
        self._bank = bank
        self._inputs = inputs
        self._clock = clock
        self._wait = wait

    def pulse(self, name: str, length_s: float, rest_s: float) -> Report:
        """Claim every line at its start level, rest for the dead time, energise, release, give back.

        `rest_s` is the dead time: a start counts as a release. Raises OutputFault, ConfigFault, SensorLost.
        """
        part = f"output {name}"
        with ExitStack() as opened:
            for line in self._inputs.values():
                opened.enter_context(line)
            opened.enter_context(self._bank)
            self._wait(rest_s)
            objection = self._objection(name)
            if objection:
                return wrong(part, f"{objection} Nothing was energised.", _REMEDY)
            return self._hold(part, name, length_s)

    def _hold(self, part: str, name: str, length_s: float) -> Report:
        ends_s = self._clock.monotonic() + length_s
        try:
            self._bank.energise(name)
            cut_short = self._watch(part, name, ends_s)
        finally:
            self._bank.release(name)
        self._bank.verify()
        return cut_short or fine(part, f"was on for {length_s:g} s, and reads back off")

    def _watch(self, part: str, name: str, ends_s: float) -> Report | None:
        """Until its time is over; why it ended before, where it did."""
        while self._clock.monotonic() < ends_s:
            overdue = self._bank.guard(self._clock.monotonic())
            if overdue:
                return of_fault(part, overdue[0])
            objection = self._objection(name)
            if objection:
                return wrong(part, f"{objection} It was released at once.", _REMEDY)
            self._wait(STEP_S)
        return None

    def _objection(self, name: str) -> str:
        """Why this output may not be on now; what cannot be read counts as active (laws 2 and 3)."""
        if name != "stop" and self._active("stop_button"):
            return "STOP is held, or cannot be read."
        present = [veto for veto in _VETOES if self._active(veto)] if name == "close" else []
        return f"Something is under the arm: {', '.join(present)}." if present else ""

    def _active(self, name: str) -> bool:
        line = self._inputs.get(name)
        if line is None:
            return False
        try:
            return line.read()
        except InputFault:
            return True


def announcement(config: Config, name: str, length_s: float) -> str:
    """What will move, for the person who is asked."""
    said = f"outputs.{name} goes on for {length_s:g} s. {_MOVES[name]}"
    if config.pin_factory == "mock":
        return f"{said} (On mock pins: nothing moves.)"
    blind = name == "close" and config.inputs.loop is None and config.inputs.beam is None
    return f"{said} No loop and no beam is fitted: only you look under the arm." if blind else said


def length_of(config: Config, name: str) -> float:
    """Seconds of a pulse: an impulse's, and never more than the output may be on."""
    limit_s = getattr(config.outputs, name).max_on_s
    return config.barrier.pulse_s if limit_s is None else min(config.barrier.pulse_s, limit_s)
