"""A replay tells what a live run of the gate's loop does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from itertools import count

import numpy as np
import pytest

from appliance.clock import ManualClock
from appliance.config import Config
from appliance.config.schema import Camera
from appliance.evaluate.tuning.notes import Noted, Reel
from appliance.evaluate.tuning.replay import Listener, Recall, Run, Stay, Work, replay
from appliance.evaluate.tuning.setting import Setting
from appliance.sight import AnyPicture, Box, Detection, Effort, Frame, Picture
from appliance.vision.base import BaseDetector, BasePlateReader, ReadResult
from appliance.vision.desk import ModelledDesk
from appliance.vision.drops import Drops
from appliance.vision.looking import NullLooking
from appliance.vision.loop import LoopSettings, Parts, VisionLoop
from appliance.vision.mailbox import Mailbox
from tests.unit.vision.makers import FaultLog, plate, result

from .makers import CAMERA, FPS, SIDE, Came, reel

UNSURE = 0.75
NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def pixel(picture: AnyPicture) -> int:
    return int(picture.planes[0][0, 0, 0]) if isinstance(picture, Picture) else 0


class SeesPixels(BaseDetector):
    """Finds what stands in the notes of the frame whose number its first pixel says."""

    def __init__(self, notes: Reel, least: float) -> None:
        self.notes, self.least, self.runs = notes, least, 0

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        self.runs += 1
        return tuple(d for d in self.notes.frames[pixel(picture)].found[SIDE] if d.score >= self.least)


class ReadsPixels(BasePlateReader):
    def __init__(self, notes: Reel) -> None:
        self.notes, self.runs = notes, 0

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        self.runs += 1
        return self.notes.frames[pixel(picture)].reads[plate.box]


def live(notes: Reel, config: Config) -> tuple[Listener, int, int]:
    """Real pictures through the loop, stepped 50 times a second as the vision thread does."""
    time, drops, listener = ManualClock(NOON), Drops(), Listener(config, CAMERA)
    mailbox = Mailbox(time, drops)
    detector, reader = SeesPixels(notes, config.vision.detection_threshold * UNSURE), ReadsPixels(notes)
    parts = Parts(
        detector=detector,
        desk=ModelledDesk(reader, time, drops, size=config.vision.read_queue, read_s=0.02),
        looking=NullLooking(),
        clock=time,
        publish=listener.hear,
        faults=FaultLog(),
        drops=drops,
        next_id=count(1).__next__,
    )
    loop = VisionLoop("live", LoopSettings(CAMERA, config.vision, config.vote), mailbox, parts)
    for number in range(len(notes.frames)):
        picture = Picture.of(np.full((200, 400, 3), number, np.uint8))
        time.advance_to(number / FPS)
        mailbox.put(Frame("live", number, time.monotonic(), picture))
        ticks = 5 if number + 1 < len(notes.frames) else 10
        for tick in range(ticks):
            time.advance(0.02 if tick else 0.0)
            loop.step()
            loop.look(listener.effort)
    return listener, detector.runs, reader.runs


def told(stays: Iterable[Stay]) -> list[tuple[float, float, tuple[tuple[str, float, int], ...]]]:
    """When each was there, to a tenth of a second, and all that it said."""
    return [
        (
            round(one.first_s, 1),
            round(one.last_s, 1),
            tuple((a.text, a.clears, a.agreeing) for a in one.answers),
        )
        for one in stays
    ]


@pytest.mark.parametrize(("idle_fps", "recognise_fps"), [(10.0, 10.0), (2.0, 5.0), (1.7, 4.3), (0.9, 2.7)])
def test_a_replay_equals_a_live_run(idle_fps: float, recognise_fps: float) -> None:
    notes = reel(Came(2.0, 9.0), Came(11.0, 15.0, "XY98ZW7", score=0.45), Came(16.0, 19.0, "KLM4827"))
    config = Setting(SIDE, 0.5, idle_fps, recognise_fps, 2.0, 3).laid_over(Config())
    replayed = replay(notes, config, CAMERA, UNSURE)
    listener, looks, reads = live(notes, config)
    assert told(replayed.stays) == told(listener.stays.values())
    works = (replayed.watching, replayed.recognising)
    assert sum(work.detections for work in works) == looks
    assert sum(work.reads for work in works) == reads


def test_a_vehicle_makes_the_gate_look_harder() -> None:
    config = Setting(SIDE, 0.5, 1.0, 10.0, 10.0, 3).laid_over(Config())
    seen = replay(reel(Came(5.0, 15.0)), config, CAMERA, UNSURE)
    assert seen.watching.detections / seen.watching.seconds < 2 < 5 < seen.recognising.detections / 10
    assert seen.watching.seconds + seen.recognising.seconds == pytest.approx(20.0, abs=0.2)


def test_who_stands_outside_the_roi_does_not_come() -> None:
    aside = Camera(roi=((0.8, 0.0), (1.0, 0.0), (1.0, 1.0)))
    config = Setting(SIDE, 0.5, 10.0, 10.0, 10.0, 3).laid_over(Config())
    assert replay(reel(Came(2.0, 9.0)), config, aside, UNSURE).stays == ()


@pytest.mark.parametrize(("approach", "answers"), [("towards", True), ("away", False)])
def test_who_goes_the_other_way_asks_for_nothing(approach: str, answers: bool) -> None:
    frames = []
    for number in range(50):
        here = plate(100.0, width=60.0 + 4 * number)
        frames.append(Noted(number, number / FPS, {SIDE: (here,)}, {here.box: result("AB123CD")}))
    camera = Camera.model_validate({"approach": approach})
    config = Setting(SIDE, 0.5, 10.0, 10.0, 10.0, 6).laid_over(Config())
    [stay] = replay(Reel(reel().path, FPS, (400, 200), tuple(frames)), config, camera, UNSURE).stays
    assert bool(stay.answers) == answers


def test_the_same_notes_give_the_same_run() -> None:
    notes, config = reel(Came(2.0, 9.0)), Config()
    first, again = (replay(notes, config, CAMERA, UNSURE) for _ in range(2))
    assert first == again


def test_nobody_looks_into_a_recalled_frame() -> None:
    with pytest.raises(ValueError, match="no pixels"):
        Recall((400, 200)).picture.download()


def test_effort_begins_with_watching() -> None:
    listener = Listener(Config(), CAMERA)
    assert (listener.effort, Run((), Work(), Work()).stays) == (Effort.WATCH, ())
