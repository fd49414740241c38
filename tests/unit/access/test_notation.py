"""The notation of formats."""

from __future__ import annotations

import pytest

from appliance.access.regions.notation import Form, Formats, but, form, forms
from appliance.faults import ConfigFault


@pytest.mark.parametrize(
    ("pattern", "accepted", "refused"),
    [
        ("A9*", "B3C B33", "33C BBB B3"),
        ("AA(9)", "AB AB1", "A AB12"),
        ("A(9(9))", "A A1 A12", "A123"),
        ("[XY]9", "X1 Y1", "Z1"),
        ("{FL|ZH}9", "FL1 ZH1", "FH1 F1"),
        ("A A 9", "AB1", "AB"),
    ],
)
def test_a_pattern_means_what_it_says(pattern: str, accepted: str, refused: str) -> None:
    formats = Formats([form(pattern)])
    assert [t for t in accepted.split() if not formats.fits(t)] == []
    assert [t for t in refused.split() if formats.fits(t)] == []


def test_a_class_of_its_own_narrows_a_letter() -> None:
    formats = Formats([form("A9", A=but("IO"))])
    assert (formats.fits("X1"), formats.fits("O1")) == (True, False)


def test_the_longest_text_limits_a_pattern() -> None:
    formats = Formats([form("AA(A)9(9)", longest=4)])
    assert (formats.fits("ABC1"), formats.fits("ABC12")) == (True, False)


def test_formats_that_share_classes_are_separated_by_a_slash() -> None:
    assert forms("A9 / 9A", A="X") == (Form("A9 ", (("A", "X"),)), Form(" 9A", (("A", "X"),)))


@pytest.mark.parametrize("pattern", ["A-9", "A(9", "A9)", "A[", "a9", "B9", "{A|}"])
def test_a_pattern_that_does_not_parse_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigFault, match="plate format"):
        form(pattern).compiled()
