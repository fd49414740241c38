"""The chart of many cameras."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.bench.pipeline.plot import HEIGHT, WIDTH, draw
from appliance.evaluate.canvas import SvgCanvas

OURS = {"cameras": 64, "trials": [{"cameras": 32, "p95_ms": 8.5}, {"cameras": 64, "p95_ms": 23.3}]}
SCRIPT = {"cameras": 3, "trials": [{"cameras": 3, "p95_ms": 19.8}]}
COSTS = {"by": {"cpu": {"at": {"1": 0.05, "16": 0.34}}}}


def drawn(told: dict[str, Any]) -> str:
    canvas = SvgCanvas(WIDTH, HEIGHT)
    draw(told, canvas)
    return canvas.text()


def test_each_side_has_a_line_and_its_name() -> None:
    seen = drawn({"capacity": {"ours": OURS}, "plain": {"cuda": SCRIPT}, "marginal": COSTS})

    assert ">gatehouse<" in seen
    assert ">script on cuda<" in seen
    assert seen.count('stroke-width="2"') == 3


def test_the_most_cameras_are_at_the_right_and_the_longest_delay_at_the_top() -> None:
    seen = drawn({"capacity": {"ours": OURS}})

    assert "390.0,50.0" in seen


@pytest.mark.parametrize("told", [{}, {"throughput": {}}])
def test_what_was_not_measured_is_left_out(told: dict[str, Any]) -> None:
    assert "polyline" not in drawn(told)
