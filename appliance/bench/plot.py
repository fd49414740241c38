"""Times as bars, a block for each subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..evaluate.canvas import BaseCanvas
from .race import Lap

WIDTH = 860
_LEFT, _ROOM = 300, 460
_ROW, _HEAD, _MARGIN = 22, 40, 16
_BLUE, _GREY = "#2b6cb0", "#a0aec0"


@dataclass(frozen=True, slots=True)
class Block:
    """What was raced for one subject. Bars are as long as the middle time; the longest fills the width."""

    subject: str
    laps: tuple[Lap, ...]


def height(blocks: Sequence[Block]) -> int:
    """Pixels that the blocks need."""
    return sum(_HEAD + _ROW * len(block.laps) for block in blocks) + _MARGIN


def draw(blocks: Sequence[Block], canvas: BaseCanvas) -> None:
    """On a canvas of WIDTH and `height`. The first of each block, which the others are held to, is grey."""
    down = 0
    for block in blocks:
        canvas.words(block.subject, (_MARGIN, down + _HEAD - 14))
        down += _HEAD
        longest = max(lap.wall.p50 for lap in block.laps)
        for lap in block.laps:
            _bar(canvas, lap, down, lap.wall.p50 / longest if longest else 0.0, first=lap is block.laps[0])
            down += _ROW


def _bar(canvas: BaseCanvas, lap: Lap, down: int, share: float, *, first: bool) -> None:
    base = down + _ROW - 8
    canvas.words(lap.name, (_LEFT - 8, base), small=True, anchor="end")
    canvas.bar((_LEFT, down + 2), (share * _ROOM, _ROW - 6), _GREY if first else _BLUE)
    canvas.words(f"{lap.wall.p50:.2f} ms", (_LEFT + share * _ROOM + 6, base), small=True)
