"""The mailbox in which nothing is lost."""

from __future__ import annotations

from threading import Event, Thread

from appliance.bench.pipeline.turnstile import Turnstile
from appliance.sight import Frame

from .rig import a_clock, a_picture

PATIENCE_S = 5.0


def frame(seq: int) -> Frame:
    return Frame("one", seq, 0.0, a_picture())


def start(box: Turnstile, put: Event) -> None:
    """A camera that leaves one more frame, and says when it did."""

    def leave() -> None:
        box.put(frame(1))
        put.set()

    Thread(target=leave, daemon=True).start()


def test_frames_are_taken_in_their_order_and_each_wakes() -> None:
    woken: list[int] = []
    box = Turnstile(a_clock(), lambda: woken.append(1), 3)
    for seq in range(3):
        box.put(frame(seq))
    taken = [box.take() for _ in range(4)]
    assert [None if one is None else one.seq for one in taken] == [0, 1, 2, None]
    assert len(woken) == 3


def test_a_camera_that_is_ahead_waits_for_room() -> None:
    box, put = Turnstile(a_clock(), lambda: None, 1), Event()
    box.put(frame(0))
    start(box, put)
    assert not put.is_set()
    first = box.take()
    assert put.wait(PATIENCE_S)
    assert first is not None
    assert box.take() is not None


def test_a_closed_turnstile_lets_the_camera_go() -> None:
    box, put = Turnstile(a_clock(), lambda: None, 1), Event()
    box.put(frame(0))
    start(box, put)
    box.close()
    assert put.wait(PATIENCE_S)


def test_a_camera_that_waits_is_let_on_once_half_of_the_frames_are_gone() -> None:
    box, put = Turnstile(a_clock(), lambda: None, 4), Event()
    for seq in range(4):
        box.put(frame(seq))
    start(box, put)
    assert [one.seq for one in (box.take(), box.take()) if one is not None] == [0, 1]
    assert put.wait(PATIENCE_S)
