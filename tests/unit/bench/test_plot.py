"""Times as bars."""

from __future__ import annotations

from appliance.bench.plot import WIDTH, Block, draw, height
from appliance.bench.race import Lap
from appliance.bench.spread import Spread
from appliance.evaluate.canvas import BaseCanvas, SvgCanvas

BLOCKS = [
    Block("threads", (Lap("one", Spread.of([0.002]), 2.0, 1.0), Lap("two", Spread.of([0.001]), 2.0, 0.5)))
]


class Bars(BaseCanvas):
    """Keeps the widths of the bars."""

    def __init__(self) -> None:
        self.widths: list[float] = []

    def bar(self, corner: tuple[float, float], size: tuple[float, float], colour: str) -> None:
        self.widths.append(size[0])

    def line(self, points: object, colour: str, *, thin: bool = False) -> None:
        """No lines are drawn."""

    def words(self, text: str, at: object, *, small: bool = False, anchor: str = "start") -> None:
        """What they say is tested on the SVG."""


def test_bars_are_as_long_as_the_times() -> None:
    canvas = Bars()
    draw(BLOCKS, canvas)

    assert canvas.widths[1] == canvas.widths[0] / 2


def test_every_time_stands_beside_its_bar() -> None:
    canvas = SvgCanvas(WIDTH, height(BLOCKS))
    draw(BLOCKS, canvas)

    assert all(words in canvas.text() for words in ("threads", "one", "two", "2.00 ms", "1.00 ms"))
