"""Drives a live gate through openings and stops: the vehicles, the arm and the hand at the button."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from threading import Event, Thread

from ..clock import Clock
from ..config import Config
from ..events import PlateVoted, SceneSeen, TrackGone
from ..faults import BenchFault
from ..gate.gate import Gate
from ..hw.gpio import Pins
from ..runtime.optics import WARMUP_LIMIT_S
from ..sight import Box, Character, Direction, Kind, Reading, Track, Vote
from ..states import StateName
from .pins import Arm, Contact
from .process import queued_s
from .stage import ASKER, plate
from .stamps import Opening, TimedWriter

PATIENCE_S = 10.0
"""What takes longer than this will not happen."""
_LOOK_S = 0.02
# A vehicle stands this long before its vote, so that votes fall anywhere between two ticks.
_STANDS_S = (0.05, 0.15)
_BOX = Box(400.0, 300.0, 520.0, 330.0)
_READY = (StateName.IDLE_ROI, StateName.RECOGNIZE)


class Driver:
    """Stands in for the vision thread, the arm and the button. Runs on a thread of its own.

    Raises BenchFault when the gate does not do what it should within PATIENCE_S.
    """

    def __init__(
        self,
        gate: Gate,
        config: Config,
        pins: Pins,
        clock: Clock,
        writer: TimedWriter,
        gate_thread: Thread,
    ) -> None:
        self._gate = gate
        self._clock = clock
        self._writer = writer
        self._gate_thread = gate_thread
        self._reads = config.vote.min_reads
        self._arm = Arm(config, pins, clock)
        self._stop = Contact(pins, config.inputs.stop_button)
        self._open = Contact(pins, config.inputs.open_button)
        self._settle_s = 3 * config.buttons.debounce_s + 0.1
        self._pause = Event()
        self._random = Random(7)
        self._track: Track | None = None
        self._number = 0

    def begin(self) -> None:
        """Wait until the nets are trusted and the arm rests at its closed limit."""
        self._until(self._booted, "start")
        self._arm.rest_closed()
        self._until(self._ready, "load its nets", WARMUP_LIMIT_S)

    def idle(self, seconds: float) -> None:
        """An empty lane for `seconds`."""
        end_s = self._clock.monotonic() + seconds
        while self._clock.monotonic() < end_s:
            self._show()
            self._pause.wait(0.5)

    def cycle(self) -> Opening:
        """One vehicle: it comes, the arm opens and closes, it is gone."""
        self._arm.held = False
        self._until(self._ready, "be ready for the next vehicle")
        opening = self._admit()
        self._leave()
        return opening

    def stop(self) -> float:
        """The arm opens, and STOP is pressed under way: seconds until the output was off.

        A vehicle opens the first time; after a STOP only a person's OPEN does.
        """
        if self._arm.held:
            self._press_open()
        else:
            self._until(self._ready, "be ready to be stopped")
            self._arm.held = True
            self._admit()
        self._pause.wait(self._random.uniform(0.0, 0.05))
        self._arm.expect(False)
        pressed_s = self._clock.monotonic()
        self._stop.set(True)
        self._await("stop")
        self._stop.set(False)
        self._leave()
        self._pause.wait(self._settle_s)
        return self._arm.edge_s - pressed_s

    # -- the vehicle -------------------------------------------------------------------------------

    def _admit(self) -> Opening:
        track = self._arrive()
        self._pause.wait(self._random.uniform(*_STANDS_S))
        self._show(track)
        self._arm.expect(True)
        vote, before_s = self._vote(track), self._queued_s()
        posted_s = self._clock.monotonic()
        self._gate.post(PlateVoted(vote))
        self._await("open")
        waited_s = self._queued_s() - before_s
        noted = self._writer
        return Opening(posted_s, noted.asked_s, noted.begun_s, noted.durable_s, self._arm.edge_s, waited_s)

    def _press_open(self) -> None:
        self._arm.expect(True)
        self._open.set(True)
        self._await("open at the button")
        self._open.set(False)
        self._pause.wait(self._settle_s)

    def _queued_s(self) -> float:
        return queued_s(self._gate_thread.native_id) + queued_s(self._writer.native_id)

    def _arrive(self) -> Track:
        self._number += 1
        now_s = self._clock.monotonic()
        self._track = Track(
            self._number, ASKER, Kind.VEHICLE, _BOX, _BOX, True, Direction.TOWARDS, now_s, now_s
        )
        self._show(self._track)
        return self._track

    def _leave(self) -> None:
        track, self._track = self._track, None
        self._show()
        if track is not None:
            self._gate.post(TrackGone(track, None, (), self._clock.monotonic()))

    def _show(self, *tracks: Track) -> None:
        now_s = self._clock.monotonic()
        self._gate.post(SceneSeen(ASKER, now_s, now_s, tracks, in_roi=bool(tracks), in_zone=False))

    def _vote(self, track: Track) -> Vote:
        """As many sure reads as a decision needs, of the last frames."""
        now_s = self._clock.monotonic()
        text = plate(track.id)
        signs = tuple(Character(sign, 1.0) for sign in text)
        reads = tuple(
            Reading(ASKER, track.id, 100 * track.id + n, now_s - 0.001 * (self._reads - n), _BOX, signs, text)
            for n in range(self._reads)
        )
        return Vote(ASKER, track, text, signs, 1.0, reads, len(reads), now_s)

    # -- waiting -----------------------------------------------------------------------------------

    def _booted(self) -> bool:
        return self._gate.machine.state.name is not StateName.BOOT

    def _ready(self) -> bool:
        self._show()
        return self._gate.machine.state.name in _READY

    def _until(self, reached: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
        end_s = self._clock.monotonic() + patience_s
        while not reached():
            if self._clock.monotonic() > end_s:
                raise self._stuck(what, patience_s)
            self._pause.wait(_LOOK_S)

    def _await(self, what: str) -> None:
        if not self._arm.wait(PATIENCE_S):
            raise self._stuck(what)

    def _stuck(self, what: str, patience_s: float = PATIENCE_S) -> BenchFault:
        faults = "; ".join(str(fault) for fault in self._gate.inputs.faults)
        return BenchFault(f"it did not {what} within {patience_s:g} s. {faults}".strip())
