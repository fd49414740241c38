"""`--plot` of `gatehouse bench`: what was raced, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..bench.plot import WIDTH, Block, draw, height
from ..evaluate.canvas import SvgCanvas
from .models.results import save


def save_plot(file: Path | None, blocks: Sequence[Block]) -> None:
    """Raises ResultFailed; nothing is drawn where no file is named."""
    if file is None:
        return
    canvas = SvgCanvas(WIDTH, height(blocks))
    draw(blocks, canvas)
    save(file, canvas.text())
