"""Lanes that are lent: made once a size, never to two at a time, and a bounded number of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from appliance.faults import EngineFailed
from appliance.infer.base import BaseSession
from appliance.infer.device import Placed
from appliance.infer.lane import Array, Arrays, Lane, TensorSpec
from appliance.sight import Box, Layout, Surface
from appliance.vision.lanes import Lanes
from appliance.vision.prepare import Cut, Tint

from .reference import picture
from .there import FakeDevice

FLOAT = np.dtype(np.float32)
SPEC = TensorSpec("x", (None, 3, None, None), FLOAT)
HERE = Cut(picture(Layout.NV12), Box(0, 0, 200, 120), (40, 24))
SURFACE = Surface(200, 120, 1, 2, 256, None, lambda: picture(Layout.NV12))
THERE = Cut(SURFACE, HERE.box, HERE.size)


@dataclass
class Watched(Lane):
    """Says the mean of what it was fed, and how it was run."""

    inputs: Mapping[str, Array]
    shut: int = 0
    streams: list[int] = field(default_factory=list)

    def run(self) -> dict[str, Array]:
        return {"y": self.inputs["x"].mean(axis=(1, 2, 3))}

    def run_there(self, stream: int) -> None:
        self.streams.append(stream)

    def read(self, names: Sequence[str]) -> dict[str, Array]:
        return {name: np.zeros(1) for name in names}

    def close(self) -> None:
        self.shut += 1


class Session(BaseSession):
    def __init__(self, spec: TensorSpec = SPEC) -> None:
        self.inputs, self.outputs = (spec,), ()
        self.lanes: list[Watched] = []

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        raise AssertionError("lanes are not asked through infer")

    def lane(self, shapes: Mapping[str, tuple[int, ...]]) -> Lane:
        self.lanes.append(Watched({name: np.zeros(shape, np.float32) for name, shape in shapes.items()}))
        return self.lanes[-1]

    def close(self) -> None:
        """Nothing is held."""


def test_a_size_gets_its_lane_once() -> None:
    session = Session()
    lanes = Lanes(session)
    for shape in ((1, 32, 64), (2, 32, 64), (1, 32, 64)):
        with lanes.lent(shape) as slot:
            slot.fill((HERE,))
            assert slot.run(("y",))["y"][0] > 0.0
    assert [lane.inputs["x"].shape for lane in session.lanes] == [(1, 3, 32, 64), (2, 3, 32, 64)]


def test_nobody_shares_a_lane() -> None:
    lanes = Lanes(Session())
    with lanes.lent((1, 32, 64)) as one, lanes.lent((1, 32, 64)) as other:
        assert one.lane is not other.lane


def test_the_lane_used_longest_ago_makes_room() -> None:
    session = Session()
    lanes = Lanes(session)
    for side in (*range(32, 32 * 33, 32), 32, 32 * 33):
        with lanes.lent((1, side, side)):
            pass
    assert [lane.inputs["x"].shape[2] for lane in session.lanes if lane.shut] == [64]


def test_a_lane_that_failed_is_not_lent_again() -> None:
    session = Session()
    lanes = Lanes(session)
    with pytest.raises(EngineFailed), lanes.lent((1, 32, 64)):
        raise EngineFailed("torn")
    with lanes.lent((1, 32, 64)):
        assert [lane.shut for lane in session.lanes] == [1, 0]


def test_a_net_of_other_numbers_is_refused() -> None:
    with pytest.raises(EngineFailed, match="float16, not float32"):
        Lanes(Session(TensorSpec("x", (1, 3, 8, 8), np.dtype(np.float16))))


@pytest.mark.parametrize(("images", "batches"), [(None, True), (1, False)])
def test_a_free_first_side_takes_several_images(images: int | None, batches: bool) -> None:
    assert Lanes(Session(TensorSpec("x", (images, 3, 8, 8), FLOAT))).batches is batches


def test_pictures_on_the_gpu_stay_there() -> None:
    session, device = Session(), FakeDevice()
    with Lanes(session, device=device).lent((1, 32, 64)) as slot:
        slot.fill((THERE,))
        slot.run(("y",))
    assert device.filled == [Placed(SURFACE, THERE.box, THERE.size)]
    assert (session.lanes[0].streams, slot.device) == ([device.stream], device)


@pytest.mark.parametrize("cuts", [(HERE,), (THERE, HERE)])
def test_pictures_in_main_memory_go_through_it(cuts: tuple[Cut, ...]) -> None:
    device = FakeDevice()
    with Lanes(Session(), device=device).lent((len(cuts), 32, 64)) as slot:
        slot.fill(cuts)
        assert float(slot.run(("y",))["y"].min()) > 0.0
    assert (device.filled, slot.device) == ([], None)


def test_of_a_mixed_batch_only_the_cuts_leave_the_gpu() -> None:
    device, part = FakeDevice(), replace(THERE, box=Box(40.5, 20, 120, 80))
    with Lanes(Session(), device=device).lent((2, 32, 64)) as slot:
        slot.fill((replace(HERE, box=part.box), part))
        here, there = slot.lane.inputs["x"]
    assert device.fetched == [part.box]
    np.testing.assert_allclose(there, here, atol=4 / 255)


def test_a_net_of_another_tint_is_fed_the_cut_through_main_memory() -> None:
    device = FakeDevice()
    with Lanes(Session(), Tint("BGR"), device).lent((1, 32, 64)) as slot:
        slot.fill((THERE,))
    assert (device.filled, device.fetched) == ([], [THERE.box])


def test_without_a_device_a_surface_is_copied_whole() -> None:
    with Lanes(Session()).lent((1, 32, 64)) as slot:
        slot.fill((THERE,))
        there = slot.lane.inputs["x"].copy()
        slot.fill((HERE,))
    np.testing.assert_array_equal(there, slot.lane.inputs["x"])


@pytest.mark.parametrize(("images", "taken"), [(1, 1), (2, 2), (3, 4), (5, 8), (16, 16)])
def test_on_a_gpu_batches_have_few_sizes(images: int, taken: int) -> None:
    session = Session()
    lanes = Lanes(session, device=FakeDevice())
    with lanes.lent((images, 24, 40)) as slot:
        slot.fill([THERE] * images)
    assert session.lanes[0].inputs["x"].shape == (taken, 3, 24, 40)


def test_on_a_processor_a_batch_has_no_picture_too_many() -> None:
    session = Session()
    with Lanes(session).lent((3, 24, 40)) as slot:
        slot.fill([HERE] * 3)
    assert session.lanes[0].inputs["x"].shape == (3, 3, 24, 40)
