"""Laws 4 and 5 on the bank, against any order of orders, faults and passing time."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from appliance.faults import OutputFault

from .rig import CLOSE, DEAD_TIME_S, ENABLE, HORN, LIGHTS, OPEN, OutputRig

NAMES = st.sampled_from(["open", "close", "enable", "lights", "horn"])
LIMITS = {"open": 9.0, "close": 9.0, "horn": 2.0}


class BankUnderFire(RuleBasedStateMachine):
    """Drives the bank as a wild caller would, and looks at the pins alone."""

    def __init__(self) -> None:
        super().__init__()
        self.rig = OutputRig(OPEN, CLOSE, ENABLE, LIGHTS, HORN, rested=False)
        self.since: dict[str, float] = {}
        self.off_at = {"open": float("-inf"), "close": float("-inf")}
        self.guarded = True

    @rule(name=NAMES, on=st.booleans())
    def switch(self, name: str, on: bool) -> None:
        before = self.rig.on()
        with suppress(OutputFault):
            self.rig.bank.set(name, on)
        self.watch(before)

    @rule()
    def stop(self) -> None:
        before = self.rig.on()
        with suppress(OutputFault):
            self.rig.bank.release_motion()
        self.watch(before)

    @rule(seconds=st.floats(0.0, 4.0))
    def wait(self, seconds: float) -> None:
        self.rig.clock.advance(seconds)
        self.guarded = False

    @rule()
    def guard(self) -> None:
        before = self.rig.on()
        self.rig.bank.guard(self.rig.clock.monotonic())
        self.watch(before)
        self.guarded = True

    @rule(name=NAMES, broken=st.booleans())
    def break_or_mend(self, name: str, broken: bool) -> None:
        self.rig.outputs[name].broken = broken
        # A pin that obeys again is released by the next guard, not by being mended.
        self.guarded = False

    def watch(self, before: set[str]) -> None:
        """Keep the times of edges, and hold each new edge against the dead time."""
        now_s = self.rig.clock.monotonic()
        after = self.rig.on()
        for name in after - before:
            self.since[name] = now_s
        for name in (before - after) & set(self.off_at):
            self.off_at[name] = now_s
        for name, other in (("open", "close"), ("close", "open")):
            if name in after - before:
                assert now_s - self.off_at[other] >= DEAD_TIME_S - 1e-5

    @invariant()
    def never_both(self) -> None:
        assert not {"open", "close"} <= self.rig.on()

    @precondition(lambda self: self.guarded)
    @invariant()
    def never_too_long(self) -> None:
        now_s = self.rig.clock.monotonic()
        for name in self.rig.on() & set(LIMITS):
            assert self.rig.outputs[name].broken or now_s - self.since[name] <= LIMITS[name] + 1e-5


BankUnderFire.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestBankUnderFire = BankUnderFire.TestCase
