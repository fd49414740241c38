"""Exposure and gain of a V4L2 camera, by the kernel's own calls (V4L2, "Camera Control Reference")."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable
from contextlib import suppress

from ...faults import ExposureRefused
from .exposure import BaseExposureControl, Exposure, Reach, exposure_part

QUERYCTRL, S_CTRL = 0xC0445624, 0xC008561C
"""VIDIOC_QUERYCTRL and VIDIOC_S_CTRL, the same on all of Linux' processors that we run on."""
EXPOSURE_AUTO, EXPOSURE_ABSOLUTE, EXPOSURE_PRIORITY, GAIN = 0x9A0901, 0x9A0902, 0x9A0903, 0x980913
MANUAL = 1
"""V4L2_EXPOSURE_MANUAL."""
UNIT_S = 100e-6
"""Of V4L2_CID_EXPOSURE_ABSOLUTE."""
_QUERY = struct.Struct("=II32siiiiIII")
_SET = struct.Struct("=Ii")
_DISABLED = 1
_MOST_GAIN = 16.0

Ioctl = Callable[[int, int, bytearray], object]


def _ioctl(handle: int, request: int, room: bytearray) -> object:
    return fcntl.ioctl(handle, request, room, True)


class V4l2Exposure(BaseExposureControl):
    """Of the device at `path`; a second handle, which V4L2 allows beside the one that streams.

    Gain has no unit in V4L2: its range counts as 1 to 16, as the sensors of most webcams have it.
    """

    def __init__(self, name: str, source: str, *, ioctl: Ioctl = _ioctl) -> None:
        self._name = name
        self._path = f"/dev/video{source}" if source.isdecimal() else source
        self._ioctl = ioctl
        self._gains: tuple[int, int] | None = None

    def reach(self) -> Reach:
        shortest, longest = self._range(EXPOSURE_ABSOLUTE)
        # A camera without gain still has a shutter.
        with suppress(ExposureRefused):
            self._gains = self._range(GAIN)
        most_gain = 1.0 if self._gains is None else _MOST_GAIN
        return Reach(max(1, shortest) * UNIT_S, longest * UNIT_S, 1.0, most_gain)

    def set(self, exposure: Exposure) -> None:
        self._set(EXPOSURE_AUTO, MANUAL)
        with suppress(ExposureRefused):
            # Else some webcams lower their rate in the dark.
            self._set(EXPOSURE_PRIORITY, 0)
        self._set(EXPOSURE_ABSOLUTE, max(1, int(exposure.shutter_s / UNIT_S)))
        if self._gains is not None:
            least, most = self._gains
            self._set(GAIN, least + round((most - least) * (exposure.gain - 1.0) / (_MOST_GAIN - 1.0)))

    def _range(self, control: int) -> tuple[int, int]:
        room = bytearray(_QUERY.pack(control, 0, b"", 0, 0, 0, 0, 0, 0, 0))
        self._call(QUERYCTRL, room)
        _, _, _, least, most, _, _, flags, _, _ = _QUERY.unpack(room)
        if flags & _DISABLED:
            raise ExposureRefused("the control is switched off", part=exposure_part(self._name))
        return least, most

    def _set(self, control: int, value: int) -> None:
        self._call(S_CTRL, bytearray(_SET.pack(control, value)))

    def _call(self, request: int, room: bytearray) -> None:
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_NONBLOCK)
            try:
                self._ioctl(handle, request, room)
            finally:
                os.close(handle)
        except OSError as error:
            raise ExposureRefused(
                f"{self._path}: {error.strerror}", part=exposure_part(self._name)
            ) from error
