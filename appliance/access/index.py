"""The owner's list, indexed so that a plate and all listed plates near it are found in microseconds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import TypeVar

from ..faults import ConfigFault
from ..listing import Listing
from .confusions import fold
from .distance import distance

_Item = TypeVar("_Item")

# Letters with a stroke through them, which Unicode does not take apart.
_STROKED = str.maketrans("ØĐŁ", "ODL")


def plain(plate: str) -> str:
    """A plate as people write it, in the characters that readers give: A-Z 0-9, accents taken off.

    Raises ConfigFault when nothing remains.
    """
    apart = unicodedata.normalize("NFKD", plate.upper()).translate(_STROKED)
    text = "".join(char for char in apart if char.isascii() and char.isalnum())
    if not text:
        raise ConfigFault(f"the plate {plate!r} has no letter A-Z and no digit")
    return text


def _thinned(text: str, reach: int) -> set[str]:
    """What remains of `text` after deleting up to `reach` characters.

    Two texts within `reach` edits of each other have a remainder in common.
    """
    length = len(text)
    shortest = max(0, length - reach)
    return {"".join(kept) for size in range(shortest, length + 1) for kept in combinations(text, size)}


class PlateIndex:
    """Immutable. Plates are near when `reach` edits lead from one to the other, look-alikes counted equal:

    with a reach of 0, AB120 and ABI2O are near still, for they may look alike on the road.
    """

    def __init__(self, listings: Iterable[Listing], reach: int) -> None:
        self._reach = reach
        self._listings = _grouped((plain(listing.plate), listing) for listing in listings)
        self._folded = _grouped((fold(plate), plate) for plate in self._listings)
        self._remainders = _grouped(
            (remainder, folded) for folded in self._folded for remainder in _thinned(folded, reach)
        )

    def __len__(self) -> int:
        return len(self._listings)

    def listings(self, plate: str) -> tuple[Listing, ...]:
        """All lines of the list for exactly this plate; none when it is not listed."""
        return self._listings.get(plate, ())

    def denied(self, plate: str) -> bool:
        """True when any line denies the plate: a denial outweighs what allows it."""
        return any(not listing.allowed for listing in self.listings(plate))

    def near(self, text: str) -> tuple[str, ...]:
        """Listed plates near `text`, without itself, in alphabetical order."""
        folded = fold(text)
        met = {f for remainder in _thinned(folded, self._reach) for f in self._remainders.get(remainder, ())}
        close = (f for f in met if distance(folded, f) <= self._reach)
        return tuple(sorted(plate for f in close for plate in self._folded[f] if plate != text))


def _grouped(pairs: Iterable[tuple[str, _Item]]) -> Mapping[str, tuple[_Item, ...]]:
    groups: dict[str, list[_Item]] = {}
    for key, item in pairs:
        groups.setdefault(key, []).append(item)
    return {key: tuple(items) for key, items in groups.items()}
