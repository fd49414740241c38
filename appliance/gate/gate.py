"""The gate: one tick gathers what happened, lets the machine react, and carries out its commands."""

from __future__ import annotations

import logging
import queue
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..authority import Source
from ..clock import Clock
from ..commands import (
    ClearFault,
    ClearFaults,
    CloseBarrier,
    EnableCar,
    Horn,
    Lights,
    Look,
    NotePassage,
    OpenBarrier,
    RaiseFault,
    Refuse,
    ReleaseCar,
    Spend,
    StopBarrier,
    Write,
)
from ..events import (
    EnginesTrusted,
    Entry,
    EntryGranted,
    EntryKind,
    EntryRefused,
    Event,
    FaultCleared,
    FaultRaised,
    Granted,
    PlateVoted,
    Recorded,
    SceneSeen,
    SelfCheckPassed,
    Tick,
    TrackGone,
)
from ..faults import ActiveFault, GateFault, LoopStalled, MachineFault, WatchdogFault
from ..machine import Machine
from ..states.base import Inputs
from .faultboard import FaultBoard
from .ports import (
    AccessPort,
    ActuatorPort,
    Closed,
    EyePort,
    FaultMet,
    FaultOver,
    HeraldPort,
    Message,
    Order,
    PanelPort,
    WatchdogPort,
    WriterPort,
)
from .senses import Senses

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a gate is put together from."""

    machine: Machine
    panel: PanelPort
    actuator: ActuatorPort
    access: AccessPort
    writer: WriterPort
    senses: Senses
    board: FaultBoard
    watchdog: WatchdogPort
    eyes: Sequence[EyePort]
    clock: Clock
    loop_limit_s: float
    heralds: Sequence[HeraldPort] = ()


class Gate:
    """Everything happens in `tick`, on one thread. `post` may be called from any thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._due: deque[Event] = deque()
        self._reacting = False
        self._plates: dict[str, str] = {}
        """Of decisions whose record is awaited, by the authority's id."""
        self._now_s = parts.clock.monotonic()
        self._panel = parts.panel.poll(self._now_s)
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            SceneSeen: self._on_scene,
            PlateVoted: self._on_vote,
            Recorded: self._on_recorded,
            TrackGone: self._on_gone,
            FaultMet: lambda met: self._raise(met.fault),
            FaultOver: lambda over: self._announce(parts.board.cleared(over.kind, over.part)),
            FaultRaised: lambda raised: self._note(raised.fault),
            FaultCleared: lambda over: self._announce(parts.board.cleared(over.kind, over.part)),
            SelfCheckPassed: lambda passed: self._on_checked(),
            EnginesTrusted: lambda trusted: self._on_trusted(),
        }
        self._orders: dict[type[Any], Callable[[Any], None]] = {
            **dict.fromkeys((OpenBarrier, CloseBarrier, StopBarrier), self._move),
            **dict.fromkeys((EnableCar, ReleaseCar, Lights, Horn), self._move),
            Look: self._look,
            Write: self._write,
            Refuse: self._refuse,
            Spend: self._spend,
            NotePassage: lambda order: parts.access.passed(order.authority),
            RaiseFault: lambda order: self._raise(order.fault),
            ClearFault: lambda order: self._clear_by_order(order),
            ClearFaults: lambda order: self._announce(parts.board.reset()),
        }

    @property
    def machine(self) -> Machine:
        return self._parts.machine

    @property
    def inputs(self) -> Inputs:
        """The inputs of this moment, as the machine sees them."""
        return self._parts.senses.inputs(self._panel, self._parts.board.active, self._now_s)

    def post(self, message: Message) -> None:
        """Hand a message to the next tick."""
        self._inbox.put(message)

    def wait(self, timeout_s: float) -> None:
        """Wait for a message, at most `timeout_s`, and tick. A message is handled the moment it comes."""
        try:
            first = self._inbox.get(timeout=timeout_s)
        except queue.Empty:
            self.tick()
        else:
            self.tick(first)

    def tick(self, first: Message | None = None) -> None:
        """Poll the pins, handle every message, tell the machine that time passed, feed the watchdog."""
        parts = self._parts
        self._now_s = parts.clock.monotonic()
        self._panel = parts.panel.poll(self._now_s)
        for message in self._messages(first):
            self._dispatch(message)
        # Last, so that a veto that a scene brought takes effect in this tick (law 2).
        self._handle(Tick())
        self._guarded(self._tick_actuator)
        self._file(parts.access.settle())
        self._watch_loops()

    def shut_down(self, why: str) -> None:
        """Outputs to their shutdown level first, then the record of the visits under way and of the end.

        Outputs that do not obey are recorded as a fault and not raised: who closes the pins after this
        tries once more, and raises. The machine does not hear of it, since nothing shall move any more.
        """
        self._now_s = self._parts.clock.monotonic()
        try:
            self._parts.actuator.safe()
        except GateFault as fault:
            log.critical("while shutting down: %s", fault)
            self._record(ActiveFault.of(fault, self._now_s))
        self._file(self._parts.access.end())
        self._parts.writer.submit_entry(Entry(EntryKind.SHUTDOWN, self._now_s, "gate", why))

    def _messages(self, first: Message | None) -> list[Message]:
        messages: list[Message] = list(self._panel.events)
        if first is not None:
            messages.append(first)
        # Only what is there now: a flood of scenes must not keep the tick from ending.
        messages.extend(self._inbox.get_nowait() for _ in range(self._inbox.qsize()))
        return messages

    def _dispatch(self, message: Message) -> None:
        self._handlers.get(type(message), self._handle)(message)

    def _handle(self, event: Event) -> None:
        """Let the machine react to `event`, then to what its own commands bring about, in order.

        A fault met on the way waits until the commands under way are carried out: their order is
        the machine's, and a nested reaction would put older commands after newer ones.
        """
        self._due.append(event)
        if self._reacting:
            return
        self._reacting = True
        try:
            while self._due:
                self._react(self._due.popleft())
        finally:
            self._reacting = False

    def _react(self, event: Event) -> None:
        # Anew for each event: what access decided a moment ago must not lie in the future.
        self._now_s = self._parts.clock.monotonic()
        try:
            commands = self._parts.machine.handle(event, self.inputs, self._now_s)
        except MachineFault as fault:
            self._raise(fault)
            commands = self._parts.machine.fail(self.inputs, self._now_s)
        for command in commands:
            self._guarded(partial(self._orders[type(command)], command))

    def _guarded(self, act: Callable[[], None]) -> None:
        """A part that fails becomes a fault of the gate; the machine hears of it at once."""
        try:
            act()
        except GateFault as fault:
            self._raise(fault)

    # -- what other rooms report -------------------------------------------------------------------

    def _on_scene(self, scene: SceneSeen) -> None:
        """That a camera gives frames is recorded once a start: an update has to prove it (law 14)."""
        if self._parts.senses.see(scene):
            entry = Entry(EntryKind.SIGHTED, self._now_s, scene.camera, "Its first frame was looked at.")
            self._parts.writer.submit_entry(entry)

    def _on_vote(self, voted: PlateVoted) -> None:
        verdict = self._parts.access.voted(voted.vote)
        if verdict is None:
            return
        for event in verdict.events:
            self._parts.writer.submit_event(event)
        if isinstance(verdict, Granted):
            self._handle(EntryGranted(verdict.authority))
        else:
            self._handle(EntryRefused(verdict.refusal))

    def _on_recorded(self, recorded: Recorded) -> None:
        """A decision that is durable, and that the machine did not refuse, is told to others, too."""
        self._handle(recorded)
        plate = self._plates.pop(recorded.ticket, None)
        if plate is not None:
            for herald in self._parts.heralds:
                herald.present(plate)

    def _on_gone(self, gone: TrackGone) -> None:
        self._parts.writer.submit_readings(gone)
        self._file(self._parts.access.gone(gone))

    def _file(self, closed: Sequence[Closed]) -> None:
        """Record the visits that ended."""
        for each in closed:
            for event in each.events:
                self._parts.writer.submit_event(event)
            self._parts.writer.submit_visit(each.visit)

    def _on_checked(self) -> None:
        self._parts.senses.checked = True

    def _on_trusted(self) -> None:
        self._parts.senses.warm = True

    def _watch_loops(self) -> None:
        """A loop that does not beat is a fault now, and starves the watchdog a little later (law 9)."""
        parts = self._parts
        if any(self._now_s - eye.beat_s > parts.loop_limit_s for eye in parts.eyes):
            self._raise(LoopStalled())
        else:
            self._announce(parts.board.cleared(LoopStalled.kind()))
        self._guarded(self._tick_watchdog)

    def _tick_watchdog(self) -> None:
        if self._parts.watchdog.ticked(self._now_s):
            self._announce(self._parts.board.cleared(WatchdogFault.kind()))

    # -- what the machine orders -------------------------------------------------------------------

    def _move(self, order: Order) -> None:
        self._parts.actuator.perform(order, self._now_s)

    def _tick_actuator(self) -> None:
        for notice in self._parts.actuator.tick(self._now_s):
            self._dispatch(notice)

    def _spend(self, order: Spend) -> None:
        self._parts.senses.spend(order.authority)
        self._parts.access.spent(order.authority.id)

    def _look(self, order: Look) -> None:
        for eye in self._parts.eyes:
            eye.look(order.effort)

    def _write(self, order: Write) -> None:
        entry = order.entry
        if entry.kind is not EntryKind.TRANSITION:  # the machine logs those
            log.info("%s %s: %s", entry.kind, entry.subject, entry.sentence)
        if order.ticket is not None and ("source", str(Source.DECISION)) in entry.fields:
            self._plates[order.ticket] = entry.subject
        self._parts.writer.submit_entry(entry, order.ticket)

    def _refuse(self, order: Refuse) -> None:
        self._plates.pop(order.authority.id, None)
        self._write(Write(order.entry))
        if order.authority.source is Source.COMMAND:
            # Answered once, whatever the answer: the same message must not open a moment later.
            self._parts.senses.spend(order.authority)
        self._parts.access.lapsed(order.authority.id, order.reason)

    def _clear_by_order(self, order: ClearFault) -> None:
        self._announce(self._parts.board.cleared(order.kind, order.part, by_hand=True))

    # -- faults ------------------------------------------------------------------------------------

    def _raise(self, fault: GateFault) -> None:
        self._note(ActiveFault.of(fault, self._now_s))

    def _note(self, fault: ActiveFault) -> None:
        event = self._parts.board.raised(fault)
        if event is None:
            return
        self._record(fault)
        self._handle(event)

    def _record(self, fault: ActiveFault) -> None:
        fields = (("part", fault.part), ("effect", str(fault.effect)), ("detail", fault.detail))
        entry = Entry(EntryKind.FAULT_RAISED, self._now_s, fault.kind, fault.sentence, fields)
        self._parts.writer.submit_entry(entry)

    def _announce(self, cleared: Sequence[FaultCleared]) -> None:
        for event in cleared:
            fields = (("part", event.part),)
            entry = Entry(EntryKind.FAULT_CLEARED, self._now_s, event.kind, "The fault is cleared.", fields)
            self._parts.writer.submit_entry(entry)
            self._handle(event)
