"""Words of the command line that must be a number within bounds, or a drawing: for `type` of argparse."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from math import inf
from pathlib import Path

CHARTS = (".svg", ".png")


def whole(least: int, most: float = inf) -> Callable[[str], int]:
    """A whole number of `least` to `most`."""
    bounds = f"at least {least}" if most == inf else f"from {least} to {most:g}"

    def within(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ArgumentTypeError(f"a whole number, {bounds}")
        return int(text)

    return within


def number(least: float, most: float, *, above: bool = False) -> Callable[[str], float]:
    """A number of `least` to `most`; where it must be `above`, not `least` itself."""
    bounds = f"above {least:g}, at most {most:g}" if above else f"from {least:g} to {most:g}"

    def within(text: str) -> float:
        try:
            value = float(text)
        except ValueError as error:
            raise ArgumentTypeError(f"a number {bounds}") from error
        if not least <= value <= most or (above and value == least):
            raise ArgumentTypeError(f"a number {bounds}")
        return value

    return within


def chart(text: str) -> Path:
    """A file to be drawn to."""
    path = Path(text)
    if path.suffix.lower() not in CHARTS:
        raise ArgumentTypeError(f"must end in {' or '.join(CHARTS)}")
    return path
