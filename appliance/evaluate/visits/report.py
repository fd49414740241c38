"""What a threshold costs, as text for people, one JSON object for programs, and charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...config.schema import Access
from ..canvas import BaseCanvas
from ..canvas import Point as Pixel
from .study import NEIGHBOURS, SIZES, TWINS, WORST, Curve, Point, Rate, nearest

Json = dict[str, object]

_DIGITS = 4
_HARD = (NEIGHBOURS, TWINS, WORST)
_STRANGE = (*(str(size) for size in SIZES), *_HARD)
_BLUE, _RED, _GREY, _LIGHT, _ORANGE, _PURPLE = (
    "#2b6cb0",
    "#c53030",
    "#888888",
    "#dddddd",
    "#dd6b20",
    "#6b46c1",
)


@dataclass(frozen=True, slots=True)
class Costs:
    """A study's curves, the last of `any` being the configured way, and its sweep of `sure_threshold`."""

    source: str
    access: Access
    curves: tuple[Curve, ...]
    sure: tuple[tuple[float, Point], ...]

    @property
    def configured(self) -> Curve:
        regions = self.curves[0].regions
        return [curve for curve in self.curves if curve.regions == regions][-1]


# -- for programs ----------------------------------------------------------------------------------------


def as_json(costs: Costs) -> Json:
    """Every figure; shares are 0 to 1."""
    return {
        "set": costs.source,
        "recognition_threshold": costs.access.recognition_threshold,
        "sure_threshold": costs.access.sure_threshold,
        "curves": [_curve(curve) for curve in costs.curves],
        "sure": [{"sure_threshold": sure, **_point(point)} for sure, point in costs.sure],
    }


def _curve(curve: Curve) -> Json:
    policy = curve.policy
    how: Json = {"match_distance": policy.match_distance, "sure_threshold": policy.sure_threshold}
    counts: Json = {"plates": curve.plates, "visits": curve.visits}
    return {"regions": curve.regions, **how, **counts, "points": [_point(point) for point in curve.points]}


def _point(point: Point) -> Json:
    return {
        "threshold": point.threshold,
        "right": round(point.right, _DIGITS),
        "wrong": round(point.wrong, _DIGITS),
        "opened": {name: round(share, _DIGITS) for name, share in point.opened.items()},
        "false_opens": {name: _rate(rate) for name, rate in point.false.items()},
    }


def _rate(rate: Rate) -> Json:
    bounds: Json = {"share": round(rate.share, _DIGITS), "upper_95": round(rate.upper, _DIGITS)}
    return bounds if rate.chance is None else {**bounds, "by_chance": float(f"{rate.chance:.2g}")}


# -- for people ------------------------------------------------------------------------------------------


def as_text(costs: Costs) -> str:
    """Markdown tables of a page."""
    return "\n".join(_lines(costs))


def _lines(costs: Costs) -> Iterator[str]:
    curve, asked = costs.configured, costs.access.recognition_threshold
    counts = f"{curve.visits} visits of {curve.plates} plates"
    yield f"{costs.source}: {counts}, regions = any, {curve.policy.name}\n"
    yield from _heading(("`recognition_threshold`", "right", "wrong", "let in", *_STRANGE))
    for point in curve.points:
        yield _row((f"{point.threshold:.2f}", *_cells(point), *(_of(point, name) for name in _STRANGE)))
    yield f"\nAt {asked:g}, by the way to decide; in brackets, the 95 % upper bound of the true share:\n"
    yield from _heading(("regions", "refusal", "plates", "right", "wrong", "let in", *_STRANGE))
    for each in costs.curves:
        point = nearest(each.points, asked)
        bounded = (_of(point, name, bounded=True) for name in _STRANGE)
        yield _row((each.regions, each.policy.name, str(each.plates), *_cells(point), *bounded))
    yield f"\n{_chance_line(nearest(curve.points, asked))}"
    yield f"\nAt {asked:g}, by `sure_threshold`:\n"
    yield from _heading(("`sure_threshold`", "let in", f"let in, {NEIGHBOURS} listed too", *_HARD))
    for sure, point in costs.sure:
        shares = (_percent(_opened(point)), _percent(point.opened[NEIGHBOURS]))
        yield _row((f"{sure:.2f}", *shares, *(_of(point, name) for name in _HARD)))


def _heading(names: Sequence[str]) -> Iterator[str]:
    yield _row(names)
    yield _row(["---"] * len(names))


def _chance_line(point: Point) -> str:
    odds = {name: rate.chance for name, rate in point.false.items() if rate.chance is not None}
    if not any(odds.values()):
        return "Nothing was misread at this threshold: no random list opens by chance."
    told = ", ".join(f"{chance:.1e} for {name} lines" for name, chance in odds.items())
    return f"By chance, what was misread stands on a random list of plates of its form: {told}."


def _cells(point: Point) -> tuple[str, ...]:
    return _percent(point.right), _percent(point.wrong), _percent(_opened(point))


def _opened(point: Point) -> float:
    """Of those with their plate on the longest random list that was tried."""
    return [share for name, share in point.opened.items() if name.isdecimal()][-1]


def _of(point: Point, name: str, *, bounded: bool = False) -> str:
    rate = point.false.get(name)
    if rate is None:
        return "-"
    return f"{_percent(rate.share)} (< {_percent(rate.upper)})" if bounded else _percent(rate.share)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


# -- charts ----------------------------------------------------------------------------------------------

WIDTH, HEIGHT = 1080, 430
_SIDE, _TOP, _LEFT, _STEP = 250, 70, 60, 350
_FLOOR, _CEILING = 0.3, 0.95
_KEY_Y = _TOP + _SIDE + 56

Line = tuple[str, str, list[Pixel]]
"""Name, colour, and shares by threshold."""


class _Chart:
    """Thresholds across, shares up to `most` upwards; the lines' names below."""

    def __init__(self, canvas: BaseCanvas, column: int, title: str, across: str, most: float) -> None:
        self._canvas = canvas
        self._left = _LEFT + column * _STEP
        self._most = most
        canvas.words(title, (self._left, _TOP - 14))
        canvas.words(across, (self._left + _SIDE / 2, _TOP + _SIDE + 36), small=True, anchor="middle")
        for fifth in range(6):
            share = most * fifth / 5
            y = self.at((_FLOOR, share))[1]
            canvas.line([(self._left, y), (self._left + _SIDE, y)], _LIGHT, thin=True)
            canvas.words(f"{share:.0%}", (self._left - 6, y + 4), small=True, anchor="end")
        for tenth in range(3, 10, 2):
            x, y = self.at((tenth / 10, 0))
            canvas.words(f"{tenth / 10:g}", (x, y + 18), small=True, anchor="middle")

    def at(self, point: Pixel) -> Pixel:
        """The pixel of a threshold and a share."""
        across = (point[0] - _FLOOR) / (_CEILING - _FLOOR)
        return self._left + across * _SIDE, _TOP + (1 - min(1.0, point[1] / self._most)) * _SIDE

    def line(self, number: int, line: Line) -> None:
        name, colour, points = line
        self._canvas.line([self.at(point) for point in points], colour)
        y = _KEY_Y + 15 * number
        self._canvas.bar((self._left, y - 8), (14, 8), colour)
        self._canvas.words(name, (self._left + 20, y), small=True)


def draw(costs: Costs, canvas: BaseCanvas) -> None:
    """Three charts side by side."""
    curve, rest = costs.configured, f"recognition_threshold = {costs.access.recognition_threshold:g}"
    canvas.words(f"{costs.source}: {curve.visits} visits of {curve.plates} plates", (_LEFT, 28))
    charts = (
        ("Visits read and let in", "recognition_threshold", 1.0, _let_in(curve.points)),
        ("Visits taken for somebody else", "recognition_threshold", 0.15, _mistaken(curve.points)),
        (f"At {rest}", "sure_threshold", 1.0, _by_sure(costs.sure)),
    )
    for column, (title, across, most, lines) in enumerate(charts):
        chart = _Chart(canvas, column, title, across, most)
        for number, line in enumerate(lines):
            chart.line(number, line)


def _let_in(points: Sequence[Point]) -> tuple[Line, ...]:
    return (
        ("voted right", _GREY, [(p.threshold, p.right) for p in points]),
        ("listed, and let in", _BLUE, [(p.threshold, _opened(p)) for p in points]),
    )


def _mistaken(points: Sequence[Point]) -> tuple[Line, ...]:
    strange = ((TWINS, _ORANGE), (NEIGHBOURS, _PURPLE), (str(SIZES[-1]), _BLUE))
    return (
        ("voted wrong, and let in where just that is listed", _RED, _false(points, WORST)),
        *((f"let in, list: {name}", colour, _false(points, name)) for name, colour in strange),
    )


def _by_sure(sure: Sequence[tuple[float, Point]]) -> tuple[Line, ...]:
    crowded = [(at, point.opened[NEIGHBOURS]) for at, point in sure]
    mistaken = [(at, point.false[NEIGHBOURS].share) for at, point in sure]
    return (
        ("listed, and let in", _GREY, [(at, _opened(point)) for at, point in sure]),
        (f"listed with all {NEIGHBOURS}, and let in", _BLUE, crowded),
        (f"let in, list: {NEIGHBOURS}", _PURPLE, mistaken),
    )


def _false(points: Sequence[Point], name: str) -> list[Pixel]:
    return [(p.threshold, p.false[name].share) for p in points if name in p.false]
