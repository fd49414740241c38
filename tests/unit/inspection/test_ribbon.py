"""What ribbon cameras need before they can be opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config import Config
from appliance.config.schema import Camera
from appliance.inspection.report import Level
from appliance.inspection.ribbon import argus, picamera2

from .rig import ORIN, a_config, a_site, levels, put

STATE = ("systemctl", "show", "nvargus-daemon")


def seeing(driver: str) -> Config:
    return a_config(cameras={"front": Camera.model_validate({"driver": driver})})


def test_a_pi_s_ribbon_camera_needs_media_devices_and_heaps(tmp_path: Path) -> None:
    site = a_site(tmp_path, seeing("picamera2"))
    without = levels(picamera2(site))
    put(tmp_path, "dev/media0")
    put(tmp_path, "dev/dma_heap/linux,cma")

    assert without == [Level.WRONG]
    assert levels(picamera2(site)) == [Level.FINE]


@pytest.mark.parametrize("device", ["dev/media0", "dev/dma_heap/linux,cma"])
def test_a_device_that_is_refused_is_named(tmp_path: Path, device: str) -> None:
    put(tmp_path, "dev/media0")
    put(tmp_path, "dev/dma_heap/linux,cma")
    (refused,) = picamera2(a_site(tmp_path, seeing("picamera2"), refused=[device]))

    assert refused.level is Level.WRONG
    assert Path(device).name in refused.text


@pytest.mark.parametrize(
    ("state", "expected"), [("active\n", [Level.FINE]), ("inactive\n", [Level.WRONG]), ("", [])]
)
def test_a_jetson_s_ribbon_camera_needs_its_daemon(tmp_path: Path, state: str, expected: list[Level]) -> None:
    site = a_site(tmp_path, seeing("argus"), board=ORIN, tools={STATE: state})

    assert levels(argus(site)) == expected


def test_other_cameras_need_neither(tmp_path: Path) -> None:
    site = a_site(tmp_path, seeing("v4l2"))

    assert [*picamera2(site), *argus(site)] == []
