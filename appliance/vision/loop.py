"""The inference loop of one camera: newest frame, detect, track, ask for reads, publish what is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..clock import Clock
from ..config.schema import Camera, Vision
from ..config.schema import Vote as VoteSettings
from ..events import PlateVoted, SceneSeen, TrackGone, VisionEvent
from ..faults import LooksFailed, ReaderStalled, VisionFault
from ..sight import Effort, Frame, Kind, Looks, Reading, Track
from .base import BaseDetector, FaultSink
from .case import Case
from .complaints import Complaints
from .desk import BaseDesk, ReadDone, ReadJob
from .looking import BaseLooking, LooksJob
from .mailbox import Mailbox
from .track import Tracked, Tracker
from .view import View

Publish = Callable[[VisionEvent], None]

_REREAD_S = 1.0
"""A settled track is read this often, to keep its evidence fresh."""


class VisionLoop:
    """Steps as a thread or a virtual clock says; a step never waits.

    `beat_s` is the time of the last step, frames or not (law 9). Faults are reported once and
    cleared by the next success.
    """

    def __init__(
        self,
        name: str,
        camera: Camera,
        vision: Vision,
        vote: VoteSettings,
        *,
        mailbox: Mailbox,
        detector: BaseDetector,
        desk: BaseDesk,
        looking: BaseLooking,
        clock: Clock,
        publish: Publish,
        faults: FaultSink,
        next_id: Callable[[], int],
    ) -> None:
        self.name = name
        self.beat_s = clock.monotonic()
        self.stale = 0
        """Frames that were too old to say anything (law 8)."""
        self.processed = 0
        self._camera = camera
        self._vote = vote
        self._mailbox = mailbox
        self._detector = detector
        self._desk = desk
        self._looking = looking
        self._clock = clock
        self._publish = publish
        self._complaints = Complaints(faults)
        self._tracker = Tracker(next_id, vision.detection_threshold, vision.track_lost_s)
        self._cases: dict[int, Case] = {}
        self._rates = {
            Effort.WATCH: vision.idle_fps,
            Effort.RECOGNISE: vision.recognise_fps,
            Effort.GUARD: vision.guard_fps,
        }
        self._effort = Effort.WATCH
        self._due_s = float("-inf")
        self._view = View(camera, 0, 0)

    @property
    def effort(self) -> Effort:
        return self._effort

    @property
    def due_s(self) -> float:
        """When the next frame is wanted, on the clock."""
        return self._due_s

    def look(self, effort: Effort) -> None:
        """Look this hard from now on; a change is acted on with the next frame."""
        if effort is not self._effort:
            self._effort = effort
            self._due_s = float("-inf")

    def step(self) -> bool:
        """Take in what was read and, when one is due, the newest frame. True when a frame was seen."""
        now_s = self._clock.monotonic()
        self.beat_s = now_s
        self._collect_looks()
        self._collect(now_s)
        frame = self._next_frame(now_s)
        seen = frame is not None and self._see(frame)
        if not seen:
            self._end(self._tracker.expire(now_s), now_s)
        return seen

    def _next_frame(self, now_s: float) -> Frame | None:
        if now_s < self._due_s:
            return None
        frame = self._mailbox.take()
        if frame is None:
            return None
        if now_s - frame.captured_s > self._camera.frame_limit_s:
            self.stale += 1
            return None
        period_s = 1.0 / self._rates[self._effort]
        late_s = now_s - self._due_s
        # From the last due time on, not from now: a camera's jitter must not halve its own rate.
        self._due_s = self._due_s + period_s if late_s < period_s else now_s + period_s
        return frame

    def _see(self, frame: Frame) -> bool:
        width, height = frame.picture.width, frame.picture.height
        if (width, height) != self._view.size:
            self._view = View(self._camera, width, height)
        try:
            found = self._detector.detect(frame.picture, self._view.area)
        except VisionFault as fault:
            self._complaints.met("detect", fault)
            return False
        self._complaints.well("detect")
        gone = self._tracker.update(found, frame.captured_s)
        self.processed += 1
        self._end(gone, self._clock.monotonic())
        if self._tracker.undecided:
            self._due_s = self._clock.monotonic()
        self._show(frame)
        self._ask(frame)
        return True

    def _show(self, frame: Frame) -> None:
        """Publish who is there. Signs are no vehicles."""
        for tracked in self._tracker.tracks:
            self._cases.setdefault(tracked.id, Case(tracked, self._vote))
        there = [t for t in self._tracker.tracks if not self._cases[t.id].is_sign]
        tracks = tuple(self._track(t) for t in there)
        self._publish(
            SceneSeen(
                camera=self.name,
                captured_s=frame.captured_s,
                seen_s=self._clock.monotonic(),
                tracks=tracks,
                in_roi=any(t.in_roi for t in tracks),
                # By the plate where one is seen, as in the ROI: a vehicle at the line reaches with its
                # outline far down the picture, and would hold the arm up for whoever comes.
                in_zone=any(self._view.in_zone(t.plate or t.box) for t in tracks),
            )
        )

    def _ask(self, frame: Frame) -> None:
        """Have the plates of this frame read, those first of which least is known."""
        if self._effort is Effort.WATCH:
            return
        for tracked in self._tracker.tracks:
            case, plate = self._cases[tracked.id], tracked.plate
            seen_now = plate is not None and tracked.last_s == frame.captured_s
            if plate is None or not seen_now or not self._wanted(case, frame.captured_s):
                continue
            if self._view.whole(plate):
                rank = plate.box.width / (1 + case.reads)
                job = ReadJob(tracked.id, frame.seq, frame.captured_s, frame.picture, plate, rank)
                case.asked_s = frame.captured_s
                self._desk.submit(job)
                if tracked.kind is not Kind.VEHICLE and case.looks.wants(tracked.box.width):
                    self._looking.submit(LooksJob(tracked.id, frame.picture, tracked.box))

    def _wanted(self, case: Case, now_s: float) -> bool:
        if not case.settled and not case.is_sign:
            return True
        return self._effort is Effort.RECOGNISE and now_s - case.asked_s >= _REREAD_S

    def _collect(self, now_s: float) -> None:
        try:
            answers = self._desk.collect()
        except ReaderStalled as fault:
            self._complaints.met("read", fault)
            return
        for done in answers:
            self._take(done, now_s)

    def _collect_looks(self) -> None:
        """A vehicle that cannot be described is still read: its looks are only a second witness."""
        try:
            answers = self._looking.collect()
        except LooksFailed as fault:
            self._complaints.met("describe", fault)
            return
        for done in answers:
            if done.fault is not None:
                self._complaints.met("describe", done.fault)
            if done.looks is not None:
                self._complaints.well("describe")
                self._described(done.job, done.looks)

    def _described(self, job: LooksJob, looks: Looks) -> None:
        case = self._cases.get(job.track_id)
        if case is not None:
            case.looks.add(looks, job.vehicle.width)

    def _take(self, done: ReadDone, now_s: float) -> None:
        if done.result is None:
            if done.fault is not None:
                self._complaints.met("read", done.fault)
            return
        self._complaints.well("read")
        case = self._cases.get(done.job.track_id)
        if case is None:
            return
        case.take(self._reading(done), done.result)
        newest = case.ballot.switched()
        if newest:
            case = self._switch(case, newest, now_s)
        vote = case.poll(self.name, self._track(case.tracked), now_s)
        if vote is not None:
            self._publish(PlateVoted(vote))

    def _reading(self, done: ReadDone) -> Reading:
        job, result = done.job, done.result
        if result is None:
            raise ValueError("a job that failed has no reading")
        return Reading(
            camera=self.name,
            track_id=job.track_id,
            frame_seq=job.frame_seq,
            captured_s=job.captured_s,
            box=result.box or job.plate.box,
            characters=result.characters,
            raw=result.raw,
            region=result.region,
        )

    def _switch(self, case: Case, newest: Sequence[Reading], now_s: float) -> Case:
        """Another plate: the old visit ends and a new track goes on, so that they never mix."""
        fresh = Case(self._tracker.renew(case.tracked, now_s), self._vote)
        self._cases[fresh.tracked.id] = fresh
        for reading in newest:
            fresh.ballot.add(replace(reading, track_id=fresh.tracked.id))
        self._end([case.tracked], now_s)
        return fresh

    def _end(self, gone: Sequence[Tracked], now_s: float) -> None:
        for tracked in gone:
            case = self._cases.pop(tracked.id, None)
            if case is not None and not case.is_sign:
                self._publish(TrackGone(self._track(tracked), case.vote, case.ballot.readings, now_s))

    def _track(self, tracked: Tracked) -> Track:
        plate = tracked.plate_box
        return Track(
            id=tracked.id,
            camera=self.name,
            kind=tracked.kind,
            box=tracked.box,
            plate=plate,
            in_roi=self._view.in_roi(plate or tracked.box),
            direction=tracked.direction,
            first_s=tracked.first_s,
            last_s=tracked.last_s,
        )
