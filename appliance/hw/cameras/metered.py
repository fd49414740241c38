"""A camera whose exposure follows the plates that it shows."""

from __future__ import annotations

from collections.abc import Callable

from ...clock import Clock
from ...faults import ExposureRefused
from ...sight import Box, Effort, Frame, Layout, Picture
from ..base import BaseCamera
from .exposure import BaseExposureControl, Limits, PlateExposure

# Where no plate is in sight, so much brighter than the mean a plate would be: asphalt and paint return a
# fifth of the light and a plate's ground four fifths, which by gamma and with its characters is this.
_SCENE = 1.8
# Every second pixel of every second row tells the mean.
_STEP = 2

Spot = Callable[[], "Box | None"]
Complain = Callable[[ExposureRefused], None]


class MeteredCamera(BaseCamera):
    """The camera within, exposed for plates. `spot` is the plate seen lately, in pixels of the pictures, and
    `scene` where plates will be, in shares of them.

    One that cannot be told how to expose says so once, and works on as it is.
    """

    def __init__(
        self,
        camera: BaseCamera,
        control: BaseExposureControl,
        limits: Limits,
        clock: Clock,
        *,
        scene: Box,
        spot: Spot,
        complain: Complain,
    ) -> None:
        self.name = camera.name
        self._camera = camera
        self._control = control
        self._limits = limits
        self._clock = clock
        self._scene = scene
        self._spot = spot
        self._complain = complain
        self._policy: PlateExposure | None = None
        self._refused = False

    def open(self) -> None:
        self._camera.open()
        if self._refused:
            return
        try:
            self._policy = PlateExposure(self._control.reach().within(self._limits))
            self._control.set(self._policy.now)
        except ExposureRefused as fault:
            self._refuse(fault)

    def read(self, timeout_s: float) -> Frame:
        frame = self._camera.read(timeout_s)
        if self._policy is not None and isinstance(frame.picture, Picture):
            self._follow(self._policy, frame.picture)
        return frame

    def look(self, effort: Effort) -> None:
        self._camera.look(effort)

    def close(self) -> None:
        self._policy = None
        self._camera.close()

    def _follow(self, policy: PlateExposure, picture: Picture) -> None:
        chosen = policy.next(self._luma(picture), self._clock.monotonic())
        if chosen is None:
            return
        try:
            self._control.set(chosen)
        except ExposureRefused as fault:
            self._refuse(fault)

    def _luma(self, picture: Picture) -> float:
        """A plate's, 0 to 255: of the one in sight, or as it would be in this light."""
        plate = self._spot()
        seen = None if plate is None else mean_luma(picture, plate)
        if seen is not None:
            return seen
        width, height, scene = picture.width, picture.height, self._scene
        there = Box(scene.x1 * width, scene.y1 * height, scene.x2 * width, scene.y2 * height)
        return min(255.0, _SCENE * (mean_luma(picture, there) or 0.0))

    def _refuse(self, fault: ExposureRefused) -> None:
        self._policy, self._refused = None, True
        self._complain(fault)


def mean_luma(picture: Picture, box: Box) -> float | None:
    """Of the pixels in the box, 0 to 255 from black to white; None where it lies outside of the picture."""
    left, top = max(0, int(box.x1)), max(0, int(box.y1))
    part = picture.planes[0][top : int(box.y2) : _STEP, left : int(box.x2) : _STEP]
    if part.size == 0:
        return None
    if picture.layout is Layout.BGR:
        # Green is most of what luma is.
        return float(part[..., 1].mean())
    mean = float(part.mean())
    return mean if picture.full_range else (mean - 16.0) * 255.0 / 219.0
