"""The ladder of heat: one step a dwell, back with hysteresis, at rest at once where it must be."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.config.schema import Thermal
from appliance.sight import Easing
from appliance.upkeep.heat import Heat, Rung, climbed, easing_of, slows

LIMITS = Thermal(act_c=75.0, degrade_c=80.0, hysteresis_c=5.0, dwell_s=30.0)
NOW_S = 1000.0
RUNGS = st.sampled_from(list(Rung))
CELSIUS = st.floats(-20.0, 120.0)
TRACE = st.lists(st.tuples(st.floats(0.1, 40.0), CELSIUS), min_size=2, max_size=60)


def after(rung: Rung, celsius: float, stood_s: float = 30.0) -> Rung:
    return climbed(Heat(rung, NOW_S - stood_s), celsius, NOW_S, LIMITS).rung


@pytest.mark.parametrize(
    ("rung", "celsius", "then"),
    [
        (Rung.COOL, 74.9, Rung.COOL),
        (Rung.COOL, 75.0, Rung.WATCH_LESS),
        (Rung.WATCH_LESS, 79.9, Rung.LOOK_COARSER),
        (Rung.LOOK_COARSER, 75.0, Rung.SLOW_DOWN),
        (Rung.SLOW_DOWN, 79.9, Rung.SLOW_DOWN),
        (Rung.SLOW_DOWN, 80.0, Rung.REST),
        (Rung.COOL, 80.0, Rung.REST),
        (Rung.REST, 75.0, Rung.REST),
        (Rung.REST, 74.9, Rung.SLOW_DOWN),
        (Rung.SLOW_DOWN, 70.0, Rung.SLOW_DOWN),
        (Rung.SLOW_DOWN, 69.9, Rung.LOOK_COARSER),
        (Rung.WATCH_LESS, 69.9, Rung.COOL),
        (Rung.COOL, -20.0, Rung.COOL),
    ],
)
def test_each_step(rung: Rung, celsius: float, then: Rung) -> None:
    assert after(rung, celsius) is then


@pytest.mark.parametrize(("stood_s", "then"), [(29.9, Rung.WATCH_LESS), (30.0, Rung.LOOK_COARSER)])
def test_a_step_has_its_time_to_show(stood_s: float, then: Rung) -> None:
    assert after(Rung.WATCH_LESS, 77.0, stood_s) is then


@pytest.mark.parametrize(("celsius", "then"), [(79.9, Rung.WATCH_LESS), (80.0, Rung.REST)])
def test_only_rest_does_not_wait(celsius: float, then: Rung) -> None:
    assert after(Rung.WATCH_LESS, celsius, stood_s=0.0) is then


@given(rung=RUNGS, cooler=CELSIUS, warmer=CELSIUS, stood_s=st.floats(0.0, 100.0))
def test_a_hotter_board_never_stands_lower(rung: Rung, cooler: float, warmer: float, stood_s: float) -> None:
    low, high = sorted((cooler, warmer))
    assert after(rung, low, stood_s).height <= after(rung, high, stood_s).height


def changes(trace: list[tuple[float, float]]) -> list[tuple[float, int, float]]:
    """When, by how much and at what temperature the rung changed."""
    now_s, heat, found = 0.0, Heat(), []
    for wait_s, celsius in trace:
        now_s += wait_s
        then = climbed(heat, celsius, now_s, LIMITS)
        if then.rung is not heat.rung:
            found.append((now_s, then.rung.height - heat.rung.height, celsius))
        heat = then
    return found


@given(trace=TRACE)
def test_up_and_down_again_never_takes_less_than_the_dwell(trace: list[tuple[float, float]]) -> None:
    quick = [
        (before, then)
        for before, then in pairwise(changes(trace))
        if then[1] < 0 and then[0] - before[0] < LIMITS.dwell_s
    ]
    assert quick == []


@given(trace=TRACE)
def test_only_a_rise_to_rest_follows_sooner_than_the_dwell(trace: list[tuple[float, float]]) -> None:
    early = [
        then
        for before, then in pairwise(changes(trace))
        if then[0] - before[0] < LIMITS.dwell_s and then[2] < LIMITS.degrade_c
    ]
    assert early == []


@given(trace=TRACE)
def test_it_goes_down_a_rung_at_a_time(trace: list[tuple[float, float]]) -> None:
    assert [by for _, by, _ in changes(trace) if by < -1] == []


def test_each_rung_keeps_what_those_before_did() -> None:
    assert [easing_of(rung, LIMITS) for rung in Rung] == [
        Easing(),
        Easing(1.0),
        Easing(1.0, 320),
        Easing(1.0, 320, 5.0),
        Easing(1.0, 320, 5.0, rests=True),
    ]


def test_a_detector_of_one_size_is_left_alone() -> None:
    assert easing_of(Rung.REST, Thermal(detect_side=0)).detect_side is None


def test_the_two_highest_rungs_keep_to_the_saving_mode() -> None:
    assert [rung for rung in Rung if slows(rung)] == [Rung.SLOW_DOWN, Rung.REST]
