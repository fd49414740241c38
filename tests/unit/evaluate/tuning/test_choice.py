"""The rules by which a value is chosen."""

from __future__ import annotations

import pytest

from appliance.evaluate.tuning.choice import Gap, Steps, between, step_back


@pytest.mark.parametrize(
    ("loses", "steps"),
    [
        ([False, False, False, True, False], Steps(2, 1)),
        ([False, True, True], Steps(0, 0)),
        ([False, False, False], Steps(2, 1)),
        ([True, False, True], Steps(1, 0)),
    ],
)
def test_the_step_before_the_last_good_one_is_taken(loses: list[bool], steps: Steps) -> None:
    assert step_back(loses) == steps


@pytest.mark.parametrize(
    ("now", "gap", "taken"),
    [
        (0.5, Gap(0.8, 0.3), 0.5),
        (0.5, Gap(0.8, 0.48), 0.64),
        (0.78, Gap(0.8, 0.3), 0.55),
        (0.5, Gap(0.9, None), 0.5),
        (0.5, Gap(0.4, None), 0.35),
        (0.5, Gap(None, 0.7), 0.5),
    ],
)
def test_a_threshold_keeps_its_margins(now: float, gap: Gap, taken: float) -> None:
    assert between(now, gap) == pytest.approx(taken)


@pytest.mark.parametrize(("now", "taken"), [(0.5, 0.5), (0.8, 0.55)])
def test_where_nothing_parts_true_and_false_no_vehicle_is_lost(now: float, taken: float) -> None:
    gap = Gap(0.6, 0.7)
    assert not gap.parts
    assert between(now, gap) == pytest.approx(taken)
