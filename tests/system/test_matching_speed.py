"""A list of ten thousand plates decides well within a frame's time."""

from __future__ import annotations

import random
import time

import pytest

from appliance.access.confusions import Evidence, Stroke
from appliance.access.index import PlateIndex
from appliance.access.matching import Matcher
from appliance.access.regions import formats_of
from appliance.listing import Listing

PLATES = 10_000
LIMIT_S = 0.005
"""A tenth of the 50 ms that a frame may take."""


def _plate(dice: random.Random) -> str:
    return "".join(dice.choices("ABCDEFGHKLMNOPRSTXYZ", k=3) + dice.choices("0123456789", k=4))


def _evidence(text: str, confidence: float) -> Evidence:
    return Evidence(tuple(Stroke(char, confidence, confidence) for char in text))


@pytest.mark.parametrize("regions", [("any",), ("us",), ("us-tx",), ("eu", "uk")])
@pytest.mark.parametrize("reach", [0, 1, 2])
def test_nearly_every_match_among_ten_thousand_plates_is_fast(regions: tuple[str, ...], reach: int) -> None:
    dice = random.Random(7)
    plates = [_plate(dice) for _ in range(PLATES)]
    matcher = Matcher(PlateIndex(map(Listing, plates), reach), formats_of(regions), reach, 0.8)
    reads = [
        _evidence(text, c)
        for c in (0.95, 0.7)
        for text in (*plates[:200], *(_plate(dice) for _ in range(200)))
    ]
    assert sorted(_seconds(matcher, read) for read in reads)[int(0.95 * len(reads))] < LIMIT_S


def _seconds(matcher: Matcher, read: Evidence) -> float:
    start = time.perf_counter()
    matcher.match(read)
    return time.perf_counter() - start
