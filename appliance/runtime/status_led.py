"""What the status LED shows of a gate that runs."""

from __future__ import annotations

from ..faults import Effect, StatusLedFailed
from ..hw.led import BaseStatusLed
from ..hw.signs import Sign
from ..states.base import Inputs, StateName
from ..update.underway import Underway
from ..upkeep.alarm import Alarm, FaultSink

LOOK_EVERY_S = 0.1
"""Sooner than anybody sees that a lamp follows."""
ASK_EVERY_S = 1.0
"""Of an update; and of an LED that did not obey: its file may come late."""


def sign_of(state: StateName, inputs: Inputs, *, updating: bool) -> Sign:
    """The gravest of what is true; a motion before an update, since a person stands before it."""
    if state is StateName.BOOT:
        return Sign.STARTING
    if state is StateName.FAULT or inputs.stop or inputs.suffers(Effect.FINISH_THEN_STOP):
        return Sign.FAULT
    if state is StateName.ACTUATE:
        return Sign.MOVING
    if updating:
        return Sign.UPDATING
    if not inputs.policy.armed:
        return Sign.UNARMED
    if state is StateName.WARMUP or inputs.suffers(Effect.REFUSE_ENTRY):
        return Sign.BUTTONS_ONLY
    return Sign.ARMED


class StatusLed:
    """Told after every tick how the gate is; writes some bytes to the kernel when the sign changes."""

    def __init__(self, led: BaseStatusLed, underway: Underway, faults: FaultSink) -> None:
        self._led = led
        self._underway = underway
        self._alarm = Alarm(faults)
        self._shown: Sign | None = None
        self._failed = False
        self._updating = False
        self._look_s = self._ask_s = float("-inf")

    def note(self, state: StateName, inputs: Inputs, now_s: float) -> None:
        if now_s < self._look_s:
            return
        self._look_s = now_s + LOOK_EVERY_S
        if now_s >= self._ask_s:
            self._ask_s = now_s + ASK_EVERY_S
            self._updating = self._underway.now
            self._failed = False
        self._show(sign_of(state, inputs, updating=self._updating))

    def end(self) -> None:
        """The gate ends: whatever becomes of it, nobody serves the buttons from now on."""
        self._show(Sign.DOWN)

    def _show(self, sign: Sign) -> None:
        if sign is self._shown or self._failed:
            return
        try:
            self._led.show(sign)
        except StatusLedFailed as fault:
            self._failed, self._shown = True, None
            self._alarm.met(fault)
            return
        self._shown = sign
        self._alarm.over(StatusLedFailed)
