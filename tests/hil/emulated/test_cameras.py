"""Cameras of the emulated board through the kernel's own interfaces: V4L2, and libcamera behind picamera2."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from .cameras import (
    SCENE,
    look,
    lose_none,
    lose_pictures,
    move_on,
    plug,
    show_vehicle,
    stand_still,
    unplug,
)
from .lines import await_journal, press_until_it_opens, skip_journal
from .machine import Run

pytestmark = [pytest.mark.timeout(1800), pytest.mark.usefixtures("vivid")]

Ail = Callable[[Run], None]
Measured = Callable[[float], None]

BARS = ["111", "011", "110", "010", "101", "001", "100", "000"]
"""White, yellow, cyan, green, magenta, red, blue, black; blue is a pixel's first byte."""


@pytest.mark.parametrize(
    ("kind", "ail", "mend"),
    [
        ("camera_lost", lose_pictures, lose_none),
        ("camera_lost", unplug, plug),
        ("camera_frozen", stand_still, move_on),
    ],
    ids=["silent", "unplugged", "frozen"],
)
def test_a_camera_that_fails_refuses_entry_keeps_the_button_and_comes_back(
    gate: Run, measured: Measured, kind: str, ail: Ail, mend: Ail
) -> None:
    skip_journal(gate)
    began_s = time.monotonic()
    ail(gate)
    await_journal(gate, f"fault {kind} .refuse_entry.: front")
    measured(1000.0 * (time.monotonic() - began_s))
    press_until_it_opens(gate)
    mend(gate)
    await_journal(gate, f"fault {kind} cleared .front")


@pytest.fixture
def bare(gate: Run) -> Run:
    """The board without a gate, which would hold the camera."""
    gate.agent.ask("systemctl stop gatehouse", 60)
    return gate


def test_v4l2_gives_what_is_before_the_camera_to_the_byte(bare: Run) -> None:
    show_vehicle(bare)

    told = look(bare, f"v4l2 {SCENE}")

    assert told == {"layout": "nv12", "size": [1280, 720], "in_order": True, "same": True}


def test_picamera2_gives_frames_of_libcamera(bare: Run) -> None:
    bare.agent.ask("modprobe -a v4l2-tpg videobuf2-v4l2 videobuf2-vmalloc videobuf2-dma-contig")
    bare.agent.ask("insmod /bench/vimc.ko && udevadm settle")

    told = look(bare, "picamera2")

    assert told == {"layout": "bgr", "size": [640, 480], "in_order": True, "bars": BARS}
