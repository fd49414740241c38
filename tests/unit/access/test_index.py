"""The index of the list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.access.confusions import fold
from appliance.access.distance import distance
from appliance.access.index import PlateIndex, plain
from appliance.faults import ConfigFault
from appliance.listing import Listing

PLATES = st.text("ABO012", min_size=1, max_size=6)


def index_of(*plates: str, reach: int = 1) -> PlateIndex:
    return PlateIndex([Listing(plate) for plate in plates], reach)


@pytest.mark.parametrize(
    ("written", "read"), [("ab 12-cde", "AB12CDE"), ("TÖL-BA 218", "TOLBA218"), ("Ø·1", "O1"), ("ž3", "Z3")]
)
def test_a_plate_is_kept_as_readers_give_it(written: str, read: str) -> None:
    assert plain(written) == read


def test_a_plate_without_characters_is_refused() -> None:
    with pytest.raises(ConfigFault, match="'-- '"):
        plain("-- ")


def test_a_plate_is_found_however_it_was_written() -> None:
    index = index_of("ab 12-cde")
    assert [listing.plate for listing in index.listings("AB12CDE")] == ["ab 12-cde"]
    assert index.listings("AB12CDF") == ()


def test_near_plates_are_found_and_far_ones_are_not() -> None:
    index = index_of("ABC123", "ABC124", "ABC12", "XABC123", "ABC345", "XYZ999")
    assert index.near("ABC123") == ("ABC12", "ABC124", "XABC123")


def test_plates_that_look_alike_are_near_at_any_reach() -> None:
    index = index_of("ABI2O", "AB120", reach=0)
    assert (index.near("AB120"), index.near("ABI2O")) == (("ABI2O",), ("AB120",))


def test_a_denial_outweighs_a_permission() -> None:
    index = PlateIndex([Listing("ABC1"), Listing("ABC1", allowed=False)], 1)
    assert (index.denied("ABC1"), index.denied("ABC2")) == (True, False)


@given(st.lists(PLATES, max_size=8), PLATES, st.integers(0, 3))
def test_near_is_what_comparing_with_every_plate_finds(plates: list[str], text: str, reach: int) -> None:
    index = index_of(*plates, reach=reach)
    expected = {p for p in plates if p != text and distance(fold(p), fold(text)) <= reach}
    assert index.near(text) == tuple(sorted(expected))
