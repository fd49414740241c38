"""Votes, tracks and evidence as vision would give them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from appliance.access.confusions import Evidence, Stroke
from appliance.events import TrackGone
from appliance.sight import Box, Character, Direction, Kind, Reading, Track, Vote

_BOX = Box(10, 10, 110, 40)


def track(number: int = 1, *, in_roi: bool = True, first_s: float = 95.0, last_s: float = 100.0) -> Track:
    return Track(number, "front", Kind.CAR, _BOX, _BOX, in_roi, Direction.TOWARDS, first_s, last_s)


def characters(text: str, confidence: float | Sequence[float]) -> tuple[Character, ...]:
    given = [confidence] * len(text) if isinstance(confidence, float) else list(confidence)
    return tuple(Character(char, given[at]) for at, char in enumerate(text))


def reading(
    text: str, confidence: float | Sequence[float] = 0.95, *, seq: int = 0, at_s: float = 100.0, on: int = 1
) -> Reading:
    return Reading("front", on, seq, at_s, _BOX, characters(text, confidence), text.lower())


def vote(
    text: str,
    *confidences: float | Sequence[float],
    on: Track | None = None,
    considered: int | None = None,
    at_s: float = 100.0,
    overall: float = 0.95,
) -> Vote:
    """A vote of one reading for each of `confidences`; three sure ones where none are given."""
    of = on or track()
    given = confidences or (0.95, 0.95, 0.95)
    reads = tuple(reading(text, c, seq=n, at_s=at_s, on=of.id) for n, c in enumerate(given))
    total = len(reads) if considered is None else considered
    return Vote("front", of, text, characters(text, overall), overall, reads, total, at_s)


def moving(to: Direction, of: Vote) -> Vote:
    return replace(of, track=replace(of.track, direction=to))


def gone(of: Track, *, last: Vote | None = None, reads: int = 0, at_s: float = 101.5) -> TrackGone:
    readings = tuple(reading("AB", seq=n, on=of.id) for n in range(reads))
    return TrackGone(of, last, readings, at_s)


def evidence(text: str, *unsure: int, sure: float = 0.95, weak: float = 0.7) -> Evidence:
    """All reads sure of every character but those at `unsure` (from 0), which none is sure of."""
    return Evidence(
        tuple(
            Stroke(char, weak, weak) if at in unsure else Stroke(char, sure, sure)
            for at, char in enumerate(text)
        )
    )
