"""One contract for every board's slots."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.faults import SlotsUnusable
from appliance.update.base import Slot, SlotState

from .boards import BOARDS, Board

A, B = Slot.A, Slot.B
GOOD, BAD = SlotState.GOOD, SlotState.BAD


@pytest.fixture(params=BOARDS)
def board(request: pytest.FixtureRequest, tmp_path: Path) -> Board:
    return BOARDS[request.param](tmp_path)


def install(board: Board) -> None:
    """What an installer asks for, in its order."""
    board.slots.set_state(board.slots.current().other, BAD)
    board.slots.set_primary(board.slots.current().other)


def facts(board: Board) -> tuple[Slot, Slot, bool]:
    return board.slots.current(), board.slots.primary(), board.slots.on_trial


def test_a_new_board_runs_its_first_slot_for_good(board: Board) -> None:
    assert facts(board) == (A, A, False)
    assert (board.slots.state(A), board.slots.committed()) == (GOOD, A)


def test_what_was_installed_is_tried_at_the_next_restart(board: Board) -> None:
    install(board)
    before = facts(board)
    board.restart()

    assert before == (A, B, False)
    assert (board.slots.current(), board.slots.on_trial, board.slots.committed()) == (B, True, A)


def test_a_trial_that_nobody_marks_good_comes_back(board: Board) -> None:
    install(board)
    board.restart()
    board.reset()

    assert facts(board) == (A, A, False)
    assert board.slots.state(B) is BAD


def test_a_trial_that_is_marked_bad_comes_back_at_once(board: Board) -> None:
    install(board)
    board.restart()
    board.slots.set_state(B, BAD)
    board.restart()

    assert facts(board) == (A, A, False)


def test_a_slot_that_proved_itself_is_kept_through_resets(board: Board) -> None:
    install(board)
    board.restart()
    board.slots.set_state(B, GOOD)
    board.reset()

    assert facts(board) == (B, B, False)
    assert board.slots.state(A) is GOOD


def test_what_is_written_anew_is_not_booted_though_it_was_to_be(board: Board) -> None:
    install(board)
    board.slots.set_state(B, BAD)
    board.restart()

    assert facts(board) == (A, A, False)


def test_a_trial_can_be_called_off(board: Board) -> None:
    install(board)
    board.slots.set_primary(A)
    board.restart()

    assert facts(board) == (A, A, False)


def test_the_slot_to_fall_back_to_cannot_become_bad(board: Board) -> None:
    install(board)
    board.restart()

    with pytest.raises(SlotsUnusable, match="fall back"):
        board.slots.set_state(A, BAD)


def test_a_slot_that_does_not_run_cannot_prove_itself(board: Board) -> None:
    with pytest.raises(SlotsUnusable, match="does not run"):
        board.slots.set_state(B, GOOD)


def test_a_slot_that_came_back_can_be_tried_again(board: Board) -> None:
    install(board)
    board.restart()
    board.reset()
    install(board)
    board.restart()
    board.slots.set_state(B, GOOD)
    board.reset()

    assert facts(board) == (B, B, False)


def test_updates_go_to_and_fro(board: Board) -> None:
    for wanted in (B, A, B):
        install(board)
        board.restart()
        board.slots.set_state(wanted, GOOD)
        board.reset()

        assert facts(board) == (wanted, wanted, False)


def gave_way(board: Board) -> None:
    install(board)
    board.restart()
    board.slots.set_state(B, GOOD)
    board.give_way()


def test_a_slot_that_the_board_gave_way_to_is_not_what_proved_itself_last(board: Board) -> None:
    gave_way(board)

    assert (board.slots.current(), board.slots.committed(), board.slots.on_trial) == (A, B, False)


def test_a_slot_that_the_board_gave_way_to_can_prove_itself(board: Board) -> None:
    gave_way(board)
    board.slots.set_state(A, GOOD)
    board.reset()

    assert facts(board) == (A, A, False)
    assert board.slots.committed() is A


def test_a_slot_that_the_board_gave_way_to_can_be_left_again(board: Board) -> None:
    gave_way(board)
    board.slots.set_state(A, BAD)
    board.restart()

    assert (board.slots.current(), board.slots.committed()) == (B, B)
