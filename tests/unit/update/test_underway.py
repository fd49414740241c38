"""The gate sees that an update is under way, and only while it is."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from appliance.update.underway import Underway


def hold(place: Path, held: multiprocessing.synchronize.Event) -> None:
    with Underway(place).held():
        held.set()
        multiprocessing.Event().wait()


def test_it_is_under_way_while_it_is_held_and_not_after(tmp_path: Path) -> None:
    underway = Underway(tmp_path / "updating")
    before = underway.now
    with underway.held():
        meanwhile = underway.now

    assert (before, meanwhile, underway.now) == (False, True, False)


def test_of_two_at_work_the_last_one_ends_it(tmp_path: Path) -> None:
    one, other = Underway(tmp_path / "updating"), Underway(tmp_path / "updating")
    with one.held():
        with other.held():
            pass
        assert one.now

    assert not one.now


def test_a_process_that_dies_at_work_holds_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    worker = context.Process(target=hold, args=(tmp_path / "updating", held))
    worker.start()
    assert held.wait(60.0)
    alive = Underway(tmp_path / "updating").now
    worker.kill()
    worker.join()

    assert (alive, Underway(tmp_path / "updating").now) == (True, False)


def test_what_is_being_done_is_told_while_it_is_done_and_not_after(tmp_path: Path) -> None:
    underway, other = Underway(tmp_path / "updating"), Underway(tmp_path / "updating")
    with underway.held() as say:
        say("100% of a bundle: fetched")
        say("5% of a bundle")
        meanwhile = other.doing

    assert (meanwhile, other.doing) == ("5% of a bundle", "")


def test_the_next_one_says_nothing_of_the_one_before(tmp_path: Path) -> None:
    underway = Underway(tmp_path / "updating")
    with underway.held() as say:
        say("99% of a bundle")
    with underway.held():
        assert underway.doing == ""


def test_a_fetch_is_told_and_is_no_update_under_way(tmp_path: Path) -> None:
    underway = Underway(tmp_path / "updating")
    with underway.fetching.held() as say:
        say("40% of a bundle")

        assert (underway.fetching.doing, underway.now) == ("40% of a bundle", False)


def test_where_no_gate_has_a_folder_the_update_goes_on_all_the_same(tmp_path: Path) -> None:
    underway = Underway(tmp_path / "none" / "updating")
    with underway.held() as say:
        say("5% of a bundle")

        assert (underway.now, underway.doing) == (False, "")


def test_a_link_in_the_gate_s_folder_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("private")
    secret.chmod(0o600)
    (tmp_path / "updating").symlink_to(secret)
    with Underway(tmp_path / "updating").held():
        mode = secret.stat().st_mode & 0o777

    assert mode == 0o600
