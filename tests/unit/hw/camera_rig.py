"""Cameras that behave as their makers' manuals say: OpenCV's captures, V4L2 devices, picamera2, pipelines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import TimeoutError as JobTimeout
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from appliance.clock import Clock, ManualClock
from appliance.faults import CameraLost
from appliance.hw.cameras.gst_pipeline import BUFFER, CAPS, BasePipeline, Packet
from appliance.hw.cameras.opencv import OpenCvConfig

if TYPE_CHECKING:
    from appliance.sight import Image

V4L2 = OpenCvConfig("v4l2", "0", 64, 48, 15.0)
ADDRESS = "rtsp://guard:secret@10.0.0.9/live"


def picture(shade: int = 0, width: int = 64, height: int = 48) -> Image:
    """A picture with a gradient, brighter with `shade`."""
    ramp = np.linspace(0, 200, width, dtype=np.uint8)
    image = np.broadcast_to(ramp[None, :, None], (height, width, 3)) + np.uint8(shade)
    return np.ascontiguousarray(image)


def i420(image: Image) -> Image:
    """The picture as V4L2's YU12, H * 3 / 2 rows."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420), np.uint8)


def nv12(image: Image) -> Image:
    height = image.shape[0]
    planar = i420(image)
    u, v = planar[height:].reshape(2, -1)
    return np.vstack([planar[:height], np.stack([u, v], axis=1).reshape(-1, image.shape[1])])


def yuyv(image: Image) -> Image:
    """H x W x 2, chroma in every row."""
    height, width = image.shape[:2]
    planar = i420(image)
    both = planar[height:].reshape(2, height // 2, width // 2).repeat(2, axis=1)
    chroma = np.stack([both[0], both[1]], axis=2).reshape(height, width)
    return np.stack([planar[:height], chroma], axis=2)


def mjpg(image: Image) -> Image:
    """A row of bytes, as OpenCV gives it."""
    return np.asarray(cv2.imencode(".jpg", image)[1], np.uint8).reshape(1, -1)


def as_it_is(image: Image) -> Image:
    return image


PACK: Mapping[str, Callable[[Image], Image]] = {
    "NV12": nv12,
    "YU12": i420,
    "YUYV": yuyv,
    "MJPG": mjpg,
    "BA81": as_it_is,
}


class FakeCapture:
    """A capture that gives its pictures, then none."""

    def __init__(self, *images: Image, opens: bool = True, stamp_ms: float = 0.0) -> None:
        self.images = list(images)
        self.opens = opens
        self.stamp_ms = stamp_ms
        self.asked: dict[int, float] = {}
        self.released = False
        self.error: cv2.error | None = None

    def isOpened(self) -> bool:  # noqa: N802 - the vendor's name
        return self.opens

    def read(self) -> tuple[bool, Any]:
        if self.error is not None:
            raise self.error
        return (True, self.images.pop(0)) if self.images else (False, None)

    def get(self, prop: int, /) -> float:
        return self.stamp_ms if prop == cv2.CAP_PROP_POS_MSEC else 0.0

    def set(self, prop: int, value: float, /) -> bool:
        self.asked[prop] = value
        return True

    def release(self) -> None:
        self.released = True


class FakeDevice(FakeCapture):
    """A V4L2 device: `offers` are the formats that it has, with width, height and rate of each.

    It keeps its format when it is asked for one that it lacks, and gives BGR only if it is to convert.
    """

    def __init__(self, *images: Image, offers: Mapping[str, tuple[int, int, float]]) -> None:
        super().__init__(*images)
        self.offers = offers
        self.format = next(iter(offers))
        self.converts = True

    def read(self) -> tuple[bool, Any]:
        good, image = super().read()
        if not good or self.converts:
            return good, image
        return True, PACK[self.format](image)

    def get(self, prop: int, /) -> float:
        width, height, fps = self.offers[self.format]
        told = {
            cv2.CAP_PROP_FOURCC: int.from_bytes(self.format.encode(), "little"),
            cv2.CAP_PROP_FRAME_WIDTH: width,
            cv2.CAP_PROP_FRAME_HEIGHT: height,
            cv2.CAP_PROP_FPS: fps,
        }
        return told.get(prop, super().get(prop))

    def set(self, prop: int, value: float, /) -> bool:
        if prop == cv2.CAP_PROP_CONVERT_RGB:
            self.converts = bool(value)
        if prop == cv2.CAP_PROP_FOURCC:
            name = int(value).to_bytes(4, "little").decode()
            self.format = name if name in self.offers else self.format
        return super().set(prop, value)


# -- picamera2 -------------------------------------------------------------------------------------


class FakeRequest:
    """One moment of a camera. A request that was given back holds no buffers any more."""

    def __init__(self, camera: FakePicamera2, shade: int) -> None:
        self._camera = camera
        self._shade = shade
        self._held = True

    def make_buffer(self, name: str, /) -> Image:
        if not self._held:
            raise RuntimeError("the request was released")
        stream = self._camera.configured[name]
        (width, height), pitch = stream["size"], stream["stride"]
        if stream["format"] == "RGB888":
            rows = np.full((height, pitch), 255, np.uint8)
            rows[:, : 3 * width] = picture(self._shade, width, height).reshape(height, -1)
            return rows.reshape(-1)
        buffer = np.full(pitch * height * 3 // 2, 255, np.uint8)
        planar = i420(picture(self._shade, width, height))
        buffer[: pitch * height].reshape(height, pitch)[:, :width] = planar[:height]
        chroma = buffer[pitch * height :].reshape(2, height // 2, pitch // 2)
        chroma[..., : width // 2] = planar[height:].reshape(2, height // 2, width // 2)
        return buffer

    def get_metadata(self) -> Mapping[str, Any]:
        return self._camera.metadata

    def release(self) -> None:
        if not self._held:
            raise RuntimeError("released twice")
        self._held = False
        self._camera.lent -= 1


class FakePicamera2:
    """A started camera lends as many requests as it has buffers, and pads rows to 64 bytes."""

    def __init__(self, shades: Iterable[int]) -> None:
        self.shades = list(shades)
        self.metadata: dict[str, Any] = {"SensorTimestamp": 0}
        self.camera_controls: dict[str, tuple[Any, Any, Any]] = {
            "ExposureTime": (29, 1_000_000, 20_000),
            "AnalogueGain": (1.0, 16.0, 1.0),
            "FrameDurationLimits": (8_000, 1_000_000, None),
        }
        self.offers = {"YUV420", "RGB888"}
        self.configured: dict[str, Any] = {}
        self.controls: dict[str, Any] = {}
        self.history: list[str] = []
        self.colours = SimpleNamespace(
            ycbcrEncoding=SimpleNamespace(name="Rec709"), range=SimpleNamespace(name="Limited")
        )
        self.lent = 0
        self.running = False
        self.sticks = False

    def create_video_configuration(self, **settings: Any) -> dict[str, Any]:
        return settings

    def configure(self, settings: dict[str, Any], /) -> None:
        self.configured = {"colour_space": self.colours, "buffers": settings["buffer_count"]}
        self.set_controls(settings["controls"])
        for name in ("main", "lores"):
            if name in settings:
                asked = settings[name]["format"]
                form = asked if asked in self.offers else "BGR888"
                row = settings[name]["size"][0] * (1 if form == "YUV420" else 3)
                self.configured[name] = {**settings[name], "format": form, "stride": -(-row // 64) * 64}

    def camera_configuration(self) -> Mapping[str, Any]:
        return self.configured

    def start(self) -> None:
        self.running = True
        self.history.append("start")

    def capture_request(self, *, wait: bool) -> FakeJob:
        if not self.running:
            raise RuntimeError("the camera is not started")
        return FakeJob(self)

    def cancel_all_and_flush(self) -> None:
        self.history.append("cancel")

    def set_controls(self, controls: dict[str, Any], /) -> None:
        unknown = controls.keys() - {"AeEnable", *self.camera_controls}
        if unknown:
            raise RuntimeError(f"Control {min(unknown)} is not advertised by libcamera")
        self.controls.update(controls)

    def close(self) -> None:
        self.history.append("close")
        self.running = False
        if self.sticks:
            raise RuntimeError("Device or resource busy")


class FakeJob:
    """What a camera was asked for, and may not have."""

    def __init__(self, camera: FakePicamera2) -> None:
        self._camera = camera

    def get_result(self, timeout: float | None = None) -> FakeRequest:
        camera = self._camera
        if not camera.shades or camera.lent >= camera.configured["buffers"]:
            raise JobTimeout
        camera.lent += 1
        return FakeRequest(camera, camera.shades.pop(0))


# -- GStreamer -------------------------------------------------------------------------------------

NV12_CAPS = "video/x-raw, format=(string)NV12, width=(int)64, height=(int)48, colorimetry=(string)bt709\0"


def caps(text: str = NV12_CAPS) -> Packet:
    return Packet(CAPS, 0, np.frombuffer(text.encode(), np.uint8))


def buffer(shade: int, stamp_ns: int = 0) -> Packet:
    return Packet(BUFFER, stamp_ns, nv12(picture(shade)).reshape(-1))


class FakePipeline(BasePipeline):
    """A pipeline that sends its messages, then nothing."""

    def __init__(self, messages: Iterable[Packet]) -> None:
        self._messages = list(messages)
        self.argv: Sequence[str] = ()
        self.closed = False

    def __call__(self, name: str, argv: Sequence[str]) -> FakePipeline:
        self.argv = argv
        return self

    def next(self, until_s: float, clock: Clock) -> Packet:
        if not self._messages:
            if isinstance(clock, ManualClock):
                clock.advance_to(until_s)
            raise CameraLost("no frame in time", part="front")
        return self._messages.pop(0)

    def close(self) -> None:
        self.closed = True
