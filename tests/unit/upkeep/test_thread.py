"""The keeper's thread: a round a second, the mode at once at a first sight, and a death that is told."""

from __future__ import annotations

import threading
from collections.abc import Callable

from appliance.hw.base import PowerMode
from appliance.upkeep.thread import KeeperThread

from .rig import Board

PATIENCE_S = 20.0


class KeptBoard(Board):
    """With the thread that keeps it."""

    def __init__(self) -> None:
        super().__init__()
        self.sat = threading.Event()
        self.thread = KeeperThread(self.keeper, self.clock, self.sat.set)


def waited(until: Callable[[], bool]) -> bool:
    pause = threading.Event()
    for _ in range(int(PATIENCE_S / 0.005)):
        if until():
            return True
        pause.wait(0.005)
    return False


def test_it_sits_down_and_looks_at_once() -> None:
    board = KeptBoard()
    board.thread.start()
    looked = waited(lambda: board.keeper.readings.at_s > 0)
    board.thread.stop()
    assert looked
    assert board.sat.is_set()


def test_a_first_sight_wakes_it_between_its_rounds() -> None:
    board = KeptBoard()
    board.thread.start()
    assert waited(lambda: board.keeper.readings.at_s > 0)
    board.clock.advance(60.0)
    board.thread.notice()
    full = waited(lambda: board.switch.mode is PowerMode.FULL)
    board.thread.stop()
    assert full


def test_its_death_is_told() -> None:
    board = KeptBoard()
    board.thermal.fault = RuntimeError("a defect")  # type: ignore[assignment]
    board.thread.start()
    assert waited(lambda: board.thread.error is not None)
    assert waited(lambda: not board.thread.is_alive())
