"""Notes of videos that nobody filmed: a plate that stands in the picture for some seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.config import Config
from appliance.config.schema import Camera
from appliance.evaluate.tuning.notes import Noted, Reel, Times
from appliance.evaluate.tuning.replay import Answer, Run, Stay, Work
from appliance.evaluate.tuning.score import Score
from appliance.evaluate.tuning.search import Bounds, Search
from appliance.evaluate.tuning.trials import Trials
from appliance.evaluate.tuning.visits import Visit
from appliance.evaluate.visits.answers import Present
from appliance.sight import Box, Detection
from appliance.vision.base import ReadResult
from tests.unit.vision.makers import plate, result

SIDE = Config().vision.detect_side
FPS = 10.0
CAMERA = Camera(fps=FPS)
TIMES = Times({416: 0.01, SIDE: 0.02}, 0.005)


@dataclass(frozen=True)
class Came:
    """A plate in the picture for a while, found with `score` by the detectors of `sides`."""

    first_s: float
    last_s: float
    text: str = "AB123CD"
    score: float = 0.9
    confidence: float = 0.9
    sides: tuple[int, ...] = (416, SIDE)


def noted(number: int, fps: float, came: Sequence[Came]) -> Noted:
    at_s = number / fps
    found: dict[int, tuple[Detection, ...]] = dict.fromkeys((416, SIDE), ())
    reads: dict[Box, ReadResult] = {}
    for at, one in enumerate(came):
        if one.first_s <= at_s < one.last_s:
            # A little nearer in each frame: boxes of two frames are never equal.
            here = plate(20.0 + 130.0 * (at % 3) + 0.1 * number, score=one.score)
            reads[here.box] = result(one.text, one.confidence)
            for side in one.sides:
                found[side] = (*found[side], here)
    return Noted(number, at_s, found, reads)


def reel(*came: Came, seconds: float = 20.0, fps: float = FPS, name: str = "gate.mp4") -> Reel:
    frames = tuple(noted(number, fps, came) for number in range(round(seconds * fps)))
    return Reel(Path(name), fps, (400, 200), frames)


def visit(plate: str = "AB123CD", first_s: float = 2.0, last_s: float = 8.0, video: int = 0) -> Visit:
    return Visit(video, Present(plate, first_s, last_s))


def answer(text: str = "AB123CD", at_s: float = 3.0, clears: float = 0.9, agreeing: int = 3) -> Answer:
    return Answer(text, clears, agreeing, at_s)


def stay(*answers: Answer, first_s: float = 2.0, last_s: float = 8.0) -> Stay:
    return Stay(first_s, last_s, list(answers))


def run(*stays: Stay) -> Run:
    return Run(stays, Work(10.0), Work(6.0))


def told(read_s: dict[int, float], *, found: set[int] | None = None, wrong: int = 0) -> Score:
    return Score(frozenset(read_s if found is None else found), read_s, wrong, 0, None, None)


def search(
    *reels: Reel, visits: Sequence[Visit], config: Config | None = None, sides: Sequence[int] = (SIDE,)
) -> Search:
    settings = config or Config()
    trials = Trials(reels, settings, CAMERA, TIMES, 0.75, int)
    trials.visits = tuple(visits)
    return Search(settings, trials, Bounds.of(settings, sides, reels[0].fps, 1.0))
