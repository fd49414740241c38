"""What a net reads of a picture on the GPU, beside what it reads of the same one in main memory."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.infer.device import Placed
from appliance.sight import Box, Layout, Matrix
from appliance.vision.prepare import Cut, Preparer

from ...vision.reference import picture
from .rig import Rig

MEAN, MOST = 2 / 255, 16 / 255
"""The processor halves, then interpolates, and scales colour by itself; the GPU averages all at once."""


@pytest.mark.parametrize("size", [(200, 120), (300, 180), (130, 78), (64, 64), (45, 27)])
@pytest.mark.parametrize("box", [Box(0, 0, 200, 120), Box(40, 20, 160, 92), Box(33, 17, 149, 91)])
@pytest.mark.parametrize("matrix", Matrix)
def test_a_net_reads_the_same_wherever_the_picture_lies(
    rig: Rig, size: tuple[int, int], box: Box, matrix: Matrix
) -> None:
    here, sides = picture(Layout.NV12, matrix), (size[1] + 8, size[0] + 8)
    there, lane = rig.device.put(here), rig.lane(inputs=("x",), x=(1, 3, *sides))
    rig.device.fill([Placed(there, box, size)], lane, "x")
    on_gpu = lane.read(["x"])["x"].copy()
    Preparer().fill([Cut(here, box, size)], lane, "x")
    off = np.abs(lane.inputs["x"] - on_gpu)
    assert (float(off.mean()) < MEAN, float(off.max()) < MOST) == (True, True)
