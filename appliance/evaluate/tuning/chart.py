"""The curves of a session: what is found and read by how often the gate looks, and by threshold."""

from __future__ import annotations

from dataclasses import dataclass

from ..canvas import BaseCanvas, Point
from .score import Score
from .search import HALF
from .session import Tuning
from .table import side_of
from .trials import Load, Trial

WIDTH, HEIGHT = 1180, 420
_SIDE_PX, _TOP, _LEFT, _STEP = 300, 80, 60, 380
_TALL = 250
_KEY_Y = HEIGHT - 18
# Where the words of the key begin, from the left.
_KEYS = (0, 140, 260, 420, 605, 815, 945)
_BLUE, _PURPLE, _RED, _GREY, _LIGHT = "#2b6cb0", "#6b46c1", "#c53030", "#555555", "#dddddd"
_ORANGE, _GREEN, _PINK = "#dd6b20", "#9ae6b4", "#ed9fb6"
_KEY = (
    ("vehicles found", _GREY),
    ("plates read", _BLUE),
    ("plates read in time", _PURPLE),
    ("wrong votes, by vehicle", _RED),
    ("nobody who came, by vehicle", _PINK),
    ("engines busy", _ORANGE),
    ("taken", _GREEN),
)


@dataclass(frozen=True, slots=True)
class _Curve:
    """Trials from left to right, each with the word below it and what its engines do meanwhile; `taken` is
    the chosen one's place, `wait_s` the delay at which a read is still in time.
    """

    title: str
    across: str
    words: tuple[str, ...]
    trials: tuple[Trial, ...]
    loads: tuple[Load, ...]
    taken: int
    wait_s: float


def draw(tuning: Tuning, canvas: BaseCanvas) -> None:
    """Three charts side by side."""
    truth = "by what the finest looks read" if tuning.relative else "by labels"
    title = f"{len(tuning.visits)} vehicles in {tuning.seconds:.0f} s of camera {tuning.camera}, {truth}"
    canvas.words(title, (_LEFT, 30))
    for column, curve in enumerate(_curves(tuning)):
        _chart(canvas, _LEFT + column * _STEP, curve, tuning)
    for number, (name, colour) in enumerate(_KEY):
        left = _LEFT + _KEYS[number]
        canvas.bar((left, _KEY_Y - 8), (14, 8), colour)
        canvas.words(name, (left + 20, _KEY_Y), small=True)


def _curves(tuning: Tuning) -> tuple[_Curve, ...]:
    tuned = tuning.tuned
    recognise, idle, taken = tuned.recognise, tuned.idle, tuned.chosen.setting
    side = side_of(tuned)
    thresholds = [trial.setting.detection_threshold for trial in side.trials]
    nearest = min(range(len(thresholds)), key=lambda at: abs(thresholds[at] - taken.detection_threshold))
    return (
        _Curve(
            "Until a vehicle comes",
            "vision.idle_fps",
            tuple(f"{t.setting.idle_fps:.3g}" for t in idle.trials),
            idle.trials,
            tuple(trial.watching for trial in idle.trials),
            idle.steps.taken,
            HALF * tuning.wait_s,
        ),
        _Curve(
            "While one stands in the ROI",
            "vision.recognise_fps",
            tuple(f"{t.setting.recognise_fps:.3g}" for t in recognise.trials),
            recognise.trials,
            tuple(trial.recognising for trial in recognise.trials),
            recognise.steps.taken,
            tuning.wait_s,
        ),
        _Curve(
            f"At every frame, detect_side = {taken.detect_side}",
            "vision.detection_threshold",
            tuple(f"{one:g}".lstrip("0") for one in thresholds),
            side.trials,
            tuple(trial.whole for trial in side.trials),
            nearest,
            tuning.wait_s,
        ),
    )


def _chart(canvas: BaseCanvas, left: float, curve: _Curve, tuning: Tuning) -> None:
    def at(number: int, share: float) -> Point:
        across = (number + 0.5) / len(curve.trials)
        return left + across * _SIDE_PX, _TOP + (1 - min(1.0, share)) * _TALL

    canvas.words(curve.title, (left, _TOP - 16))
    canvas.words(curve.across, (left + _SIDE_PX / 2, _TOP + _TALL + 36), small=True, anchor="middle")
    x, _ = at(curve.taken, 0)
    canvas.bar((x - 7, _TOP), (14, _TALL), _GREEN)
    for fifth in range(6):
        y = _TOP + (1 - fifth / 5) * _TALL
        canvas.line([(left, y), (left + _SIDE_PX, y)], _LIGHT, thin=True)
        canvas.words(f"{fifth / 5:.0%}", (left - 6, y + 4), small=True, anchor="end")
    for number, word in enumerate(curve.words):
        canvas.words(word, (at(number, 0)[0], _TOP + _TALL + 18), small=True, anchor="middle")
    for shares, colour in _lines(curve, tuning.tuned.goal.score, len(tuning.visits)):
        canvas.line([at(number, share) for number, share in enumerate(shares)], colour)


def _lines(curve: _Curve, goal: Score, count: int) -> tuple[tuple[list[float], str], ...]:
    """The one that matters most lies on top."""
    told = [trial.score for trial in curve.trials]
    return (
        ([load.busy_s for load in curve.loads], _ORANGE),
        ([one.strangers / count for one in told], _PINK),
        ([len(one.found) / count for one in told], _GREY),
        ([len(one.read) / count for one in told], _BLUE),
        ([len(one.in_time(goal, curve.wait_s)) / count for one in told], _PURPLE),
        ([one.wrong / count for one in told], _RED),
    )
