"""Cameras on the GPU share one device; what it fails is a lost camera."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pytest

from appliance.config.schema import Camera, Infer
from appliance.faults import CameraLost, EngineFailed
from appliance.hw.cameras.nvdec import Decoded, Memory, NvdecCamera
from appliance.infer.device import BaseDevice, Copied, Picked, Placed, Plane
from appliance.infer.lane import Lane
from appliance.runtime.cameras import LiveFootage, build_camera
from appliance.runtime.decoding import GpuMemory, memory_of, nvidia_device
from appliance.sight import Box, Layout, Matrix, Picture, Surface

from .rig import a_clock

if TYPE_CHECKING:
    from appliance.sight import Image

SEEN = Decoded(100, 200, 64, 60, 40, Matrix.BT601, full_range=True)


class KeepingDevice(BaseDevice):
    """A device that only keeps; `broken` is what it fails with."""

    stream = 0
    copied = Copied(0, 0)

    def __init__(self) -> None:
        self.broken: EngineFailed | None = None

    def keep(self, plane: Plane) -> Surface:
        if self.broken is not None:
            raise self.broken
        return Surface(
            *(plane.width, plane.height, plane.luma + 1, plane.chroma + 1, plane.pitch),
            keeper=self,
            download=lambda: Picture(Layout.NV12, ()),
            matrix=plane.matrix,
            full_range=plane.full_range,
        )

    def fingerprint(self, surface: Surface) -> int:
        if self.broken is not None:
            raise self.broken
        return surface.luma

    def fill(self, cuts: Sequence[Placed], lane: Lane, name: str) -> None:
        raise NotImplementedError

    def pick(self, lane: Lane, scores: str, boxes: str, least: float) -> tuple[Picked, ...]:
        raise NotImplementedError

    def fetch(self, surface: Surface, box: Box) -> Image:
        raise NotImplementedError

    def jpeg(self, surface: Surface, box: Box, quality: int) -> bytes:
        raise NotImplementedError

    def put(self, picture: Picture) -> Surface:
        raise NotImplementedError


def test_a_picture_is_kept_as_it_was_decoded() -> None:
    (kept,) = memory_of(KeepingDevice()).keep([SEEN])
    assert (kept.luma, kept.chroma, kept.pitch, kept.width, kept.height) == (101, 201, 64, 60, 40)
    assert (kept.matrix, kept.full_range) == (Matrix.BT601, True)


def test_cameras_share_one_device_that_is_made_when_it_is_needed() -> None:
    made: list[Infer] = []

    def make(infer: Infer) -> BaseDevice:
        made.append(infer)
        return KeepingDevice()

    memory = GpuMemory(Infer(threads=3), make)
    assert made == []
    memory()
    memory()
    assert made == [Infer(threads=3)]


def test_a_computer_without_a_gpu_has_a_lost_camera() -> None:
    def make(_: Infer) -> BaseDevice:
        raise EngineFailed("NVIDIA's driver is not installed", part="cuda")

    with pytest.raises(CameraLost, match="cuda: NVIDIA's driver is not installed"):
        GpuMemory(Infer(), make)()


@pytest.mark.parametrize(
    "ask",
    [lambda memory, _: memory.keep([SEEN]), lambda memory, kept: memory.fingerprint(kept)],
)
def test_a_device_that_fails_is_a_lost_camera(ask: Callable[[Memory, Surface], object]) -> None:
    device = KeepingDevice()
    memory = memory_of(device)
    (kept,) = memory.keep([SEEN])
    device.broken = EngineFailed("error 700", part="cuda")
    with pytest.raises(CameraLost, match="error 700"):
        ask(memory, kept)


@pytest.mark.parametrize(("source", "kind"), [("rtsp://10.0.0.9/1", NvdecCamera), ("gate.mp4", LiveFootage)])
def test_an_address_comes_at_its_own_rate_and_a_file_at_the_cameras(source: str, kind: type) -> None:
    camera = build_camera("front", Camera(driver="nvdec", source=source), a_clock(), GpuMemory(Infer()))
    assert type(camera) is kind


def test_without_its_packages_the_camera_names_its_extras(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "appliance.infer.cuda.device", None)
    with pytest.raises(EngineFailed, match=r"gatehouse\[gpu,nvdec\]"):
        nvidia_device(Infer())
