"""The charts of an evaluation: recall by size, reliability, and what each threshold lets through."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from . import figures
from .canvas import BaseCanvas, Point
from .kinds import PLATE
from .session import Evaluation

WIDTH, HEIGHT = 1080, 400
_SIDE = 260
_TOP, _LEFT, _STEP = 70, 60, 350
_BLUE, _RED, _GREY, _LIGHT = "#2b6cb0", "#c53030", "#888888", "#dddddd"


class _Chart:
    """A square with both axes from 0 to 1."""

    def __init__(self, canvas: BaseCanvas, column: int, title: str, across: str) -> None:
        self._canvas = canvas
        self._left = _LEFT + column * _STEP
        canvas.words(title, (self._left, _TOP - 14))
        canvas.words(across, self.at((0.5, -0.14)), small=True, anchor="middle")
        for tenth in range(0, 11, 2):
            share = tenth / 10
            canvas.line([self.at((0, share)), self.at((1, share))], _LIGHT, thin=True)
            canvas.words(f"{share:.0%}", self.at((-0.02, share - 0.015)), small=True, anchor="end")

    def at(self, point: Point) -> Point:
        """The pixel of a point in shares of the chart."""
        return self._left + point[0] * _SIDE, _TOP + (1 - point[1]) * _SIDE

    def line(self, points: Sequence[Point], colour: str) -> None:
        if points:
            self._canvas.line([self.at(point) for point in points], colour)

    def bar(self, left: float, width: float, share: float, colour: str) -> None:
        self._canvas.bar(self.at((left, share)), (width * _SIDE, share * _SIDE), colour)

    def words(self, text: str, point: Point) -> None:
        self._canvas.words(text, self.at(point), small=True, anchor="middle")


def draw(evaluation: Evaluation, canvas: BaseCanvas) -> None:
    """All charts side by side; one without data stays empty."""
    source = evaluation.source
    title = f"{source.name} ({source.precision}, {source.backend}), {len(evaluation.outcomes)} pictures"
    canvas.words(title, (_LEFT, 28))
    charts: Sequence[tuple[str, str, Callable[[Evaluation, _Chart], None]]] = (
        ("Plates found, by width in the picture", "", _sizes),
        ("Reads that are right, by their score", "score", _reliability),
        ("Read (blue) and wrong (red), by threshold", "threshold", _curve),
    )
    for column, (name, across, fill) in enumerate(charts):
        fill(evaluation, _Chart(canvas, column, name, across))


def _sizes(evaluation: Evaluation, chart: _Chart) -> None:
    sizes = figures.by_size(evaluation.outcomes, PLATE)
    width = 1 / max(1, len(sizes))
    for i, (name, counts) in enumerate(sizes.items()):
        chart.bar(width * (i + 0.15), width * 0.7, counts.recall or 0.0, _BLUE)
        chart.words(name, (width * (i + 0.5), -0.07))
        chart.words(f"{counts.found} of {counts.labelled}", (width * (i + 0.5), -0.13))


def _reliability(evaluation: Evaluation, chart: _Chart) -> None:
    chart.line([(0, 0), (1, 1)], _GREY)
    steps = figures.bins(evaluation.outcomes)
    for step in steps:
        chart.bar(step.low + 0.01, step.high - step.low - 0.02, step.right, _BLUE)
    _across(chart)
    error = figures.calibration_error(steps)
    if error is not None:
        chart.words(f"calibration error {error:.1%}", (0.5, -0.2))


def _curve(evaluation: Evaluation, chart: _Chart) -> None:
    points = figures.curve(evaluation.outcomes) if figures.texts(evaluation.outcomes) else ()
    chart.line([(point.threshold, point.read) for point in points], _BLUE)
    chart.line([(point.threshold, point.wrong) for point in points], _RED)
    _across(chart)


def _across(chart: _Chart) -> None:
    for tenth in range(0, 11, 2):
        chart.words(f"{tenth / 10:g}", (tenth / 10, -0.07))
