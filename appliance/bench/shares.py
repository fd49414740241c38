"""Where the time of a frame goes: engines, OpenCV, and Python with NumPy."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import BuiltinFunctionType, FrameType, ModuleType
from typing import Any

from ..sight import AnyPicture
from .recognition import SteppedLoop
from .tap import Log

Timer = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Shares:
    """Mean processor milliseconds of a frame. Engines and OpenCV run outside the interpreter's lock."""

    frame_ms: float
    engines_ms: float
    opencv_ms: float

    @property
    def python_ms(self) -> float:
        """The rest: bytecode, and what NumPy does at its behest."""
        return self.frame_ms - self.engines_ms - self.opencv_ms

    @property
    def most_gain(self) -> float:
        """How many times the frames, were all of that rest free."""
        return self.frame_ms / (self.engines_ms + self.opencv_ms)

    def as_json(self) -> dict[str, float]:
        told = (self.frame_ms, self.engines_ms, self.opencv_ms, self.python_ms)
        return {
            **{
                f"{name}_ms": round(ms, 4) for name, ms in zip(("frame", "engines", "opencv", "python"), told)
            },
            "most_gain": round(self.most_gain, 4),
        }


class Heard:
    """Seconds that this thread spends in the functions of compiled modules, while `listening`."""

    def __init__(self, modules: Sequence[ModuleType], timer: Timer) -> None:
        self.seconds = 0.0
        self._timer = timer
        self._since_s = 0.0
        self._known = frozenset(
            one for module in modules for one in vars(module).values() if isinstance(one, BuiltinFunctionType)
        )

    @contextmanager
    def listening(self) -> Iterator[None]:
        sys.setprofile(self._hear)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _hear(self, frame: FrameType, event: str, function: Any) -> None:
        # For calls of Python's own functions there is no `function`, and lists are unhashable: names first.
        if event == "c_call" and function in self._known:
            self._since_s = self._timer()
        elif event in ("c_return", "c_exception") and function in self._known:
            self.seconds += self._timer() - self._since_s


def measure_shares(
    plain: tuple[SteppedLoop, Log],
    heard: tuple[SteppedLoop, Heard],
    pictures: Sequence[AnyPicture],
    timer: Timer,
) -> Shares:
    """Two equal loops see each picture: one is timed as it is, in the other OpenCV's calls are.

    Listening slows Python down, so of the second loop only the time inside those calls counts.
    """
    (loop, log), (other, ear) = plain, heard
    frame_s = engines_s = 0.0
    for picture in pictures:
        log.clear()
        start_s = timer()
        loop.see(picture)
        frame_s += timer() - start_s
        engines_s += log.busy_s
        with ear.listening():
            other.see(picture)
    each = 1000.0 / len(pictures)
    return Shares(frame_s * each, engines_s * each, ear.seconds * each)
