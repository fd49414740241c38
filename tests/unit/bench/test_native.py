"""The preparation in C++ says what the gate's own says."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from appliance.bench.native import NativePreparer
from appliance.bench.race import Timers
from appliance.bench.rewrite import measure_rewrite
from appliance.faults import ExtraMissing
from appliance.infer.base import BaseSession
from appliance.infer.lane import Array, Arrays, TensorSpec
from appliance.sight import Picture

compiled = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
PICTURES = [
    Picture.of(np.random.default_rng(seed).integers(0, 256, (180, 320, 3), np.uint8)) for seed in (1, 2)
]


class Eye(BaseSession):
    """Takes a picture of any size, and sees nothing."""

    inputs = (TensorSpec("images", (None, 3, None, None), np.dtype(np.float32)),)
    outputs = ()

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        return {}

    def close(self) -> None:
        """Nothing is held."""


@compiled
def test_both_prepare_the_same(tmp_path: Path) -> None:
    timers = Timers(lambda: 0.0, lambda: 0.0)
    found = measure_rewrite(Eye(), 70, PICTURES, tmp_path, timers, lambda: None)

    assert found.most_apart <= 2.0
    assert [lap.name for lap in found.laps] == ["OpenCV", "C++"]


@compiled
def test_what_is_no_picture_is_grey(tmp_path: Path) -> None:
    room = np.zeros((3, 64, 96), np.float32)
    NativePreparer(tmp_path).fill(np.full((180, 320, 3), 255, np.uint8), (70, 39), room)

    assert (room[:, :39, :70] == 1.0).all()
    assert np.allclose(room[:, 39:], 114 / 255)
    assert np.allclose(room[:, :, 70:], 114 / 255)


def test_without_a_compiler_there_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ExtraMissing, match=r"^g\+\+: .*Install it"):
        NativePreparer(tmp_path)
