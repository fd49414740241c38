"""Random orders of events try to break the laws; after every step the referee looks at the outputs."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from appliance.authority import Authority, Source
from appliance.commands import CloseBarrier, Command, OpenBarrier, StopBarrier
from appliance.events import (
    Button,
    ButtonPressed,
    CommandReceived,
    EntryGranted,
    EntryKind,
    Event,
    Limit,
    NotRecorded,
    Presence,
    Recorded,
    RemoteAction,
    ServiceHeld,
)
from appliance.faults import ActiveFault, CameraLost, DiskFull, Effect, OutputFailed, RecordLocked
from appliance.gate.ports import FaultMet, FaultOver

from .rig import BARRIER, CAMERA, SCENE_VALID_S, Rig, decision, track

TICK_S = 0.05


@dataclass
class Referee:
    """Judges the actuator's history by the laws, from what it saw itself."""

    rig: Rig
    recorded: set[str] = field(default_factory=set)
    opened: list[str] = field(default_factory=list)
    given: dict[str, Authority] = field(default_factory=dict)
    seen: int = 0
    open: bool = False
    close: bool = False
    released_s: dict[str, float] = field(default_factory=dict)
    energised_s: float | None = None
    vetoed_s: float = float("-inf")
    sighted_s: float = float("-inf")

    def look(self) -> None:
        """Judge everything that the actuator was told since the last look."""
        if not self.rig.blind:
            self.sighted_s = self.rig.now
        inputs = self.rig.gate.inputs
        if inputs.loop.vetoes or inputs.beam.vetoes or inputs.zone.vetoes:
            self.vetoed_s = self.rig.now
        history = self.rig.actuator.history
        for at_s, command in history[self.seen :]:
            self._judge(at_s, command)
        self.seen = len(history)

    def _judge(self, at_s: float, command: Command) -> None:
        if isinstance(command, OpenBarrier):
            self._judge_open(at_s, command.why)
        elif isinstance(command, CloseBarrier):
            self._judge_close(at_s)
        elif isinstance(command, StopBarrier):
            self._release(at_s)

    def _judge_open(self, at_s: float, why: str) -> None:
        assert not self.rig.panel.panel.stop, "law 3: opened with STOP held"
        assert not self.close, "law 4: open with close energised"
        assert at_s - self.released_s.get("close", -99.0) >= BARRIER.dead_time_s - 1e-9, "law 4: no dead time"
        if why != "veto":
            self._judge_authority(at_s, why)
        self.open, self.energised_s = True, at_s

    def _judge_authority(self, at_s: float, why: str) -> None:
        assert why not in self.opened, "law 1: an authority opened twice"
        self.opened.append(why)
        authority = self.given.get(why)
        if authority is None:
            assert why.startswith(("open@", "exit@")), "law 1: opened without an authority"
            return
        assert authority.live(at_s), "law 1: an expired authority opened"
        assert why in self.recorded, "law 10: opened before it was recorded"
        if authority.source is Source.DECISION:
            self._judge_decision(authority)
        else:
            assert why not in self._refused(), "law 1: a refused command opened"

    def _refused(self) -> set[str]:
        """Ids of what was refused for another reason than having been used."""
        refusals = [dict(e.fields) for e in self.rig.writer.entries if e.kind is EntryKind.REFUSED]
        return {f["authority"] for f in refusals if f.get("reason") != "authority_spent" and "authority" in f}

    def _judge_decision(self, authority: Authority) -> None:
        here = {t.id for t in self.rig.tracks}
        assert authority.track_id in here, "law 1: opened for a vehicle that is not there"
        assert self.rig.now - self.sighted_s <= SCENE_VALID_S, "law 8: opened on an old frame"
        grave = [f for f in self.rig.board.active if f.effect.severity >= Effect.REFUSE_ENTRY.severity]
        assert grave == [], "law 12: opened though entry is refused"

    def _judge_close(self, at_s: float) -> None:
        assert not self.rig.panel.panel.stop, "law 3: closed with STOP held"
        assert not self.open, "law 4: close with open energised"
        assert at_s - self.vetoed_s >= BARRIER.hold_s - 1e-9, "law 2: closed before the hold time"
        assert at_s - self.released_s.get("open", -99.0) >= BARRIER.dead_time_s - 1e-9, "law 4: no dead time"
        self.close, self.energised_s = True, at_s

    def _release(self, at_s: float) -> None:
        if self.open:
            self.released_s["open"] = at_s
        if self.close:
            self.released_s["close"] = at_s
        self.open = self.close = False
        self.energised_s = None


class Laws(RuleBasedStateMachine):
    """Every rule is something that the world may do to the gate, at any time, in any order."""

    @initialize(booted=st.booleans())
    def start(self, booted: bool) -> None:
        logging.disable()  # thousands of faults are met on purpose
        self.rig = Rig()
        self.referee = Referee(self.rig)
        self.number = 0
        self.angle = 0.0
        self.glitched = False
        if booted:
            self.rig.boot()
        self.referee.look()

    def teardown(self) -> None:
        logging.disable(logging.NOTSET)

    def send(self, *events: Event | FaultMet | FaultOver) -> None:
        self.rig.clock.advance(0.001)
        self.rig.tick(*events)
        self.referee.look()

    @rule(ticks=st.integers(1, 60))
    def time_passes(self, ticks: int) -> None:
        for _ in range(ticks):
            self.rig.clock.advance(TICK_S)
            self.arm_moves()
            self.rig.tick()
            self.referee.look()

    def arm_moves(self) -> None:
        """The arm follows the outputs in 0.6 s, unless somebody plays with its switches."""
        if self.glitched:
            return
        way = TICK_S / 0.6 * (self.rig.actuator.open - self.rig.actuator.close)
        self.angle = min(1.0, max(0.0, self.angle + way))
        up = Limit.ON if self.angle >= 1.0 else Limit.OFF
        down = Limit.ON if self.angle <= 0.0 else Limit.OFF
        self.rig.sensors(opened=up, closed=down)

    @rule(number=st.integers(1, 3), waits=st.integers(0, 40))
    def an_ordinary_visit_begins(self, number: int, waits: int) -> None:
        self.everything_is_well()
        self.rig.tracks = (track(number),)
        self.time_passes(4)
        self.grant(3.0, number)
        if self.rig.writer.tickets:
            self.answer_the_last()
        self.time_passes(waits + 1)

    @rule(under=st.integers(1, 20), after=st.integers(1, 60))
    def the_vehicle_passes(self, under: int, after: int) -> None:
        self.rig.sensors(loop=Presence.PRESENT)
        self.time_passes(under)
        self.rig.tracks = ()
        self.rig.sensors(loop=Presence.CLEAR)
        self.time_passes(after)

    @rule()
    def everything_is_well(self) -> None:
        """What is wrong is mended, and a person resets the gate."""
        self.glitched, self.rig.blind, self.rig.in_zone = False, False, False
        self.rig.sensors(stop=False, loop=Presence.CLEAR, beam=Presence.CLEAR)
        self.arm_moves()
        self.send(*(FaultOver(f.kind()) for f in (CameraLost, DiskFull)), ServiceHeld(reset=True))
        self.time_passes(2)

    @rule(loop=st.sampled_from(Presence), beam=st.sampled_from(Presence), zone=st.booleans())
    def presence(self, loop: Presence, beam: Presence, zone: bool) -> None:
        self.rig.in_zone = zone
        self.rig.sensors(loop=loop, beam=beam)
        self.send()

    @rule()
    def the_way_is_clear(self) -> None:
        self.rig.in_zone = False
        self.rig.sensors(loop=Presence.CLEAR, beam=Presence.CLEAR)
        self.time_passes(25)

    @rule(opened=st.sampled_from(Limit), closed=st.sampled_from(Limit))
    def limits(self, opened: Limit, closed: Limit) -> None:
        self.glitched = True
        self.rig.sensors(opened=opened, closed=closed)
        self.send()

    @rule(held=st.booleans())
    def stop(self, held: bool) -> None:
        self.rig.sensors(stop=held)
        self.send()

    @rule(numbers=st.frozensets(st.integers(1, 3)))
    def vehicles(self, numbers: frozenset[int]) -> None:
        self.rig.tracks = tuple(track(n) for n in sorted(numbers))
        self.send()

    @rule(lives_s=st.sampled_from([0.0, 0.2, 3.0]), number=st.integers(1, 3))
    def grant(self, lives_s: float, number: int) -> None:
        self.number += 1
        authority = decision(f"a{self.number}", self.rig.now, number=number, lives_s=lives_s)
        self.referee.given[authority.id] = authority
        self.send(EntryGranted(authority))

    @precondition(lambda self: self.referee.given)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.referee.given)))
        authority = self.referee.given[name]
        replayed = CommandReceived(RemoteAction.OPEN, authority)
        self.send(EntryGranted(authority) if authority.source is Source.DECISION else replayed)

    @rule(action=st.sampled_from(RemoteAction), lives_s=st.sampled_from([0.0, 0.3, 4.0]))
    def command(self, action: RemoteAction, lives_s: float) -> None:
        self.number += 1
        now = self.rig.now
        authority = Authority(f"c{self.number}", Source.COMMAND, now, now + lives_s, "phone", "Remote.")
        self.referee.given[authority.id] = authority
        self.send(CommandReceived(action, authority))

    @rule(button=st.sampled_from([Button.OPEN, Button.EXIT]))
    def press(self, button: Button) -> None:
        self.send(ButtonPressed(button, self.rig.now))

    @rule(reset=st.booleans())
    def service(self, reset: bool) -> None:
        self.send(ServiceHeld(reset))

    @precondition(lambda self: self.rig.writer.tickets)
    @rule(data=st.data(), good=st.booleans())
    def answer(self, data: st.DataObject, good: bool) -> None:
        ticket = data.draw(st.sampled_from(self.rig.writer.tickets))
        if good:
            self.referee.recorded.add(ticket)
            self.send(Recorded(ticket))
        else:
            self.send(NotRecorded(ticket, ActiveFault.of(RecordLocked(), self.rig.now)))

    @precondition(lambda self: self.rig.writer.tickets)
    @rule()
    def answer_the_last(self) -> None:
        ticket = self.rig.writer.tickets[-1]
        self.referee.recorded.add(ticket)
        self.send(Recorded(ticket))

    @rule(fault=st.sampled_from([CameraLost(part=CAMERA), DiskFull(), OutputFailed(part="open")]))
    def fault(self, fault: CameraLost | DiskFull | OutputFailed) -> None:
        self.send(FaultMet(fault))

    @rule(fault=st.sampled_from([CameraLost, DiskFull, OutputFailed]))
    def fault_over(self, fault: type[CameraLost] | type[DiskFull] | type[OutputFailed]) -> None:
        self.send(FaultOver(fault.kind()))

    @rule(blind=st.booleans())
    def camera(self, blind: bool) -> None:
        self.rig.blind = blind
        self.send()

    @invariant()
    def outputs_obey(self) -> None:
        if not hasattr(self, "rig"):
            return
        actuator, inputs = self.rig.actuator, self.rig.gate.inputs
        moving = actuator.open or actuator.close
        assert not (actuator.open and actuator.close), "law 4"
        assert not (moving and inputs.stop), "law 3: STOP held, yet it moves"
        assert not (moving and inputs.suffers(Effect.STOP_NOW)), "law 12: STOP_NOW, yet it moves"
        assert not (actuator.close and inputs.vetoed), "law 2: closing on something"
        self._motion_ends()

    def _motion_ends(self) -> None:
        started = self.referee.energised_s
        if started is not None:
            assert self.rig.now - started <= BARRIER.motion_limit_s + 2 * TICK_S, "law 6: endless motion"

    @invariant()
    def machine_is_sound(self) -> None:
        if hasattr(self, "rig"):
            assert not self.rig.gate.inputs.has_fault("machine_fault")


LawsHold = Laws.TestCase
LawsHold.settings = settings(
    max_examples=120, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)
