"""What is known of the vehicles of one camera, from their first frame until they are gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..config.schema import Vote as VoteSettings
from ..events import PlateVoted, TrackGone, VisionEvent
from ..sight import Looks, Reading, Track
from .base import ReadResult
from .case import Case
from .looking import LooksJob
from .stopwatch import BaseStopwatch, Stage
from .track import Tracked, Tracker
from .view import View
from .waiting import ReadJob

Publish = Callable[[VisionEvent], None]


class Casebook:
    """One case a track. `view` is that of the last frame; votes and ends are published."""

    def __init__(
        self,
        camera: str,
        settings: VoteSettings,
        tracker: Tracker,
        view: View,
        publish: Publish,
        stopwatch: BaseStopwatch,
    ) -> None:
        self.view = view
        self._camera = camera
        self._settings = settings
        self._tracker = tracker
        self._publish = publish
        self._stopwatch = stopwatch
        self._cases: dict[int, Case] = {}

    def of(self, track_id: int) -> Case:
        """The case of a track that the tracker follows."""
        return self._cases[track_id]

    def present(self) -> tuple[Track, ...]:
        """The vehicles that the tracker follows; a case is opened for a new one. Signs are no vehicles."""
        for tracked in self._tracker.tracks:
            if tracked.id not in self._cases:
                self._cases[tracked.id] = Case(tracked, self._settings)
        there = [t for t in self._tracker.tracks if not self._cases[t.id].is_sign]
        return tuple(self._track(t) for t in there)

    def read(self, job: ReadJob, result: ReadResult, now_s: float) -> None:
        """A plate was read: publish a vote where that says more than the last one."""
        case = self._cases.get(job.track_id)
        if case is None:
            return
        with self._stopwatch.time(Stage.VOTE):
            case.take(_reading(job, result), result)
            newest = case.ballot.switched()
            if newest:
                case = self._switch(case, newest, now_s)
            vote = case.poll(self._camera, self._track(case.tracked), now_s)
        if vote is not None:
            self._stopwatch.since(Stage.WHOLE, vote.agreeing[-1].captured_s)
            self._publish(PlateVoted(vote))

    def described(self, job: LooksJob, looks: Looks) -> None:
        """A vehicle was described: its next vote counts that."""
        case = self._cases.get(job.track_id)
        if case is not None:
            case.looks.add(looks, job.vehicle.width)

    def end(self, gone: Sequence[Tracked], now_s: float) -> None:
        """Close the cases of tracks that ended."""
        for tracked in gone:
            case = self._cases.pop(tracked.id, None)
            if case is not None and not case.is_sign:
                self._publish(TrackGone(self._track(tracked), case.vote, case.ballot.readings, now_s))

    def _switch(self, case: Case, newest: Sequence[Reading], now_s: float) -> Case:
        """Another plate: the old visit ends and a new track goes on, so that they never mix."""
        fresh = Case(self._tracker.renew(case.tracked, now_s), self._settings)
        self._cases[fresh.tracked.id] = fresh
        for reading in newest:
            fresh.ballot.add(replace(reading, track_id=fresh.tracked.id))
        self.end([case.tracked], now_s)
        return fresh

    def _track(self, tracked: Tracked) -> Track:
        plate = tracked.plate_box
        return Track(
            id=tracked.id,
            camera=self._camera,
            kind=tracked.kind,
            box=tracked.box,
            plate=plate,
            in_roi=self.view.in_roi(plate or tracked.box),
            direction=tracked.direction,
            first_s=tracked.first_s,
            last_s=tracked.last_s,
        )


def _reading(job: ReadJob, result: ReadResult) -> Reading:
    return Reading(
        camera=job.camera,
        track_id=job.track_id,
        frame_seq=job.frame_seq,
        captured_s=job.captured_s,
        box=result.box or job.plate.box,
        characters=result.characters,
        raw=result.raw,
        region=result.region,
    )
