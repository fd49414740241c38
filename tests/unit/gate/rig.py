"""A whole gate on fakes: real machine, board and senses; pins, record and cameras are played."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from appliance.authority import Authority, Source
from appliance.clock import ManualClock
from appliance.commands import (
    CloseBarrier,
    Command,
    EnableCar,
    Horn,
    Lights,
    OpenBarrier,
    ReleaseCar,
    StopBarrier,
)
from appliance.config.schema import Barrier, Car
from appliance.events import (
    Button,
    ButtonPressed,
    EnginesTrusted,
    Entry,
    EntryGranted,
    EntryKind,
    Event,
    FaultRaised,
    Limit,
    NotRecorded,
    PlateEvent,
    Presence,
    Recorded,
    RefusalReason,
    SceneSeen,
    SelfCheckPassed,
    TrackGone,
    Verdict,
    Visit,
)
from appliance.faults import ActiveFault, DiskFull
from appliance.gate.faultboard import FaultBoard
from appliance.gate.gate import Gate, Parts
from appliance.gate.ports import Message
from appliance.gate.senses import Senses, Sight
from appliance.machine import Machine
from appliance.sight import Box, Direction, Effort, Kind, Reading, Track, Vote
from appliance.states import Policy, StateName

CAMERA = "front"
BARRIER = Barrier(
    open_s=1.0,
    close_s=1.0,
    motion_limit_s=3.0,
    leave_limit_s=0.5,
    dead_time_s=0.5,
    hold_s=1.0,
    pass_timeout_s=5.0,
    confirm_s=0.2,
    record_timeout_s=1.0,
)
SCENE_VALID_S = 2.0


def track(number: int = 1, *, in_roi: bool = True) -> Track:
    box = Box(100, 100, 200, 150)
    return Track(number, CAMERA, Kind.VEHICLE, box, box, in_roi, Direction.TOWARDS, 0.0, 0.0)


@dataclass(frozen=True)
class Pins:
    """A panel as tests set it."""

    stop: bool = False
    loop: Presence = Presence.NOT_FITTED
    beam: Presence = Presence.NOT_FITTED
    opened: Limit = Limit.NOT_FITTED
    closed: Limit = Limit.NOT_FITTED
    events: tuple[Event, ...] = ()


@dataclass
class FakePanel:
    panel: Pins = field(default_factory=Pins)

    def poll(self, now_s: float) -> Pins:
        return self.panel


@dataclass
class FakeActuator:
    """Keeps what is energised, and the whole history as (time, command)."""

    history: list[tuple[float, Command]] = field(default_factory=list)
    open: bool = False
    close: bool = False
    enabled: bool = False
    made_safe: int = 0

    def perform(self, command: Command, now_s: float) -> None:
        self.history.append((now_s, command))
        if isinstance(command, OpenBarrier):
            self.open = True
        elif isinstance(command, CloseBarrier):
            self.close = True
        elif isinstance(command, StopBarrier):
            self.open = self.close = False
        elif isinstance(command, EnableCar):
            self.enabled = True
        elif isinstance(command, ReleaseCar):
            self.enabled = False
        elif not isinstance(command, (Lights, Horn)):
            raise TypeError(f"{command} is no actuator's")

    def tick(self, now_s: float) -> tuple[FaultRaised, ...]:
        return ()

    def safe(self) -> None:
        self.made_safe += 1
        self.open = self.close = self.enabled = False


@dataclass
class FakeWriter:
    entries: list[Entry] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    events: list[PlateEvent] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)

    def submit_entry(self, entry: Entry, ticket: str | None = None) -> None:
        self.entries.append(entry)
        if ticket is not None:
            self.tickets.append(ticket)

    def submit_event(self, event: PlateEvent) -> None:
        self.events.append(event)

    def submit_visit(self, visit: Visit) -> None:
        self.visits.append(visit)

    def submit_readings(self, gone: TrackGone) -> None:
        self.readings.extend(gone.readings)

    def kinds(self) -> list[EntryKind]:
        """Kinds of all entries but transitions and first frames, in order."""
        every_start = (EntryKind.TRANSITION, EntryKind.SIGHTED)
        return [e.kind for e in self.entries if e.kind not in every_start]


@dataclass(frozen=True)
class Ended:
    visit: Visit
    events: tuple[PlateEvent, ...] = ()


@dataclass
class FakeAccess:
    verdict: Verdict | None = None
    used: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    again: list[tuple[str, RefusalReason]] = field(default_factory=list)
    open: tuple[Ended, ...] = ()

    def voted(self, vote: Vote) -> Verdict | None:
        return self.verdict

    def spent(self, authority_id: str) -> None:
        self.used.append(authority_id)

    def lapsed(self, authority_id: str, reason: RefusalReason) -> None:
        self.again.append((authority_id, reason))

    def passed(self, authority: Authority) -> None:
        self.inside.append(authority.subject)

    def gone(self, event: TrackGone) -> tuple[Ended, ...]:
        seen = event.track
        visit = Visit(seen.camera, seen.id, seen.first_s, seen.last_s, "", 0.0, "gone", len(event.readings))
        return (Ended(visit),)

    def settle(self) -> tuple[Ended, ...]:
        return ()

    def end(self) -> tuple[Ended, ...]:
        return self.open


@dataclass
class FakeEye:
    beat_s: float = 0.0
    efforts: list[Effort] = field(default_factory=list)

    def look(self, effort: Effort) -> None:
        self.efforts.append(effort)


@dataclass
class FakeWatchdog:
    ticks: int = 0

    def ticked(self, now_s: float) -> bool:
        self.ticks += 1
        return True


@dataclass
class FakeHerald:
    told: list[str] = field(default_factory=list)

    def present(self, plate: str) -> None:
        self.told.append(plate)


class Rig:
    """Drives a gate tick by tick. The scene is refreshed on every tick unless `blind` is set."""

    def __init__(
        self, *, actuator: str = "barrier", barrier: Barrier = BARRIER, policy: Policy | None = None
    ) -> None:
        self.clock = ManualClock(datetime(2026, 1, 5, tzinfo=timezone.utc))
        self.panel = FakePanel()
        self.actuator = FakeActuator()
        self.writer = FakeWriter()
        self.access = FakeAccess()
        self.eye = FakeEye()
        self.watchdog = FakeWatchdog()
        self.herald = FakeHerald()
        self.board = FaultBoard()
        self.policy = policy or Policy(actuator=actuator, barrier=barrier, car=Car(lost_s=1.0))
        self.tracks: tuple[Track, ...] = ()
        self.in_zone = False
        self.blind = False
        self.beats = True
        self.gate = Gate(
            Parts(
                machine=Machine(),
                panel=self.panel,
                actuator=self.actuator,
                access=self.access,
                writer=self.writer,
                senses=Senses(self.policy, {CAMERA: Sight(SCENE_VALID_S)}),
                board=self.board,
                watchdog=self.watchdog,
                eyes=[self.eye],
                clock=self.clock,
                loop_limit_s=5.0,
                heralds=[self.herald],
            )
        )

    @property
    def now(self) -> float:
        return self.clock.monotonic()

    @property
    def state(self) -> StateName:
        return self.gate.machine.state.name

    def sensors(self, **levels: object) -> None:
        """Set levels of the panel: stop, loop, beam, opened, closed."""
        self.panel.panel = replace(self.panel.panel, **levels)  # type: ignore[arg-type]

    def tick(self, *messages: Message) -> None:
        for message in messages:
            self.gate.post(message)
        if self.beats:
            self.eye.beat_s = self.now
        if not self.blind:
            roi = any(t.in_roi for t in self.tracks)
            self.gate.post(SceneSeen(CAMERA, self.now, self.now, self.tracks, roi, self.in_zone))
        self.gate.tick()

    def run(self, seconds: float, step_s: float = 0.1) -> None:
        """Tick for `seconds`."""
        for _ in range(round(seconds / step_s)):
            self.clock.advance(step_s)
            self.tick()

    def boot(self) -> Rig:
        """Bring the gate to idle, arm known closed."""
        self.sensors(loop=Presence.CLEAR, closed=Limit.ON, opened=Limit.OFF)
        self.tick(SelfCheckPassed())
        self.tick(EnginesTrusted())
        self.run(0.3)
        return self

    def arrive(self, number: int = 1) -> None:
        self.tracks = (track(number),)
        self.run(0.2)

    def leave(self) -> None:
        self.tracks = ()
        self.run(0.2)

    def press(self, button: Button) -> None:
        self.tick(ButtonPressed(button, self.now))

    def grant(self, name: str = "a1", number: int = 1, *, lives_s: float = 5.0) -> Authority:
        authority = decision(name, self.now, number=number, lives_s=lives_s)
        self.tick(EntryGranted(authority))
        return authority

    def record(self, ticket: str | None = None) -> None:
        self.tick(Recorded(ticket or self.writer.tickets[-1]))

    def fail_record(self, ticket: str | None = None) -> None:
        fault = ActiveFault.of(DiskFull(), self.now)
        self.tick(NotRecorded(ticket or self.writer.tickets[-1], fault))

    def moves(self) -> list[str]:
        """The actuator's commands as words, repeated stops folded into one."""
        words = [type(command).__name__ for _, command in self.actuator.history]
        return [w for i, w in enumerate(words) if i == 0 or w != "StopBarrier" or words[i - 1] != w]


def decision(name: str, now: float, *, number: int = 1, lives_s: float = 5.0) -> Authority:
    return Authority(name, Source.DECISION, now, now + lives_s, "AB12CDE", "Listed.", number, CAMERA)
