"""The gate in real time: threads, their supervisor, and the way up and down again."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial

from ..clock import Clock
from ..config import Config
from ..config.schema import Record
from ..events import Entry, EntryKind, SelfCheckPassed
from ..faults import GateFault
from ..gate.gate import Gate
from ..hw.base import BaseCamera, BaseSerialLink, BaseWatchdog
from ..hw.gpio import Pins
from ..hw.guard import GuardThread
from ..hw.heartbeat import Heartbeat
from ..hw.led import BaseStatusLed, NullStatusLed
from ..hw.watchdog import FedByTick, make_watchdog
from ..listing import Listing
from ..record.stamp import Origin
from ..record.writer import RecordWriter
from ..update.underway import Underway
from .benching import without
from .captures import Renew
from .gatework import Mouth, build_gate
from .hands import build_hands
from .heralds import build_heralds
from .listwatch import ListWatch
from .optics import Load, Optics, load_recognition
from .ports import Doorman, Scribe
from .recovery import Recovery
from .seats import Role, Seats
from .status_led import StatusLed
from .supervisor import Supervisor, Workers
from .upkeep import Meters, Upkeep

log = logging.getLogger(__name__)

DEFECT = "The gate ended by a defect."
SWITCH_S = 0.0005
"""Each statement to the database gives up the interpreter's lock; with Python's own 5 ms, recognition
keeps it that long every time, and the record of an opening waits (docs/performance.md).
"""


MakeWriter = Callable[[Record, Clock, Mouth], RecordWriter]


def make_writer(settings: Record, clock: Clock, mouth: Mouth) -> RecordWriter:
    """The record's writer, not started; answers and faults go to the gate."""
    return RecordWriter(
        settings,
        clock,
        Origin.here(),
        answer=mouth.post,
        on_fault=mouth.raised,
        on_recovered=mouth.cleared,
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a live gate stands: its configuration, clock, pins and cameras."""

    config: Config
    clock: Clock
    pins: Pins
    cameras: Mapping[str, BaseCamera]
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    load: Load = load_recognition
    writer: MakeWriter = make_writer
    guests: tuple[Listing, ...] = ()
    """Plates that count beside the owner's list, and are kept nowhere: the twin's."""
    car_port: BaseSerialLink | None = None
    """In place of the serial port of the configuration: the twin's."""
    renew: Renew | None = None
    """Makes a fresh driver of a camera whose own one hangs; None where there is but one."""
    meters: Meters | None = None
    """In place of the board's own power, heat and supply."""
    led: BaseStatusLed = field(default_factory=NullStatusLed)


class LiveGate:
    """Build it, then `run` it on the main thread until `ended` says so or too much dies."""

    def __init__(self, setting: Setting) -> None:
        config, clock = setting.config, setting.clock
        self._setting = setting
        self._mouth = Mouth()
        self._seats = Seats(config.threads, self._mouth)
        self._hands = build_hands(config, clock, setting.pins, setting.car_port)
        self._doorman = Doorman(config, clock)
        self._watchdog: BaseWatchdog = make_watchdog(setting.environ, enabled=config.watchdog.enabled)
        self._loop_beat = Heartbeat()
        self._machine_beat = Heartbeat()
        self._writer = setting.writer(config.record, clock, self._mouth)
        self._recovery = Recovery(config, clock, self._mouth)
        self._optics = self._open_optics()
        self.upkeep = Upkeep(config, clock, self._optics, self._mouth, self._seats, setting.meters)
        self._guard = GuardThread(
            self._hands.outputs, clock, self._machine_beat, self._mouth.raised, self._mouth.cleared
        )
        self._doorman.decider.replace_list(setting.guests)
        workers = Workers(self._writer, self._guard, self._optics, self._list_watch, self.upkeep)
        self._supervisor = Supervisor(workers, self._recovery, clock, self._mouth)
        fed = FedByTick(self._watchdog, self._loop_beat, config.watchdog.loop_limit_s)
        self._heralds = build_heralds(config, clock, setting.pins, self._mouth)
        self._led = StatusLed(setting.led, Underway.beside(config.recovery), self._mouth)
        eyes = [self._optics] if setting.cameras else []
        self.gate: Gate = build_gate(
            config, clock, self._hands, self._doorman, Scribe(self._writer), fed, eyes, self._heralds
        )
        self._shown = ""
        self._served = False
        self._farewell = DEFECT

    @property
    def down(self) -> str:
        """Why it must stay down; empty where it may run."""
        return self._recovery.down

    def stay_down(self) -> None:
        """Claim nothing, tell systemd why, and keep it: a hand starts it next. Raises RecoveryUnkept."""
        why = self.down
        log.critical("the gate stays down: %s; start it by hand", why)
        self._tell(lambda: self._watchdog.status(f"stays down: {why}; start it by hand"))
        self._recovery.stay_down(why)

    def run(self, ended: Callable[[], bool]) -> bool:
        """Serve until `ended`. False when too many workers died: start the process anew.

        Raises OutputFailed or ConfigFault when the pins cannot be claimed.
        """
        with self._up():
            while not ended():
                self.gate.wait(self._setting.config.gate.tick_s)
                if not self._round():
                    self._farewell = "Too much of the gate died; it starts anew."
                    return False
            self._farewell = "The gate was told to stop."
        return True

    def _open_optics(self) -> Optics:
        setting, config = self._setting, self._setting.config
        benched = self._recovery.ladder.benched(setting.clock.monotonic())
        return Optics(
            config,
            setting.clock,
            setting.cameras,
            self._mouth,
            without(benched, setting.load),
            seats=self._seats,
            noticed=lambda: self.upkeep.notice(),
            renew=setting.renew,
        )

    def _list_watch(self) -> ListWatch:
        return ListWatch(self._setting.config.record, self._replace_list, self._doorman.witness.learn)

    def _replace_list(self, listings: Iterable[Listing]) -> None:
        self._doorman.decider.replace_list((*listings, *self._setting.guests))

    @contextmanager
    def _up(self) -> Iterator[None]:
        """Outputs first, eyes last; down again in the opposite order, outputs safe before all else."""
        with ExitStack() as stack:
            stack.callback(sys.setswitchinterval, sys.getswitchinterval())
            sys.setswitchinterval(SWITCH_S)
            # Before it starts others: the guard and the list's watch sit where this thread does.
            self._seats.take(Role.GATE)
            # Last, with every pin given back: it waits for the disk.
            stack.callback(self._keep_recovery)
            stack.callback(self._setting.pins.close)
            stack.callback(self._led.end)
            self._hands.open()
            stack.callback(self._hands.close)
            for herald in self._heralds:
                herald.start()
                stack.callback(herald.stop)
            self._writer.start(partial(self._seats.take, Role.RECORD))
            stack.callback(self._writer.stop)
            stack.callback(self._say_goodbye)
            self._mouth.open(self.gate)
            self._begin()
            stack.callback(self._supervisor.stop)
            stack.callback(self._hands.actuator.safe)
            self._served = True
            yield

    def _begin(self) -> None:
        config, now_s = self._setting.config, self._setting.clock.monotonic()
        armed = "armed" if config.gate.armed else "unarmed"
        fields = (("board", config.board), ("armed", str(config.gate.armed)))
        word = Entry(EntryKind.BOOT, now_s, config.gate.name, f"The gate started, {armed}.", fields)
        self._writer.submit_entry(word)
        self.gate.post(SelfCheckPassed())
        self._supervisor.start()
        self._tell(self._watchdog.ready)

    def _say_goodbye(self) -> None:
        self._tell(self._watchdog.stopping)
        self.gate.shut_down(self._farewell)

    def _keep_recovery(self) -> None:
        """A gate that could not claim its pins has not died: it has not lived."""
        if self._served:
            self._recovery.close(DEFECT if self._farewell == DEFECT else self._supervisor.died)

    def _round(self) -> bool:
        """What follows every tick. False when the process should start anew."""
        now_s = self._setting.clock.monotonic()
        self._machine_beat.beat(now_s)
        self._loop_beat.beat(self._optics.beat_s)
        self._show()
        state, inputs = self.gate.machine.state.name, self.gate.inputs
        self._led.note(state, inputs, now_s)
        return self._supervisor.look(state, inputs, now_s)

    def _show(self) -> None:
        """The state in `systemctl status`, when it changes."""
        state = str(self.gate.machine.state.name)
        if state != self._shown:
            self._shown = state
            self._tell(lambda: self._watchdog.status(state))

    def _tell(self, word: Callable[[], None]) -> None:
        try:
            word()
        except GateFault as fault:
            self._mouth.raised(fault)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set; a second SIGINT interrupts as usual."""
    asked = threading.Event()

    def ask(number: int, frame: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return asked
