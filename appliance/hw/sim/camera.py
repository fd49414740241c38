"""The twin's camera: a driver like any other, whose pictures are rendered from the world."""

from __future__ import annotations

from collections.abc import Callable
from math import floor

import cv2
import numpy as np

from ...clock import Clock
from ...config.schema import Camera
from ...faults import CameraLost
from ...sight import Frame, Picture
from ..base import BaseCamera
from .mishaps import CameraState
from .plates import Image
from .render import Renderer
from .world import World

_DARK_LEVEL = 3
# Share of a frame by which a clock that adds up floats may fall short of the next frame.
_SLACK = 1e-6


class SimCamera(BaseCamera):
    """Gives the world as it is now, at most `settings.fps` times a second.

    `wait` sleeps for so many seconds where time is real. Without it time is virtual and stands
    still during a read: a read that comes before the next frame is due gives the last frame again.
    """

    def __init__(
        self,
        name: str,
        settings: Camera,
        world: World,
        renderer: Renderer,
        clock: Clock,
        wait: Callable[[float], None] | None = None,
    ) -> None:
        self.name = name
        self._fps = settings.fps
        self._world = world
        self._renderer = renderer
        self._clock = clock
        self._wait = wait
        self._open = False
        self._last: Frame | None = None
        self._still: Image | None = None
        """The picture that a frozen sensor repeats, over a restart too."""

    def open(self) -> None:
        if self._world.camera is CameraState.LOST:
            raise CameraLost("no signal", part=self.name)
        self._open = True

    def close(self) -> None:
        self._open = False
        self._last = None

    def read(self, timeout_s: float) -> Frame:
        if not self._open:
            raise CameraLost("not open", part=self.name)
        self._until_due(timeout_s)
        if self._world.camera is CameraState.LOST:
            if self._wait:
                self._wait(timeout_s)
            raise CameraLost(f"no frame for {timeout_s:g} s", part=self.name)
        seq = self._due()
        if self._last is None or seq != self._last.seq:
            self._last = Frame(self.name, seq, self._clock.monotonic(), Picture.of(self._picture(seq)))
        return self._last

    def _due(self) -> int:
        return floor(self._clock.monotonic() * self._fps + _SLACK)

    def _until_due(self, timeout_s: float) -> None:
        if self._wait and self._last and self._due() == self._last.seq:
            left = (self._last.seq + 1) / self._fps - self._clock.monotonic()
            self._wait(min(max(left, 0.0), timeout_s))

    def _picture(self, seq: int) -> Image:
        state = self._world.camera
        if state is CameraState.FROZEN and self._still is not None:
            return self._still
        picture = self._renderer.render(self._world.view(), seq)
        if state is CameraState.DARK:
            # Noise alone: a net reads a plate from two bits of a picture, and a covered lens has none.
            return np.random.default_rng(seq).integers(0, _DARK_LEVEL, picture.shape, np.uint8, endpoint=True)
        self._stamp(picture)
        self._still = picture
        return picture

    def _stamp(self, picture: Image) -> None:
        """The time in the corner, as cameras write it: text that is no plate."""
        text = self._clock.wall().utc.strftime("%Y-%m-%d %H:%M:%S")
        where = (8, round(picture.shape[0] * 0.045))
        size = picture.shape[0] / 1000
        cv2.putText(picture, text, where, cv2.FONT_HERSHEY_SIMPLEX, size, (240, 240, 240), 1, cv2.LINE_AA)
