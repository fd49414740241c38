"""Exposure for plates where the configuration asks for it: what the loops saw goes back to the cameras."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from threading import Lock

from ..clock import Clock
from ..config.schema import Camera
from ..events import SceneSeen, VisionEvent
from ..faults import ExposureRefused
from ..hw.base import BaseCamera
from ..hw.cameras.exposure import BaseExposureControl, Limits, exposure_part
from ..hw.cameras.metered import Complain, MeteredCamera, Spot
from ..sight import Box
from ..vision.area import around

# A vehicle that waits is looked at several times in this; one that drives is elsewhere by then.
_FRESH_S = 2.0


class PlateSpots:
    """Where each camera saw its largest plate lately. Loops tell, captures ask: safe between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._seen: dict[str, tuple[float, Box]] = {}

    def note(self, event: VisionEvent) -> None:
        """Take in what a loop publishes."""
        if not isinstance(event, SceneSeen):
            return
        plates = [track.plate for track in event.tracks if track.plate is not None]
        if plates:
            with self._lock:
                self._seen[event.camera] = event.captured_s, max(plates, key=lambda box: box.area)

    def of(self, camera: str) -> Box | None:
        with self._lock:
            seen_s, box = self._seen.get(camera, (float("-inf"), None))
        return box if self._clock.monotonic() - seen_s <= _FRESH_S else None


def limits_of(settings: Camera) -> Limits | None:
    """What the owner allows; None where the camera exposes as it likes."""
    return Limits(settings.max_shutter_s, settings.max_gain) if settings.exposure == "plates" else None


def meter(
    camera: BaseCamera, settings: Camera, clock: Clock, spots: PlateSpots, complain: Complain
) -> BaseCamera:
    """The camera, exposed for plates where that is asked for and the driver can; else `complain` hears it."""
    limits = limits_of(settings)
    if limits is None or settings.driver == "argus":
        # Argus keeps within the limits by itself.
        return camera
    control = _CONTROLS.get(settings.driver, _none)(camera, settings)
    if control is None:
        detail = f'driver = "{settings.driver}" has no such control'
        complain(ExposureRefused(detail, part=exposure_part(camera.name)))
        return camera
    spot: Spot = partial(spots.of, camera.name)
    scene = around((settings.roi,), 0.0)
    return MeteredCamera(camera, control, limits, clock, scene=scene, spot=spot, complain=complain)


def _none(camera: BaseCamera, settings: Camera) -> BaseExposureControl | None:
    return None


def _own(camera: BaseCamera, settings: Camera) -> BaseExposureControl | None:
    return camera if isinstance(camera, BaseExposureControl) else None


def _v4l2(camera: BaseCamera, settings: Camera) -> BaseExposureControl | None:
    from ..hw.cameras.v4l2_controls import V4l2Exposure

    return V4l2Exposure(camera.name, settings.source)


_CONTROLS: Mapping[str, Callable[[BaseCamera, Camera], BaseExposureControl | None]] = {
    "picamera2": _own,
    "v4l2": _v4l2,
}
