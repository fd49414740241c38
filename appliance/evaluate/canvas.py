"""What a chart is drawn on, and the SVG one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from html import escape

Point = tuple[float, float]


class BaseCanvas(ABC):
    """A drawing surface in pixels: x right, y down. Colours are `#rrggbb`."""

    @abstractmethod
    def bar(self, corner: Point, size: Point, colour: str) -> None:
        """A filled box from its top left corner."""

    @abstractmethod
    def line(self, points: Sequence[Point], colour: str, *, thin: bool = False) -> None:
        """A line through the points."""

    @abstractmethod
    def words(self, text: str, at: Point, *, small: bool = False, anchor: str = "start") -> None:
        """Text on a base line; `anchor` is start, middle or end."""


class SvgCanvas(BaseCanvas):
    """Collects the elements of a picture that any browser shows."""

    def __init__(self, width: int, height: int) -> None:
        size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">',
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        ]

    def bar(self, corner: Point, size: Point, colour: str) -> None:
        where = f'x="{corner[0]:.1f}" y="{corner[1]:.1f}" width="{size[0]:.1f}" height="{size[1]:.1f}"'
        self._parts.append(f'<rect {where} fill="{colour}"/>')

    def line(self, points: Sequence[Point], colour: str, *, thin: bool = False) -> None:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        width = 1 if thin else 2
        self._parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
        )

    def words(self, text: str, at: Point, *, small: bool = False, anchor: str = "start") -> None:
        place = f'x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{11 if small else 14}" text-anchor="{anchor}"'
        self._parts.append(f'<text {place} fill="#222222">{escape(text)}</text>')

    def text(self) -> str:
        """The whole SVG file."""
        return "\n".join([*self._parts, "</svg>", ""])
