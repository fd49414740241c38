"""The inference loop of one camera: newest frame, detect, track, ask for reads, publish what is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..clock import Clock
from ..config.schema import Camera, Vision
from ..config.schema import Vote as VoteSettings
from ..events import SceneSeen
from ..faults import LooksFailed, ReaderStalled, VisionFault
from ..sight import Detection, Easing, Effort, Frame, Kind, Track
from .base import BaseDetector, FaultSink, Found, Shot
from .case import Case
from .casebook import Casebook, Publish
from .complaints import Complaints
from .desk import BaseDesk
from .drops import Dropped, Drops
from .looking import BaseLooking, LooksJob
from .mailbox import Mailbox
from .pace import Pace
from .stopwatch import BaseStopwatch, NullStopwatch, Stage
from .track import Tracked, Tracker
from .view import View
from .waiting import ReadJob

# A settled track is read this often, to keep its evidence fresh.
_REREAD_S = 1.0


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """What the configuration says of one camera's loop."""

    camera: Camera
    vision: Vision
    vote: VoteSettings


@dataclass(frozen=True, slots=True)
class Parts:
    """What the loops of all cameras work with."""

    detector: BaseDetector
    desk: BaseDesk
    looking: BaseLooking
    clock: Clock
    publish: Publish
    faults: FaultSink
    drops: Drops
    next_id: Callable[[], int]
    stopwatch: BaseStopwatch = field(default_factory=NullStopwatch)

    def detect(self, shots: Sequence[Shot]) -> Sequence[Found]:
        """What is in each of the shots, or the fault that it met."""
        with self.stopwatch.time(Stage.DETECT):
            return self.detector.detect_each(shots)


class VisionLoop:
    """One camera's way from frames to scenes and votes. Nothing in it waits.

    `attend`, then `take`, then `see` are one turn; who gathers frames of several cameras for one run of
    the detector calls them by themselves, `step` does it for this camera alone. `beat_s` is the time of
    the last turn, frames or not (law 9). Faults are reported once and cleared by the next success.
    """

    def __init__(self, name: str, settings: LoopSettings, mailbox: Mailbox, parts: Parts) -> None:
        camera, vision = settings.camera, settings.vision
        self.name = name
        self.beat_s = parts.clock.monotonic()
        self.processed = 0
        self._camera = camera
        self._mailbox = mailbox
        self._parts = parts
        self._pace = Pace(vision)
        self._complaints = Complaints(parts.faults)
        self._tracker = Tracker(parts.next_id, vision.detection_threshold, vision.track_lost_s)
        self._views: dict[tuple[int, int], View] = {}
        view = View(camera, 0, 0)
        self._cases = Casebook(name, settings.vote, self._tracker, view, parts.publish, parts.stopwatch)

    @property
    def effort(self) -> Effort:
        return self._pace.effort

    @property
    def due_s(self) -> float:
        """When the next frame is wanted, on the clock."""
        return self._pace.due_s

    @property
    def deadline_s(self) -> float:
        """When that frame has missed its turn, on the clock: the sooner, the more urgent."""
        return self._pace.deadline_s

    def look(self, effort: Effort) -> None:
        """Look this hard from now on, and at once where that is a change. From any thread."""
        self._pace.look(effort)
        self._mailbox.due_s = self._pace.due_s

    def ease(self, easing: Easing) -> None:
        """Look less from now on, as a hot board must. From any thread."""
        self._pace.ease(easing)

    def step(self) -> bool:
        """One turn of this camera alone. True when a frame was seen."""
        now_s = self._parts.clock.monotonic()
        self.attend(now_s)
        frame = self.take(now_s)
        return frame is not None and self.see(frame, *self._parts.detect([self.shot(frame)]))

    # -- one turn ----------------------------------------------------------------------------------

    def attend(self, now_s: float) -> None:
        """Beat, and take in what was read and described."""
        self.beat_s = now_s
        self._collect_looks()
        self._collect_reads(now_s)

    def take(self, now_s: float) -> Frame | None:
        """The newest frame where one is due and young enough to say something (law 8)."""
        frame = self._newest(now_s)
        if frame is None:
            self._cases.end(self._tracker.expire(now_s), now_s)
        return frame

    def wait(self, now_s: float) -> None:
        """A frame that is due has to wait: the batch is full."""
        if now_s >= self.due_s:
            self._mailbox.pass_over()

    def shot(self, frame: Frame) -> Shot:
        """What the detector shall look at in a frame."""
        guards = self.effort is Effort.GUARD
        side = None if guards else self._pace.easing.detect_side
        return Shot(frame.picture, self._view(frame).area, side)

    def glimpse(self) -> Shot | None:
        """What the detector would look at in the newest frame, which stays; None where there is none."""
        frame = self._mailbox.peek()
        return None if frame is None else self.shot(frame)

    def see(self, frame: Frame, found: Found) -> bool:
        """Follow what was found in the frame that was taken. False when the detector failed."""
        if isinstance(found, VisionFault):
            self._fail(found)
            return False
        self._complaints.well("detect")
        self._fit(frame)
        with self._parts.stopwatch.time(Stage.TRACK):
            gone = self._tracker.update(found, frame.captured_s)
        self.processed += 1
        now_s = self._parts.clock.monotonic()
        self._cases.end(gone, now_s)
        tracks = self._cases.present()
        with self._parts.stopwatch.time(Stage.PUBLISH):
            self._parts.publish(self._scene(frame, tracks, now_s))
        self._ask(frame, now_s)
        self._plan(tracks, now_s)
        return True

    def _view(self, frame: Frame) -> View:
        """Kept by size: a camera may go between a small stream and a large one for every vehicle."""
        size = frame.picture.width, frame.picture.height
        if size not in self._views:
            self._views[size] = View(self._camera, *size)
        return self._views[size]

    def _fit(self, frame: Frame) -> None:
        """Where the frame has another size than the one before, what is followed goes over to its pixels."""
        was, view = self._cases.view, self._view(frame)
        if was is view:
            return
        if all(was.size):
            self._tracker.scale(view.size[0] / was.size[0], view.size[1] / was.size[1])
        self._cases.view = view

    def _newest(self, now_s: float) -> Frame | None:
        if now_s < self.due_s:
            return None
        frame = self._mailbox.take()
        if frame is None:
            return None
        if now_s - frame.captured_s > self._camera.frame_limit_s:
            self._parts.drops.count(self.name, Dropped.STALE)
            return None
        self._parts.stopwatch.since(Stage.AGE, frame.captured_s)
        self._pace.taken(now_s)
        self._mailbox.due_s = self._pace.due_s
        return frame

    def _fail(self, fault: VisionFault) -> None:
        now_s = self._parts.clock.monotonic()
        self._complaints.met("detect", fault)
        self._parts.drops.count(self.name, Dropped.FAILED)
        self._cases.end(self._tracker.expire(now_s), now_s)

    def _scene(self, frame: Frame, tracks: Sequence[Track], now_s: float) -> SceneSeen:
        return SceneSeen(
            camera=self.name,
            captured_s=frame.captured_s,
            seen_s=now_s,
            tracks=tuple(tracks),
            in_roi=any(t.in_roi for t in tracks),
            # By the plate where one is seen, as in the ROI: a vehicle at the line reaches with its
            # outline far down the picture, and would hold the arm up for whoever comes.
            in_zone=any(self._cases.view.in_zone(t.plate or t.box) for t in tracks),
        )

    def _plan(self, tracks: Sequence[Track], now_s: float) -> None:
        """Say when the next frame is wanted."""
        self._pace.seen(calm=self._nothing_to_learn(tracks, now_s))
        if self._tracker.undecided:
            self._pace.hasten(now_s)
        self._mailbox.due_s = self._pace.due_s

    def _nothing_to_learn(self, tracks: Sequence[Track], now_s: float) -> bool:
        """Someone stands in the ROI, and every vehicle that is there or shows a plate is surely known."""
        concern = [t for t in tracks if t.in_roi or t.plate is not None]
        known = all(self._cases.of(t.id).steady(now_s) for t in concern)
        return known and any(t.in_roi for t in concern)

    # -- reads and looks ---------------------------------------------------------------------------

    def _ask(self, frame: Frame, now_s: float) -> None:
        """Have the plates of this frame read, those first of which least is known."""
        if self.effort is Effort.WATCH or self._pace.easing.rests or self._camera.role == "overview":
            return
        for tracked in self._tracker.tracks:
            case, plate = self._cases.of(tracked.id), tracked.plate
            if plate is None or tracked.last_s != frame.captured_s or not self._wanted(case, frame):
                continue
            if self._cases.view.whole(plate):
                case.asked_s = frame.captured_s
                self._parts.desk.submit(self._read_job(tracked, plate, frame, now_s))
                if tracked.kind is not Kind.VEHICLE and case.looks.wants(tracked.box.width):
                    job = LooksJob(self.name, tracked.id, frame.picture, tracked.box)
                    self._parts.looking.submit(job)

    def _wanted(self, case: Case, frame: Frame) -> bool:
        if not case.settled and not case.is_sign:
            return True
        return self.effort is Effort.RECOGNISE and frame.captured_s - case.asked_s >= _REREAD_S

    def _read_job(self, tracked: Tracked, plate: Detection, frame: Frame, now_s: float) -> ReadJob:
        return ReadJob(
            camera=self.name,
            track_id=tracked.id,
            frame_seq=frame.seq,
            captured_s=frame.captured_s,
            asked_s=now_s,
            picture=frame.picture,
            plate=plate,
            rank=plate.box.width / (1 + self._cases.of(tracked.id).reads),
        )

    def _collect_reads(self, now_s: float) -> None:
        try:
            answers = self._parts.desk.collect(self.name)
        except ReaderStalled as fault:
            self._complaints.met("desk", fault)
            return
        self._complaints.well("desk")
        for done in answers:
            if done.fault is not None:
                self._complaints.met("read", done.fault)
            if done.result is not None:
                self._complaints.well("read")
                self._cases.read(done.job, done.result, now_s)

    def _collect_looks(self) -> None:
        """A vehicle that cannot be described is still read: its looks are only a second witness."""
        try:
            answers = self._parts.looking.collect(self.name)
        except LooksFailed as fault:
            self._complaints.met("looking", fault)
            return
        self._complaints.well("looking")
        for done in answers:
            if done.fault is not None:
                self._complaints.met("describe", done.fault)
            if done.looks is not None:
                self._complaints.well("describe")
                self._cases.described(done.job, done.looks)
