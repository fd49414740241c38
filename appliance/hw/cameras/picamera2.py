"""Ribbon cameras of a Raspberry Pi through picamera2: a large stream to read, a small one to watch."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as JobTimeout
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ...clock import Clock
from ...faults import CameraLost, ExposureRefused
from ...sight import Effort, Frame, Layout, Matrix, Picture
from ..base import BaseCamera
from .exposure import BaseExposureControl, Exposure, Reach, exposure_part

if TYPE_CHECKING:
    from ...sight import Image

log = logging.getLogger(__name__)

# One that the sensor fills, one on the way, one that is read, one to spare: more would only be older.
_BUFFERS = 4
_LARGE, _SMALL = "main", "lores"
_PLANES, _BGR = "YUV420", "RGB888"
# What a stream is asked for, the cheaper first: a camera without an ISP of its own has no planes. libcamera
# names a format from the highest bit down, so that RGB888 lies in memory as B, G, R.
_RATE = "FrameDurationLimits"
_REMEDY = "apt-get install python3-picamera2, and let the environment see the system's packages"


class Request(Protocol):
    """What is used of picamera2's CompletedRequest: one moment, in all of the streams."""

    def make_buffer(self, name: str, /) -> Image: ...

    def get_metadata(self) -> Mapping[str, Any]: ...

    def release(self) -> None: ...


class Job(Protocol):
    def get_result(self, timeout: float | None = None) -> Request: ...


class Vendor(Protocol):
    """What is used of picamera2's Picamera2."""

    @property
    def camera_controls(self) -> Mapping[str, tuple[Any, Any, Any]]: ...

    def create_video_configuration(self, **settings: Any) -> dict[str, Any]: ...

    def configure(self, settings: dict[str, Any], /) -> object: ...

    def camera_configuration(self) -> Mapping[str, Any]: ...

    def start(self) -> object: ...

    def capture_request(self, *, wait: bool) -> Job: ...

    def cancel_all_and_flush(self) -> None: ...

    def set_controls(self, controls: dict[str, Any], /) -> object: ...

    def close(self) -> object: ...


@dataclass(frozen=True, slots=True)
class Picamera2Config:
    """`number` is libcamera's of the camera. `small_width` pixels has the small stream, 0 for none."""

    number: int
    width: int
    height: int
    fps: float
    small_width: int = 640

    def streams(self, form: str) -> dict[str, Any]:
        """As picamera2 wants them: of this format and even sides, the small one of the same view."""
        large = {"size": (self.width // 2 * 2, self.height // 2 * 2), "format": form}
        if not 0 < self.small_width < self.width:
            return {_LARGE: large}
        height = round(self.height * self.small_width / self.width / 2) * 2
        return {_LARGE: large, _SMALL: {"size": (self.small_width // 2 * 2, height), "format": form}}


def load_vendor(name: str, number: int) -> Vendor:
    """The camera of that number. Raises CameraLost where the package is missing."""
    try:
        from picamera2 import Picamera2
    except (ImportError, OSError) as error:
        raise CameraLost(f"picamera2 cannot be used: {error}; {_REMEDY}", part=name) from error
    vendor: Vendor = Picamera2(number)
    return vendor


def boot_clock() -> float:
    """Seconds on libcamera's clock, which unlike the monotonic one goes on while the board sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Picamera2Camera(BaseCamera, BaseExposureControl):
    """I420 as the ISP writes it, stamped by the sensor. Every failure is CameraLost.

    A picture is copied once, out of libcamera's buffer: that goes back to the sensor as soon as the copy is
    made, and the gate may keep a picture for seconds. Its planes are views of the copy, padding and all.
    """

    def __init__(
        self,
        name: str,
        config: Picamera2Config,
        clock: Clock,
        *,
        load: Callable[[str, int], Vendor] = load_vendor,
        boot_clock: Callable[[], float] = boot_clock,
    ) -> None:
        self.name = name
        self._config = config
        self._clock = clock
        self._load = load
        self._boot_clock = boot_clock
        self._vendor: Vendor | None = None
        self._formats: Mapping[str, _Format] = {}
        self._stream = _LARGE
        self._seq = 0

    def open(self) -> None:
        self.close()
        with self._mapped():
            self._vendor = self._load(self.name, self._config.number)
            self._formats = self._started(self._vendor)

    def read(self, timeout_s: float) -> Frame:
        """The next frame: of the small stream while the gate only watches."""
        vendor = self._vendor
        if vendor is None:
            raise CameraLost("it is not open", part=self.name)
        with self._mapped():
            request = self._next_request(vendor, timeout_s)
            try:
                shape = self._formats.get(self._stream, self._formats[_LARGE])
                buffer, told = request.make_buffer(shape.stream), request.get_metadata()
            finally:
                request.release()
            picture = shape.picture(buffer)
        self._seq += 1
        return Frame(self.name, self._seq - 1, self._captured_s(told), picture)

    def look(self, effort: Effort) -> None:
        self._stream = _SMALL if effort is Effort.WATCH else _LARGE

    def close(self) -> None:
        vendor, self._vendor = self._vendor, None
        if vendor is None:
            return
        try:
            with self._mapped():
                # It stops by itself, too.
                vendor.close()
        except CameraLost as fault:
            # It is given up; whether it can be had again, the next opening tells.
            log.warning("camera %s did not close: %s", self.name, fault.detail)

    # -- exposure ----------------------------------------------------------------------------------

    def reach(self) -> Reach:
        with self._controls() as vendor:
            shortest_us, longest_us, _ = vendor.camera_controls["ExposureTime"]
            least_gain, most_gain, _ = vendor.camera_controls["AnalogueGain"]
        # A shutter cannot be open for longer than a frame lasts; some sensors name no longest.
        longest_s = min(longest_us * 1e-6 or float("inf"), 1.0 / self._config.fps)
        return Reach(shortest_us * 1e-6, longest_s, least_gain, most_gain)

    def set(self, exposure: Exposure) -> None:
        asked = {"ExposureTime": round(exposure.shutter_s * 1e6), "AnalogueGain": exposure.gain}
        with self._controls() as vendor:
            vendor.set_controls({"AeEnable": False, **asked})

    # -- the vendor --------------------------------------------------------------------------------

    def _started(self, vendor: Vendor) -> Mapping[str, _Format]:
        formats = self._configured(vendor, _PLANES) or self._configured(vendor, _BGR)
        if not formats:
            raise CameraLost(f"libcamera gives it neither as {_PLANES} nor as {_BGR}", part=self.name)
        vendor.start()
        return formats

    def _configured(self, vendor: Vendor, form: str) -> Mapping[str, _Format]:
        """Its streams as they will come; none where this is not a format of the camera."""
        frame_us = round(1e6 / self._config.fps)
        streams = self._config.streams(form)
        settings = vendor.create_video_configuration(
            **streams,
            buffer_count=_BUFFERS,
            controls={_RATE: (frame_us, frame_us)} if _RATE in vendor.camera_controls else {},
            display=None,
            encode=None,
        )
        vendor.configure(settings)
        # The driver rounds sizes, pads rows, and takes another format as its hardware wants it.
        given = vendor.camera_configuration()
        same = all(given[name]["format"] == form for name in streams)
        return {name: _Format.of(name, given) for name in streams} if same else {}

    def _next_request(self, vendor: Vendor, timeout_s: float) -> Request:
        job = vendor.capture_request(wait=False)
        try:
            return job.get_result(timeout_s)
        except JobTimeout as error:
            # Else the job would take a later frame, and nobody would give that back.
            vendor.cancel_all_and_flush()
            raise CameraLost("no frame in time", part=self.name) from error

    def _captured_s(self, told: Mapping[str, Any]) -> float:
        """The sensor's stamp, when its first row was exposed, as seconds ago on either clock."""
        now_s = self._clock.monotonic()
        stamp_ns = told.get("SensorTimestamp")
        return now_s if stamp_ns is None else now_s - max(0.0, self._boot_clock() - stamp_ns * 1e-9)

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, OSError, IndexError, KeyError, ValueError, CancelledError) as error:
            raise CameraLost(" ".join(str(error).split())[:200] or repr(error), part=self.name) from error

    @contextmanager
    def _controls(self) -> Iterator[Vendor]:
        part = exposure_part(self.name)
        if self._vendor is None:
            raise ExposureRefused("the camera is not open", part=part)
        try:
            yield self._vendor
        except (RuntimeError, KeyError) as error:
            raise ExposureRefused(f"it has no such control: {error}", part=part) from error


@dataclass(frozen=True, slots=True)
class _Format:
    """How a stream's pictures lie in its buffers."""

    stream: str
    form: str
    width: int
    height: int
    pitch: int
    matrix: Matrix
    full_range: bool

    @classmethod
    def of(cls, stream: str, given: Mapping[str, Any]) -> _Format:
        shape, colours = given[stream], given["colour_space"]
        width, height = shape["size"]
        matrix = Matrix.BT709 if colours.ycbcrEncoding.name == "Rec709" else Matrix.BT601
        full_range = colours.range.name == "Full"
        return cls(stream, shape["format"], width, height, shape["stride"], matrix, full_range)

    def picture(self, buffer: Image) -> Picture:
        """Views of the buffer. Raises ValueError for one that is too small."""
        brightness = self.height * self.pitch
        rows = buffer[:brightness].reshape(self.height, self.pitch)
        if self.form == _BGR:
            return Picture.of(rows[:, : 3 * self.width].reshape(self.height, self.width, 3))
        colour = buffer[brightness : brightness * 3 // 2].reshape(2, self.height // 2, self.pitch // 2)
        u, v = colour[..., : self.width // 2]
        return Picture(Layout.I420, (rows[:, : self.width], u, v), self.matrix, self.full_range)
