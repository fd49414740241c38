"""The states as pure reactions, and the two rules that come before any of them."""

from __future__ import annotations

from dataclasses import replace

from ..events import Event, RefusalReason
from ..faults import Effect
from .actuate import Actuate
from .base import Commands, Inputs, Leave, Memory, Policy, Reaction, State, StateName, Stay, Trigger
from .boot import Boot
from .fault import Fault
from .idle_roi import IdleRoi
from .recognize import Recognize
from .rules import asked, noted, refuse
from .warmup import Warmup

STATES: dict[StateName, type[State]] = {
    cls.name: cls for cls in (Boot, Warmup, IdleRoi, Recognize, Actuate, Fault)
}


def react(state: State, event: Event, inputs: Inputs, now: float) -> Reaction:
    """What `event` does in `state`: STOP first (law 3), then faults, then the state's own rules."""
    words = noted(event, inputs, now)
    if inputs.stop:
        return _stop(state, event, inputs, now, words)
    if _must_fail(state, inputs):
        owed = (*state.abandoned(now), *_turned_away(event, inputs, now))
        return Leave(Trigger.FAILED, state.memory(), (*words, *owed))
    reaction = state.react(event, inputs, now)
    return replace(reaction, commands=(*words, *reaction.commands))


def _stop(state: State, event: Event, inputs: Inputs, now: float, words: Commands) -> Reaction:
    still, commands = state.stopped(inputs, now)
    return Stay(still, (*commands, *words, *_turned_away(event, inputs, now)))


def _turned_away(event: Event, inputs: Inputs, now: float) -> Commands:
    authority = asked(event, inputs)
    return () if authority is None else (refuse(authority, RefusalReason.OUT_OF_SERVICE, now),)


def _must_fail(state: State, inputs: Inputs) -> bool:
    """A cycle under way ends before FINISH_THEN_STOP takes effect; STOP_NOW waits for nothing."""
    if state.name in (StateName.BOOT, StateName.FAULT):
        return False
    limit = Effect.STOP_NOW if state.name is StateName.ACTUATE else Effect.FINISH_THEN_STOP
    return inputs.limits_disagree or inputs.suffers(limit)


__all__ = [
    "STATES",
    "Boot",
    "Inputs",
    "Leave",
    "Memory",
    "Policy",
    "Reaction",
    "State",
    "StateName",
    "Stay",
    "Trigger",
    "react",
]
