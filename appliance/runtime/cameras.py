"""Camera drivers by the name that the configuration gives; each vendor's library only when named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from ..clock import Clock
from ..config.schema import Camera
from ..faults import ConfigFault
from ..hw.base import BaseCamera

Build = Callable[[str, Camera, Clock], BaseCamera]


def build_camera(name: str, settings: Camera, clock: Clock) -> BaseCamera:
    """The driver of one camera, not opened. Raises ConfigFault for one that this build does not have."""
    build = _DRIVERS.get(settings.driver)
    if build is None:
        known = ", ".join(sorted(_DRIVERS))
        raise ConfigFault(
            f'driver = "{settings.driver}" is not available here; use one of: {known}', part=f"cameras.{name}"
        )
    return build(name, settings, clock)


def _opencv(name: str, settings: Camera, clock: Clock) -> BaseCamera:
    from ..hw.cameras.opencv import OpenCvCamera, OpenCvConfig

    driver: Literal["v4l2", "rtsp"] = "rtsp" if settings.driver == "rtsp" else "v4l2"
    config = OpenCvConfig(driver, settings.source, settings.width, settings.height, settings.fps)
    return OpenCvCamera(name, config, clock)


def _file(name: str, settings: Camera, clock: Clock) -> BaseCamera:
    from ..hw.cameras.footage import FootageCamera

    return FootageCamera(name, Path(settings.source), clock)


_DRIVERS: Mapping[str, Build] = {"v4l2": _opencv, "rtsp": _opencv, "file": _file}
