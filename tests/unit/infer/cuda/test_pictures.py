"""The kernels' arithmetic, on the processor and on a GPU where one is, against float64 and whole pictures."""

from __future__ import annotations

import ctypes
from dataclasses import replace

import numpy as np
import pytest

from appliance.faults import EngineFailed
from appliance.infer.device import GROUND, Placed, Plane
from appliance.infer.gpu import Region, Stream
from appliance.infer.gpu_pictures import CANDIDATE, CUTS, surface_words
from appliance.sight import Box, Layout, Matrix, Picture, Surface

from ..fake_gpu import FakeGpu, device
from . import reference
from .rig import Rig

TOLERANCE = 1e-4
"""Of a value from 0 to 1, for FP32: steps of a cut are floats, and a picture has up to 4096 columns."""


def some_box(rng: np.random.Generator, width: int, height: int) -> Box:
    x1, y1 = rng.uniform(0, width - 2), rng.uniform(0, height - 2)
    return Box(x1, y1, rng.uniform(x1 + 1, width), rng.uniform(y1 + 1, height))


def test_structs_are_laid_out_as_the_kernels_know_them(kernels: ctypes.CDLL) -> None:
    words = surface_words(Surface(8, 8, 1, 2, 256, None, lambda: reference.noise(8, 8, 0)))
    assert [kernels.sizes(n) for n in range(3)] == [words.nbytes, CUTS.itemsize, CANDIDATE.itemsize]


@pytest.mark.parametrize("seed", range(12))
def test_any_part_of_any_picture_is_filled_as_in_float64(rig: Rig, seed: int) -> None:
    rng = np.random.default_rng(seed)
    width, height, sides = 2 * int(rng.integers(8, 80)), 2 * int(rng.integers(8, 60)), (37, 53)
    picture = reference.noise(width, height, seed, (Matrix.BT601, Matrix.BT709)[seed % 2], seed % 3 == 0)
    surface, lane = rig.device.put(picture), rig.lane(x=(3, 3, *sides))
    boxes = [some_box(rng, width, height) for _ in range(3)]
    sizes = [(int(rng.integers(1, 54)), int(rng.integers(1, 38))) for _ in range(3)]
    rig.device.fill([Placed(surface, box, size) for box, size in zip(boxes, sizes)], lane, "x")
    want = [reference.filled(picture, box, size, sides, GROUND) for box, size in zip(boxes, sizes)]
    np.testing.assert_allclose(lane.read(["x"])["x"], want, rtol=0, atol=TOLERANCE)


def test_more_cuts_than_one_launch_takes_are_all_laid(rig: Rig) -> None:
    surfaces = [rig.device.put(reference.noise(16, 16, seed)) for seed in range(19)]
    lane = rig.lane(x=(20, 3, 8, 8))
    rig.device.fill([Placed(one, Box(0, 0, 16, 16), (8, 8)) for one in surfaces], lane, "x")
    want = [
        reference.filled(reference.noise(16, 16, n), Box(0, 0, 16, 16), (8, 8), (8, 8), 0) for n in range(19)
    ]
    np.testing.assert_allclose(lane.read(["x"])["x"][:19], want, rtol=0, atol=TOLERANCE)


def test_more_cuts_than_images_and_another_type_are_refused(rig: Rig) -> None:
    cut = Placed(rig.device.put(reference.noise(16, 16, 0)), Box(0, 0, 16, 16), (8, 8))
    with pytest.raises(EngineFailed, match="2 pictures"):
        rig.device.fill([cut, cut], rig.lane(x=(1, 3, 8, 8)), "x")
    with pytest.raises(EngineFailed, match="float16"):
        rig.device.fill([cut], rig.lane(np.float16, x=(1, 3, 8, 8)), "x")


def test_filling_copies_nothing(rig: Rig) -> None:
    cut = Placed(rig.device.put(reference.noise(16, 16, 0)), Box(0, 0, 16, 16), (8, 8))
    lane, before = rig.lane(x=(1, 3, 8, 8)), rig.device.copied
    rig.device.fill([cut], lane, "x")
    assert rig.device.copied == before


# -- picking --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("places", "least"), [(40, 0.9), (700, 0.5), (3, 1.5)])
def test_only_boxes_that_score_enough_come_back_in_their_order(rig: Rig, places: int, least: float) -> None:
    rng = np.random.default_rng(places)
    lane = rig.lane(inputs=("scores", "boxes"), scores=(3, places, 6), boxes=(3, places, 4))
    for room in lane.inputs.values():
        room[:] = rng.random(room.shape)
    lane.run()
    found = rig.device.pick(lane, "scores", "boxes", least)
    want = reference.picked(lane.inputs["scores"], least)
    assert [one.kinds.tolist() for one in found] == [[kind for _, kind in one] for one in want]
    for image, (one, rows) in enumerate(zip(found, want)):
        at = [place for place, _ in rows]
        np.testing.assert_array_equal(one.boxes, lane.inputs["boxes"][image, at])
        np.testing.assert_array_equal(one.scores, lane.inputs["scores"][image, at].max(1))


def test_a_few_boxes_cost_a_few_kilobytes(rig: Rig) -> None:
    lane = rig.lane(inputs=("scores", "boxes"), scores=(16, 2000, 6), boxes=(16, 2000, 4))
    lane.inputs["scores"][:, :5] = 0.9
    lane.run()
    before = rig.device.copied.to_host
    assert [len(one.boxes) for one in rig.device.pick(lane, "scores", "boxes", 0.5)] == [5] * 16
    assert rig.device.copied.to_host - before == 32 + 16 * 8 * 32


def test_more_boxes_than_before_are_copied_after_their_number_and_then_at_once(rig: Rig) -> None:
    lane = rig.lane(inputs=("scores", "boxes"), scores=(1, 2000, 6), boxes=(1, 2000, 4))
    lane.inputs["scores"][:, :20] = 0.9
    lane.run()
    copied = [rig.device.copied.to_host]
    for _ in range(2):
        assert len(rig.device.pick(lane, "scores", "boxes", 0.5)[0].boxes) == 20
        copied.append(rig.device.copied.to_host)
    assert [copied[1] - copied[0], copied[2] - copied[1]] == [32 + 8 * 32 + 32 + 20 * 32, 32 + 20 * 32]


def test_boxes_are_copied_in_their_turn(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    lane = rig.lane(inputs=("scores", "boxes"), scores=(1, 2000, 6), boxes=(1, 2000, 4))
    lane.inputs["scores"][:, :20] = 0.9
    lane.run()
    download, held = rig.device.gpu.download, []

    def watched(region: Region, size: int, stream: Stream) -> None:
        held.append(stream.turn.locked())
        download(region, size, stream)

    monkeypatch.setattr(rig.device.gpu, "download", watched)
    rig.device.pick(lane, "scores", "boxes", 0.5)
    assert held == [True, True]


@pytest.mark.parametrize(
    ("kind", "boxes", "wrong"), [(np.float16, 4, "float16"), (np.float32, 5, "boxes are float32")]
)
def test_answers_of_another_type_or_shape_are_refused(rig: Rig, kind: type, boxes: int, wrong: str) -> None:
    lane = rig.lane(kind, scores=(1, 9, 6), boxes=(1, 9, boxes))
    with pytest.raises(EngineFailed, match=wrong):
        rig.device.pick(lane, "scores", "boxes", 0.5)


# -- surfaces -------------------------------------------------------------------------------------------


def test_a_picture_comes_back_as_it_went(rig: Rig) -> None:
    picture = reference.noise(38, 22, 1, Matrix.BT601, full=True)
    back = rig.device.put(picture).download()
    assert (back.layout, back.matrix, back.full_range) == (Layout.NV12, Matrix.BT601, True)
    for plane, want in zip(back.planes, picture.planes):
        np.testing.assert_array_equal(plane, want)


def test_a_part_is_fetched_as_bgr(rig: Rig) -> None:
    picture = reference.noise(40, 30, 2)
    seen = rig.device.fetch(rig.device.put(picture), Box(3.2, 5.0, 20.1, 17.5))
    want = reference.bgr(picture)[5:18, 3:21]
    assert np.abs(seen.astype(int) - want).max() <= 1
    assert seen.shape == want.shape


def test_a_jpeg_is_made_of_the_part_on_the_gpu(fake: FakeGpu) -> None:
    there = device(fake)
    surface, before = there.put(reference.noise(40, 30, 2)), there.copied.to_host
    data = there.jpeg(surface, Box(4, 2, 14, 8), 80)
    assert data.startswith(b"10x6 at 80: ")
    assert there.copied.to_host - before == len(data)


@pytest.mark.parametrize("plane", [0, 1])
def test_a_fingerprint_tells_one_changed_bit(rig: Rig, plane: int) -> None:
    picture = reference.noise(70, 34, 3)
    planes = [one.copy() for one in picture.planes]
    planes[plane].reshape(-1)[-1] ^= 1
    prints = [
        rig.device.fingerprint(rig.device.put(p))
        for p in (picture, picture, replace(picture, planes=tuple(planes)))
    ]
    assert prints[0] == prints[1] != prints[2]


def test_what_is_kept_outlives_its_source(rig: Rig) -> None:
    source = rig.device.put(reference.noise(32, 16, 4))
    kept = rig.device.keep(Plane(source.luma, source.chroma, source.pitch, 32, 16))
    del source
    # What would be laid over it, were its memory free.
    others = [rig.device.put(reference.noise(32, 16, seed)) for seed in range(5, 9)]
    np.testing.assert_array_equal(kept.download().planes[0], reference.noise(32, 16, 4).planes[0])
    assert len({one.luma for one in (kept, *others)}) == 5


def test_all_that_is_kept_is_whole_wherever_its_chroma_lies(rig: Rig) -> None:
    pictures = [reference.noise(32, 16, seed) for seed in (4, 5)]
    near, far = (rig.device.put(picture) for picture in pictures)
    planes = [
        Plane(near.luma, near.chroma, near.pitch, 32, 16),
        Plane(near.luma, far.chroma, near.pitch, 32, 16),
    ]
    kept = [surface.download() for surface in rig.device.keep_all(planes)]
    for seen, (luma, chroma) in zip(kept, ((0, 0), (0, 1))):
        np.testing.assert_array_equal(seen.planes[0], pictures[luma].planes[0])
        np.testing.assert_array_equal(seen.planes[1], pictures[chroma].planes[1])


def test_what_nobody_holds_gives_its_memory_back(fake: FakeGpu) -> None:
    there = device(fake)
    held = fake.out
    surface = there.put(reference.noise(32, 16, 4))
    assert fake.out > held
    del surface
    assert fake.out == held


def test_a_picture_of_another_layout_is_refused(rig: Rig) -> None:
    with pytest.raises(EngineFailed, match="NV12"):
        rig.device.put(Picture.of(np.zeros((4, 4, 3), np.uint8)))


def test_what_is_captured_is_done_again_by_one_launch(rig: Rig) -> None:
    surface, lane = rig.device.put(reference.noise(16, 16, 0)), rig.lane(x=(1, 3, 8, 8))
    cut, queue = Placed(surface, Box(0, 0, 16, 16), (8, 8)), rig.device.queue
    rig.device.fill([cut], lane, "x")
    want = lane.read(["x"])["x"].copy()
    with rig.gpu.current():
        graph = rig.gpu.capture(lambda: rig.device.fill([cut], lane, "x"), queue)
        assert graph is not None
        rig.gpu.clear(lane.addresses["x"], want.nbytes, queue)
        graph.launch(queue.handle)
    np.testing.assert_array_equal(lane.read(["x"])["x"], want)
