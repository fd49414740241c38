"""Numbers on the command line: taken within their bounds, else refused in words for people."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.cli.bounds import chart, number, whole

COUNT, SIDE, SHARE, RATE = whole(5), whole(160, 2048), number(0, 1), number(0, 240, above=True)


@pytest.mark.parametrize(
    ("takes", "text", "value"),
    [
        (COUNT, "5", 5),
        (SIDE, "160", 160),
        (SIDE, "2048", 2048),
        (SHARE, "0", 0.0),
        (SHARE, "1", 1.0),
        (RATE, "240", 240.0),
        (chart, "a/B.PNG", Path("a/B.PNG")),
    ],
)
def test_what_is_within_the_bounds_is_taken(takes: Callable[[str], object], text: str, value: object) -> None:
    assert takes(text) == value


@pytest.mark.parametrize(
    ("takes", "words", "why"),
    [
        (COUNT, ("4", "-5", "5.5", "many", ""), "a whole number, at least 5"),
        (SIDE, ("159", "2049"), "a whole number, from 160 to 2048"),
        (SHARE, ("-0.1", "1.1", "nan", "half"), "a number from 0 to 1"),
        (RATE, ("0", "241", "inf"), "a number above 0, at most 240"),
        (chart, ("a.bmp", "png"), "must end in .svg or .png"),
    ],
)
def test_what_is_not_is_refused(takes: Callable[[str], object], words: tuple[str, ...], why: str) -> None:
    for text in words:
        with pytest.raises(ArgumentTypeError) as refused:
            takes(text)
        assert str(refused.value) == why
