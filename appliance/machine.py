"""The machine: one table of states and triggers, and the only thing that changes state."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from transitions import Machine as Fsm
from transitions import MachineError

from .commands import Command, Write
from .events import Entry, EntryKind, Event
from .faults import MachineFault
from .states import STATES, Inputs, Leave, Memory, State, StateName, Trigger, react

log = logging.getLogger(__name__)

ANY_BUT_BOOT = (StateName.WARMUP, StateName.IDLE_ROI, StateName.RECOGNIZE, StateName.ACTUATE)


@dataclass(frozen=True, slots=True)
class Row:
    """`trigger` leads from each of `sources` to `dest`."""

    trigger: Trigger
    sources: tuple[StateName, ...]
    dest: StateName


TABLE = (
    Row(Trigger.CHECKED, (StateName.BOOT,), StateName.WARMUP),
    Row(Trigger.TRUSTED, (StateName.WARMUP,), StateName.IDLE_ROI),
    Row(Trigger.VEHICLE_SEEN, (StateName.IDLE_ROI,), StateName.RECOGNIZE),
    Row(Trigger.VEHICLE_LEFT, (StateName.RECOGNIZE,), StateName.IDLE_ROI),
    Row(
        Trigger.AUTHORISED,
        (StateName.WARMUP, StateName.IDLE_ROI, StateName.RECOGNIZE, StateName.FAULT),
        StateName.ACTUATE,
    ),
    Row(Trigger.RESTORE, (StateName.IDLE_ROI,), StateName.ACTUATE),
    Row(Trigger.CYCLE_DONE, (StateName.ACTUATE,), StateName.IDLE_ROI),
    Row(Trigger.COLD, (StateName.ACTUATE,), StateName.WARMUP),
    Row(Trigger.FAILED, ANY_BUT_BOOT, StateName.FAULT),
    Row(Trigger.RECOVERED, (StateName.FAULT,), StateName.WARMUP),
)


class Machine:
    """Takes one event at a time and answers with commands. Not for use by two threads at once."""

    def __init__(self) -> None:
        self._state: State = STATES[StateName.BOOT]()
        self._fsm = Fsm(
            model=None,
            states=[str(name) for name in StateName],
            initial=str(StateName.BOOT),
            auto_transitions=False,
        )
        self._model = _Model()
        self._fsm.add_model(self._model, initial=str(StateName.BOOT))
        for row in TABLE:
            for source in row.sources:
                self._fsm.add_transition(str(row.trigger), str(source), str(row.dest))

    @property
    def state(self) -> State:
        return self._state

    def handle(self, event: Event, inputs: Inputs, now: float) -> tuple[Command, ...]:
        """Let the present state react to `event` at `now` (monotonic seconds).

        Raises MachineFault when a state asks for what the table does not hold; the state is kept.
        """
        reaction = react(self._state, event, inputs, now)
        if isinstance(reaction, Leave):
            return self._leave(reaction, type(event).__name__, inputs, now)
        if reaction.state.name is not self._state.name:
            raise MachineFault(f"{self._state.name} became {reaction.state.name} without a trigger")
        self._state = reaction.state
        return reaction.commands

    def _leave(self, leave: Leave, event: str, inputs: Inputs, now: float) -> tuple[Command, ...]:
        source = self._state.name
        dest = self._follow(leave.trigger)
        self._state, entered = STATES[dest].enter(leave.memory, inputs, now)
        log.info("%s -> %s: %s (%s)", source, dest, leave.trigger, event)
        fields = (("from", str(source)), ("trigger", str(leave.trigger)), ("to", str(dest)))
        word = Write(Entry(EntryKind.TRANSITION, now, str(dest), f"{source} to {dest}.", fields))
        return (*leave.commands, *entered, word)

    def fail(self, inputs: Inputs, now: float) -> tuple[Command, ...]:
        """Go to fault after a defect, whatever the state; in fault or boot the order to rest is repeated."""
        if self._state.name in ANY_BUT_BOOT:
            return self._leave(Leave(Trigger.FAILED, Memory()), "defect", inputs, now)
        return self._state.stopped(inputs, now)[1]

    def _follow(self, trigger: Trigger) -> StateName:
        try:
            self._model.trigger(str(trigger))
        except MachineError as error:
            raise MachineFault(f"{trigger} in {self._state.name}") from error
        return StateName(self._model.state)


class _Model:
    """What `transitions` writes its state to."""

    state: str
    trigger: Callable[[str], bool]
