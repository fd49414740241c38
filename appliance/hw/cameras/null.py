"""The camera of a gate that has none."""

from __future__ import annotations

from ...faults import CameraLost
from ...sight import Frame
from ..base import BaseCamera


class NullCamera(BaseCamera):
    """Never gives a frame, and says so."""

    def __init__(self, name: str) -> None:
        self.name = name

    def open(self) -> None:
        pass

    def read(self, timeout_s: float) -> Frame:
        raise CameraLost("no camera is configured", part=self.name)

    def close(self) -> None:
        pass
