"""What a session found, as one JSON object for programs."""

from __future__ import annotations

from math import isfinite

from .choice import Gap
from .score import Score
from .search import Sweep
from .session import Tuning
from .trials import Load, Trial

Json = dict[str, object]
Tables = dict[str, dict[str, float | int]]

_DIGITS = 3


def chosen(tuning: Tuning) -> Tables:
    """The chosen values by table and key of the configuration."""
    setting = tuning.tuned.chosen.setting
    return {
        "vision": {
            "idle_fps": setting.idle_fps,
            "recognise_fps": setting.recognise_fps,
            "settled_fps": setting.settled_fps,
            "detect_side": setting.detect_side,
            "detection_threshold": setting.detection_threshold,
        },
        "vote": {"min_reads": setting.min_reads},
        "access": {"recognition_threshold": tuning.tuned.recognition_threshold},
    }


def as_json(tuning: Tuning) -> Json:
    """Every figure; shares are 0 to 1, times in seconds from the start of a video."""
    tuned = tuning.tuned
    goal = tuned.goal.score
    return {
        "tune": 1,
        "set": tuning.config.vision.reader,
        "board": tuning.config.board,
        "camera": tuning.camera,
        "truth": "relative" if tuning.relative else "labels",
        "videos": [
            {
                "file": str(film.path),
                "fps": film.fps,
                "fps_assumed": film.assumed,
                "looked_at_fps": reel.fps,
                "seconds": round(reel.seconds, _DIGITS),
            }
            for film, reel in zip(tuning.films, tuning.reels)
        ],
        "visits": _visits(tuning),
        "ms": {
            "detect": {str(side): _ms(s) for side, s in tuning.times.detect_s.items()},
            "read": _ms(tuning.times.read_s),
        },
        "wait_s": tuning.wait_s,
        "now": _trial(tuned.now, goal),
        "every_frame": _trial(tuned.goal, goal),
        "recognise_fps": _sweep(tuned.recognise, goal),
        "idle_fps": _sweep(tuned.idle, goal),
        "settled_fps": _sweep(tuned.settled, goal),
        "min_reads": _sweep(tuned.reads, goal),
        "detection_threshold": [
            {
                "detect_side": side.taken.setting.detect_side,
                **_gap(side.gap),
                "taken": side.taken.setting.detection_threshold,
                "trials": [_trial(t, goal) for t in side.trials],
            }
            for side in tuned.sides
        ],
        "recognition_threshold": {**_gap(tuned.recognition), "taken": tuned.recognition_threshold},
        "chosen": {**chosen(tuning), "trial": _trial(tuned.chosen, goal)},
    }


def _visits(tuning: Tuning) -> list[Json]:
    return [
        {
            "video": str(tuning.reels[visit.video].path),
            "plate": visit.who.plate,
            "from_s": round(visit.who.first_s, _DIGITS) if isfinite(visit.who.first_s) else None,
            "to_s": round(visit.who.last_s, _DIGITS) if isfinite(visit.who.last_s) else None,
            "read_at_every_frame": at in tuning.tuned.goal.score.read,
            "read_as_chosen": at in tuning.tuned.chosen.score.read,
        }
        for at, visit in enumerate(tuning.visits)
    ]


def _sweep(sweep: Sweep, goal: Score) -> Json:
    steps = sweep.steps
    return {
        "last_good": steps.last,
        "taken": steps.taken,
        "trials": [_trial(trial, goal) for trial in sweep.trials],
    }


def _gap(gap: Gap) -> Json:
    return {"weakest_true": gap.weakest_true, "strongest_false": gap.strongest_false}


def _trial(trial: Trial, goal: Score) -> Json:
    setting, told = trial.setting, trial.score
    return {
        "detect_side": setting.detect_side,
        "detection_threshold": setting.detection_threshold,
        "idle_fps": setting.idle_fps,
        "recognise_fps": setting.recognise_fps,
        "settled_fps": setting.settled_fps,
        "min_reads": setting.min_reads,
        "found": len(told.found),
        "read": len(told.read),
        "wrong": told.wrong,
        "strangers": told.strangers,
        "later_s": round(told.later_s(goal), _DIGITS),
        "watching": _load(trial.watching),
        "recognising": _load(trial.recognising),
        "whole": _load(trial.whole),
    }


def _load(load: Load) -> Json:
    return {
        "looks_per_s": round(load.looks, _DIGITS),
        "reads_per_s": round(load.reads, _DIGITS),
        "engine_share": round(load.busy_s, _DIGITS),
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, _DIGITS)
