"""Parts of pictures in a net's input, held to the same in float64."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from appliance.infer.lane import Array, Lane
from appliance.sight import AnyPicture, Box, Layout, Matrix, Picture, Surface, host
from appliance.vision.pixels import bgr
from appliance.vision.prepare import Cut, Preparer, Tint

from .reference import Bytes, padded, picture, rgb, same, scaled

WHOLE = Box(0, 0, 200, 120)
EVEN = (WHOLE, Box(40, 20, 160, 92), Box(120, 60, 200, 120))
ODD = (Box(33, 17, 149, 91), Box(0, 1, 199, 120), Box(101, 51, 200, 120))
YUV = (Layout.NV12, Layout.I420)


class Room(Lane):
    """A lane's inputs alone, full of what must not stay."""

    def __init__(self, images: int, height: int, width: int) -> None:
        self.inputs = {"image": np.full((images, 3, height, width), -7.0, np.float32)}

    def run(self) -> dict[str, Array]:
        return {}

    def close(self) -> None:
        """Nothing is held."""


def filled(cut: Cut, tint: Tint | None = None) -> Array:
    lane = Room(1, cut.size[1] + 8, cut.size[0] + 8)
    Preparer(tint or Tint()).fill((cut,), lane, "image")
    image: Array = lane.inputs["image"][0]
    return image


def errors(cut: Cut) -> Array:
    """Of each value of a cut, in 1/255."""
    box, (width, height) = cut.box, cut.size
    part = rgb(host(cut.picture))[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)]
    off: Array = np.abs(filled(cut)[:, :height, :width] * 255 - scaled(part, cut.size).transpose(2, 0, 1))
    return off


@pytest.mark.parametrize("size", [(200, 120), (300, 180), (130, 78), (64, 64), (45, 27)])
@pytest.mark.parametrize("box", [*EVEN, *ODD])
def test_a_part_of_a_bgr_picture_is_as_in_float64(size: tuple[int, int], box: Box) -> None:
    assert float(errors(Cut(picture(Layout.BGR), box, size)).max()) < 2.0


@pytest.mark.parametrize("layout", YUV)
@pytest.mark.parametrize("size", [(200, 120), (300, 180), (130, 78), (64, 64), (45, 27)])
@pytest.mark.parametrize("box", EVEN)
def test_a_part_of_a_yuv_picture_is_as_in_float64(layout: Layout, size: tuple[int, int], box: Box) -> None:
    off = errors(Cut(picture(layout), box, size))
    assert (float(off.max()) < 5.0, float(off.mean()) < 1.0) == (True, True)


@pytest.mark.parametrize("layout", YUV)
@pytest.mark.parametrize("size", [(192, 64), (100, 60), (40, 24)])
@pytest.mark.parametrize("box", ODD)
def test_at_odd_edges_colour_shifts_and_luma_does_not(
    layout: Layout, size: tuple[int, int], box: Box
) -> None:
    seen = picture(layout)
    grey = replace(seen, planes=(seen.planes[0], *(np.full_like(p, 128) for p in seen.planes[1:])))
    assert float(errors(Cut(grey, box, size)).max()) < 2.0
    assert float(errors(Cut(seen, box, size)).mean()) < 4.0


@pytest.mark.parametrize("layout", YUV)
@pytest.mark.parametrize("matrix", Matrix)
@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("rows", [same, padded])
def test_every_matrix_and_range_and_padded_rows(
    layout: Layout, matrix: Matrix, full_range: bool, rows: Callable[[Bytes], Bytes]
) -> None:
    off = errors(Cut(picture(layout, matrix, full_range, rows), Box(40, 20, 160, 92), (80, 48)))
    assert (float(off.max()) < 5.0, float(off.mean()) < 1.0) == (True, True)


@pytest.mark.parametrize("layout", YUV)
def test_another_matrix_or_range_is_another_picture(layout: Layout) -> None:
    cut = Cut(picture(layout), WHOLE, (50, 30))
    for other in (picture(layout, Matrix.BT709), picture(layout, full_range=True)):
        assert float(np.abs(filled(Cut(other, WHOLE, (50, 30))) - filled(cut)).max()) > 0.02


def test_both_yuv_layouts_give_the_same() -> None:
    one, other = (filled(Cut(picture(layout), Box(31, 8, 97, 60), (90, 40))) for layout in YUV)
    np.testing.assert_array_equal(one, other)


def test_what_is_beside_the_cut_is_grey() -> None:
    image = filled(Cut(picture(Layout.NV12), WHOLE, (50, 30)))
    assert image[:, 30:].ravel() == pytest.approx(114 / 255)
    assert image[:, :, 50:].ravel() == pytest.approx(114 / 255)


def test_the_tint_is_the_net_s() -> None:
    tint = Tint("BGR", (10.0, 20.0, 30.0), (2.0, 4.0, 8.0))
    cut = Cut(Picture.of(np.full((40, 40, 3), (50, 60, 70), np.uint8)), Box(0, 0, 40, 40), (20, 20))
    assert filled(cut, tint)[:, 0, 0].tolist() == [20.0, 10.0, 5.0]
    assert filled(cut, Tint("RGB", tint.mean, tint.std))[:, 0, 0].tolist() == [30.0, 10.0, 2.5]


def test_cuts_go_into_the_images_of_a_batch() -> None:
    lane, seen = Room(2, 40, 64), picture(Layout.I420)
    cuts = [Cut(seen, Box(0, 0, 100, 60), (50, 30)), Cut(seen, WHOLE, (60, 36))]
    Preparer().fill(cuts, lane, "image")
    for cut, image in zip(cuts, lane.inputs["image"]):
        width, height = cut.size
        np.testing.assert_array_equal(image[:, :height, :width], filled(cut)[:, :height, :width])


def test_a_picture_on_a_gpu_is_downloaded() -> None:
    here = picture(Layout.NV12)
    there = Surface(200, 120, 0, 0, 256, None, lambda: here)
    np.testing.assert_array_equal(filled(Cut(there, WHOLE, (50, 30))), filled(Cut(here, WHOLE, (50, 30))))


# -- BGR for those who need it --------------------------------------------------------------------------


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("matrix", Matrix)
def test_the_whole_picture_as_bgr(layout: Layout, matrix: Matrix) -> None:
    seen = picture(layout, matrix)
    assert float(np.abs(bgr(seen)[:, :, ::-1] - rgb(seen)).max()) < 2.0


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("box", [WHOLE, Box(33, 17, 150, 91), Box(-5, -5, 1, 1), Box(198.5, 119, 300, 300)])
def test_a_part_as_bgr_is_that_part_of_the_whole(layout: Layout, box: Box) -> None:
    seen: AnyPicture = picture(layout)
    left, top = max(0, int(box.x1)), max(0, int(box.y1))
    part = bgr(seen, box)
    height, width = part.shape[:2]
    assert (left + width, top + height) == (min(200, box.x2), min(120, box.y2))
    np.testing.assert_array_equal(part, bgr(seen)[top : top + height, left : left + width])


def test_bgr_is_not_copied() -> None:
    seen = picture(Layout.BGR)
    assert np.shares_memory(bgr(seen, Box(10, 10, 50, 50)), seen.planes[0])
