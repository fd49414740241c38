"""The plain script on engines that say what they are told to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from appliance.bench.pipeline.films import cameras
from appliance.bench.pipeline.plain import PlainNets, plain_nets, run_plain
from appliance.faults import BenchFault, EngineFailed
from appliance.hw.system_clock import SystemClock
from appliance.sight import Box

from .rig import LENGTH, a_film
from .test_run import Broken

AREA = Box(0.0, 0.0, 64.0, 48.0)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Engine:
    """Answers with the same arrays, and keeps what it was fed."""

    def __init__(self, *answers: Any) -> None:
        self.fed: list[Any] = []
        self._answers = answers

    def get_inputs(self) -> Sequence[Any]:
        return [SimpleNamespace(name="input")]

    def run(self, outputs: Sequence[str], feeds: Mapping[str, Any]) -> Sequence[Any]:
        self.fed.append(feeds["input"])
        return self._answers


def nets(*plates: tuple[float, float, float, float]) -> tuple[PlainNets, Engine, Engine]:
    boxes = np.array([[*plates]], np.float32).reshape(1, -1, 4)
    scores = np.zeros((1, len(plates), 6), np.float32)
    scores[:, :, 4] = 0.9
    chars = np.zeros((1, 12, 37), np.float32)
    for slot, index in enumerate([*(ALPHABET.index(sign) for sign in "AB12"), *[36] * 8]):
        chars[0, slot, index] = 1.0
    detector, reader = Engine(boxes, scores), Engine(chars)
    return PlainNets(detector, reader, 128), detector, reader


def test_each_plate_is_read_in_a_run_of_its_own() -> None:
    script, detector, reader = nets((20, 20, 60, 40), (80, 60, 120, 80))
    assert script.texts(np.zeros((48, 64, 3), np.uint8), AREA) == ["AB12", "AB12"]
    assert [fed.shape for fed in detector.fed] == [(1, 3, 96, 128)]
    assert [fed.shape for fed in reader.fed] == [(1, 3, 64, 192)] * 2


def test_a_picture_without_a_plate_is_not_read() -> None:
    script, _, reader = nets()
    assert script.texts(np.zeros((48, 64, 3), np.uint8), AREA) == []
    assert reader.fed == []


def test_the_script_looks_at_every_camera() -> None:
    clock, (script, *_) = SystemClock(), nets((20, 20, 60, 40))
    shown = cameras(2, a_film(clock), LENGTH, 500.0, clock)
    ran = run_plain(shown, script, AREA, clock, lambda: 0.0, _until(shown, 10), warm_s=0.0, seconds=0.0)
    assert ran.trial.cameras == 2
    assert set(ran.texts) == {"AB12"}


def _until(shown: Sequence[Any], frames: int) -> Any:
    """A wait that lasts until every camera has shown so many frames more."""

    def wait(_: float) -> None:
        wanted = [camera.given + frames for camera in shown]
        while any(camera.given < least for camera, least in zip(shown, wanted)):
            pass

    return wait


def test_a_camera_that_is_lost_is_a_fault() -> None:
    clock, (script, *_) = SystemClock(), nets()
    shown = cameras(1, lambda _name, _start: Broken(), LENGTH, None, clock)
    with pytest.raises(BenchFault, match="no signal"):
        run_plain(shown, script, AREA, clock, lambda: 0.0, lambda _: None, warm_s=0.0, seconds=0.0)


def test_a_file_that_is_no_net_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(b"no net")
    with pytest.raises(EngineFailed, match=r"net\.onnx"):
        plain_nets(path, path, 640, "cpu")
