"""Lists drawn for a plate."""

from __future__ import annotations

from random import Random

from appliance.evaluate.visits import lists

KNOWN = ("AB123CD", "XYZ789", "7ABC123")


def test_a_drawn_list_has_its_size_and_lacks_the_vehicle() -> None:
    lines = lists.drawn(Random(1), "XYZ789", KNOWN, 100)
    assert (len(lines), len(set(lines)), "XYZ789" in lines) == (100, 100, False)


def test_half_of_a_short_list_is_of_plates_that_were_seen() -> None:
    lines = lists.drawn(Random(1), "QQ11QQ", KNOWN, 4)
    assert len(set(lines) & set(KNOWN)) == 2


def test_the_same_seed_draws_the_same_list() -> None:
    assert lists.drawn(Random(3), "AB1", KNOWN, 10) == lists.drawn(Random(3), "AB1", KNOWN, 10)


def test_a_form_with_few_texts_gives_a_shorter_list() -> None:
    assert len(lists.drawn(Random(1), "7", (), 100)) == 9


def test_likes_are_counted_by_their_classes() -> None:
    assert lists.alike_count("A1") == 260


def test_one_edit_changes_loses_and_gains() -> None:
    near = lists.one_edit("AB1")
    assert {"AC1", "AB2", "AB", "AB1X"} <= set(near)


def test_one_edit_leaves_the_plate_and_its_look_alikes_out() -> None:
    assert not {"AB1", "A81", "ABI"} & set(lists.one_edit("AB1"))


def test_look_alikes_swap_one_character() -> None:
    assert lists.lookalikes("AB1") == ("A81", "ABI")


def test_some_plates_have_no_look_alike() -> None:
    assert lists.lookalikes("ACE") == ()
