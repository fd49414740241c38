"""Sizes of batch that are run before anyone waits for one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from appliance.sight import Box, Picture
from appliance.vision.base import Shot
from appliance.vision.drops import Drops
from appliance.vision.mailbox import Mailbox
from appliance.vision.warm import warm_up

from .makers import clock, frame

PICTURE = Picture.of(np.zeros((48, 64, 3), np.uint8))
WIDE, SMALL = Shot(PICTURE, None), Shot(PICTURE, Box(0, 0, 32, 32))


def warmed(shots: Sequence[Shot], most: int) -> list[list[Shot]]:
    batches: list[list[Shot]] = []
    warm_up(lambda batch: batches.append(list(batch)), shots, most)
    return batches


@pytest.mark.parametrize(("cameras", "most", "sizes"), [(1, 16, [1]), (3, 16, [1, 2, 4]), (40, 4, [1, 2, 4])])
def test_every_size_that_the_cameras_can_make_is_run_once(cameras: int, most: int, sizes: list[int]) -> None:
    assert [len(batch) for batch in warmed([WIDE] * cameras, most)] == sizes


def test_shots_of_different_sizes_never_come_together() -> None:
    assert warmed([WIDE, SMALL, SMALL], 16) == [[WIDE], [SMALL], [SMALL, SMALL]]


def test_a_detector_of_one_picture_at_a_time_and_no_camera_need_nothing() -> None:
    assert warmed([WIDE, WIDE], 1) == warmed([], 16) == []


def test_a_frame_that_is_only_looked_at_stays() -> None:
    mailbox = Mailbox(clock(), Drops())
    empty = mailbox.peek()
    mailbox.put(frame(1.0))
    assert (empty, mailbox.peek()) == (None, mailbox.take())
