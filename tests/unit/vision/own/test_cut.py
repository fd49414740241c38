"""Cutting: what a warp shows of large and small pictures."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.vision.own.cut import warp

CHECKS = np.kron(np.indices((160, 160)).sum(0) % 2, np.ones((2, 2)))[..., None].repeat(3, 2)
BOARD = np.asarray(CHECKS * 255, np.uint8)
"""320 x 320, black and white by squares of two pixels."""


def scaled(scale: float, x: float = 0.0, y: float = 0.0) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    half = scale / 2 - 0.5
    return np.array([[scale, 0, half - x * scale], [0, scale, half - y * scale]])


def test_fine_lines_are_averaged_when_a_picture_shrinks() -> None:
    cut = warp(BOARD, scaled(0.2), (64, 64)).astype(float)
    assert cut[2:-2, 2:-2].mean() == pytest.approx(127.5, abs=2)
    assert cut[2:-2, 2:-2].std() < 30


def test_a_picture_that_hardly_shrinks_keeps_its_lines() -> None:
    assert warp(BOARD, scaled(0.9), (64, 64)).std() > 80


@pytest.mark.parametrize("scale", [0.1, 0.3, 0.45, 0.6, 1.0, 2.0])
def test_places_stay_where_the_matrix_puts_them(scale: float) -> None:
    ramp = np.tile(np.linspace(0, 254, 400), (400, 1))[..., None].repeat(3, 2).astype(np.uint8)
    cut = warp(ramp, scaled(scale, 100, 50), (20, 20)).astype(float)
    expected = np.interp((np.arange(20) + 0.5) / scale + 99.5, np.arange(400), np.linspace(0, 254, 400))
    assert np.abs(cut[10, :, 0] - expected).max() < 1.6


@pytest.mark.parametrize("scale", [0.2, 1.0])
def test_outside_is_grey(scale: float) -> None:
    assert (warp(BOARD, scaled(scale, 1000, 1000), (64, 64)) == 114).all()
    assert (warp(BOARD, scaled(scale, -1000, 0), (64, 64))[:, :4] == 114).all()
