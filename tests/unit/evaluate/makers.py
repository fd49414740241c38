"""Small makers of labels, detections and outcomes for the tests of the evaluate room."""

from __future__ import annotations

from appliance.evaluate.labels import Label
from appliance.evaluate.outcome import Found, Outcome, judge
from appliance.sight import Box

WIDTH = 1000


def box(x: float, width: float = 100.0) -> Box:
    return Box(x, 100, x + width, 150)


def plate_label(x: float | None, text: str = "", region: str = "", width: float = 100.0) -> Label:
    return Label("plate", None if x is None else box(x, width), text, region)


def plate(x: float, text: str = "", text_score: float = 0.9, width: float = 100.0) -> Found:
    return Found("plate", "plate", box(x, width), 0.9, text, text_score)


def vehicle(x: float, kind: str = "car", score: float = 0.9) -> Found:
    return Found("vehicle", kind, box(x, 400), score)


def vehicle_label(x: float, kind: str = "vehicle") -> Label:
    return Label(kind, box(x, 400), "", "")


def outcome(labels: list[Label], found: list[Found], seconds: float = 0.01) -> Outcome:
    return Outcome("a.jpg", WIDTH, *judge(labels, found), (seconds, seconds, seconds))


def reads(*pairs: tuple[str, float]) -> list[Outcome]:
    """An outcome for each text that a plate labelled AB12 was read as, and its score."""
    return [outcome([plate_label(0, "AB12")], [plate(0, text, score)]) for text, score in pairs]
