"""Cameras through the real GStreamer, with its test source in the place of a Jetson's camera."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence

import numpy as np
import pytest

from appliance.faults import CameraLost
from appliance.hw.cameras.argus import ArgusConfig, argus_head
from appliance.hw.cameras.exposure import Limits
from appliance.hw.cameras.gst_pipeline import Pipeline
from appliance.hw.cameras.gstreamer import GStreamerCamera, GStreamerConfig
from appliance.hw.system_clock import SystemClock
from appliance.sight import Layout, host
from appliance.vision.pixels import bgr

from .camera_watch import CameraWatch, watched

INSTALL = "apt-get install gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-bad"
FOUND_S = 3.0


def has(element: str) -> bool:
    """Whether GStreamer knows it here."""
    inspect = shutil.which("gst-inspect-1.0")
    return (
        inspect is not None
        and not subprocess.run([inspect, element], capture_output=True, check=False).returncode
    )


@pytest.fixture(scope="module", autouse=True)
def _needs_gstreamer() -> None:
    if not (has("videotestsrc") and has("gdppay")):
        pytest.skip(f"no GStreamer: {INSTALL}")


def head(pattern: str, width: int = 1280, height: int = 720) -> tuple[str, ...]:
    size = f"width={width},height={height},framerate=30/1,colorimetry=bt709"
    return ("videotestsrc", "is-live=true", f"pattern={pattern}", "!", f"video/x-raw,format=NV12,{size}")


class Launched:
    """Pipelines, and the process of the last one."""

    def __init__(self) -> None:
        self.pipeline: Pipeline | None = None

    def __call__(self, name: str, argv: Sequence[str]) -> Pipeline:
        self.pipeline = Pipeline(name, argv)
        return self.pipeline

    def send(self, number: signal.Signals) -> None:
        if self.pipeline is not None:
            os.kill(self.pipeline.pid, number)


def a_camera(pattern: str, launch: Launched | None = None) -> GStreamerCamera:
    return GStreamerCamera(
        "front", GStreamerConfig(head(pattern)), SystemClock(), launch=launch or Launched()
    )


@pytest.mark.parametrize("size", [(1280, 720), (322, 240)])
def test_pictures_cross_as_nv12_in_their_colours(size: tuple[int, int]) -> None:
    with GStreamerCamera("front", GStreamerConfig(head("red", *size)), SystemClock()) as front:
        seen = host(front.read(1.5).picture)
    assert (seen.layout, seen.width, seen.height) == (Layout.NV12, *size)
    assert np.abs(bgr(seen).astype(int) - (0, 0, 255)).max() <= 3


def test_frames_come_soon_and_fresh() -> None:
    with watched(a_camera("ball"), CameraWatch()) as front:
        first_s = front.frames_come(1)
        front.frames_come(60)
    print(f"first frame after {first_s:.2f} s, oldest {front.oldest_s * 1000:.0f} ms")
    assert (front.width, front.said) == (1280, [])
    assert front.oldest_s < 0.5


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_pipeline_that_hangs_or_dies_is_found_and_started_anew(number: signal.Signals) -> None:
    launched = Launched()
    with watched(a_camera("ball", launched), CameraWatch()) as front:
        front.frames_come()
        launched.send(number)
        lost_s = front.until(lambda: front.standing == "camera_lost")
        back_s = front.until(lambda: not front.standing)
    print(f"{number.name}: found after {lost_s:.2f} s, frames {back_s:.2f} s later")
    assert lost_s < FOUND_S


def test_a_picture_that_stands_still_is_found() -> None:
    with watched(a_camera("red"), CameraWatch()) as front:
        frozen_s = front.until(lambda: front.standing == "camera_frozen")
    print(f"frozen: found after {frozen_s:.2f} s")
    assert frozen_s < FOUND_S


def test_without_a_jetson_its_camera_is_lost_with_the_reason() -> None:
    if has("nvarguscamerasrc"):
        pytest.skip("this is a Jetson: its own camera proves more")
    config = GStreamerConfig(argus_head(ArgusConfig(0, 1280, 720, 15.0, Limits(0.002, 8.0))))
    camera = GStreamerCamera("front", config, SystemClock())
    with camera as front, pytest.raises(CameraLost, match="nvarguscamerasrc"):
        front.read(1.5)


def test_a_jetsons_camera_gives_pictures() -> None:
    if not has("nvarguscamerasrc"):
        pytest.skip("nvarguscamerasrc is on a Jetson only")
    config = GStreamerConfig(argus_head(ArgusConfig(0, 1280, 720, 15.0)))
    with watched(GStreamerCamera("front", config, SystemClock()), CameraWatch()) as front:
        front.frames_come(30)
    assert (front.width, front.said) == (1280, [])
