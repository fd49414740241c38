"""Areas of a frame: how much of a box a polygon covers, and the box around polygons."""

from __future__ import annotations

from collections.abc import Sequence

from ..sight import Box

Point = tuple[float, float]


def covered(box: Box, polygon: Sequence[Point]) -> float:
    """The share of the box that lies in the polygon (both in pixels), 0 to 1.

    Clips the polygon to the box (Sutherland and Hodgman, 1974); the polygon need not be convex.
    """
    if not box.area:
        return 0.0
    shared: Sequence[Point] = polygon
    for axis, sign, limit in ((0, 1, box.x1), (0, -1, box.x2), (1, 1, box.y1), (1, -1, box.y2)):
        shared = _clip(shared, axis, sign, limit)
    return min(1.0, _surface(shared) / box.area)


def around(polygons: Sequence[Sequence[Point]], margin: float) -> Box:
    """The smallest box around the polygons, grown by `margin` on each side."""
    points = [point for polygon in polygons for point in polygon]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin)


def scaled(polygon: Sequence[Point], width: int, height: int) -> tuple[Point, ...]:
    """Shares of the frame as pixels."""
    return tuple((x * width, y * height) for x, y in polygon)


def clipped(box: Box, width: int, height: int) -> Box:
    """The part of the box that lies in the frame."""
    x1, y1 = min(max(0.0, box.x1), width), min(max(0.0, box.y1), height)
    return Box(x1, y1, max(x1, min(box.x2, width)), max(y1, min(box.y2, height)))


def _clip(polygon: Sequence[Point], axis: int, sign: int, limit: float) -> list[Point]:
    """The part of the polygon beyond `limit` on an axis, below it where `sign` is -1."""
    depths = [sign * (point[axis] - limit) for point in polygon]
    if min(depths, default=0.0) >= 0:
        return list(polygon)
    kept: list[Point] = []
    for here, there, near, far in zip(polygon, [*polygon[1:], polygon[0]], depths, [*depths[1:], depths[0]]):
        if near >= 0:
            kept.append(here)
        if (near >= 0) != (far >= 0):
            t = near / (near - far)
            kept.append((here[0] + t * (there[0] - here[0]), here[1] + t * (there[1] - here[1])))
    return kept


def _surface(polygon: Sequence[Point]) -> float:
    """Area by the shoelace formula."""
    turns = zip(polygon, [*polygon[1:], *polygon[:1]])
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in turns)) / 2
