"""Delay, and processor time, over the number of cameras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...evaluate.canvas import BaseCanvas, Point

Figures = Mapping[str, Any]

WIDTH, HEIGHT = 860, 340
_WIDE, _HIGH = 330, 220
_TOP, _LEFT, _STEP = 50, 60, 410
_STEPS = 4
_COLOURS = {"gatehouse": "#2b6cb0", "script on cuda": "#c53030", "script on cpu": "#888888"}
_LIGHT = "#dddddd"


class _Chart:
    """Numbers of cameras across, something up; both from 0 to the largest that is drawn."""

    def __init__(self, canvas: BaseCanvas, column: int, title: str, most: Point) -> None:
        self._canvas, self._most = canvas, most
        self._left = _LEFT + column * _STEP
        canvas.words(title, (self._left, _TOP - 14))
        for step in range(_STEPS + 1):
            across, up = (most[0] * step / _STEPS, most[1] * step / _STEPS)
            canvas.line([self._at((0, up)), self._at((most[0], up))], _LIGHT, thin=True)
            down = self._at((across, 0))
            canvas.words(f"{up:.3g}", self._at((0, up)), small=True, anchor="end")
            canvas.words(f"{across:.3g}", (down[0], down[1] + 16), small=True, anchor="middle")

    def draw(self, points: Sequence[Point], colour: str) -> None:
        places = [self._at(point) for point in sorted(points)]
        self._canvas.line(places, colour)
        for x, y in places:
            self._canvas.bar((x - 3, y - 3), (6, 6), colour)

    def _at(self, point: Point) -> Point:
        across, up = point[0] / self._most[0], point[1] / self._most[1]
        return self._left + across * _WIDE, _TOP + (1 - up) * _HIGH


def draw(told: Figures, canvas: BaseCanvas) -> None:
    """What `capacity`, `plain` and `marginal` measured; a part that did not run is left out."""
    delays = _delays(told)
    _chart(canvas, 0, "delay of 95 of 100 frames, ms, by cameras", delays)
    _chart(canvas, 1, "processor of all cameras, % of a core", _processor(told))
    for line, name in enumerate(delays):
        canvas.words(name, (_LEFT + line * 130, HEIGHT - 18), small=True)
        canvas.bar((_LEFT + line * 130 - 14, HEIGHT - 27), (10, 10), _COLOURS[name])


def _chart(canvas: BaseCanvas, column: int, title: str, curves: Mapping[str, Sequence[Point]]) -> None:
    points = [point for curve in curves.values() for point in curve]
    if not points:
        return
    chart = _Chart(canvas, column, title, (max(x for x, _ in points), max(y for _, y in points)))
    for name, curve in curves.items():
        chart.draw(curve, _COLOURS[name])


def _delays(told: Figures) -> dict[str, list[Point]]:
    searches = {"gatehouse": told["capacity"]["ours"]} if "capacity" in told else {}
    searches |= {f"script on {name}": one for name, one in told.get("plain", {}).items()}
    return {
        name: [(trial["cameras"], trial["p95_ms"]) for trial in search["trials"]]
        for name, search in searches.items()
    }


def _processor(told: Figures) -> dict[str, list[Point]]:
    if "marginal" not in told:
        return {}
    costs = told["marginal"]["by"]["cpu"]["at"]
    return {"gatehouse": [(int(cameras), 100 * cost) for cameras, cost in costs.items()]}
