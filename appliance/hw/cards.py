"""Plates as card numbers, for access controllers that know only cards."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

Bits = tuple[bool, ...]


def plain(plate: str) -> str:
    """A plate without separators, in upper case."""
    return "".join(each for each in plate.upper() if each.isalnum())


class Cards:
    """The number of each plate: the owner's, or else, with `derive`, one drawn from its characters."""

    def __init__(self, numbers: Mapping[str, int], *, derive: bool) -> None:
        self._numbers = {plain(plate): number for plate, number in numbers.items()}
        self._derive = derive

    def number(self, plate: str, size: int) -> int | None:
        """The card number in `size` bits, None for a plate that has none."""
        text = plain(plate)
        if text in self._numbers:
            return self._numbers[text]
        return derived(text, size) if self._derive else None


def derived(text: str, size: int) -> int:
    """The first `size` bits of the SHA-256 of the plate's characters: the same on every gate."""
    return int.from_bytes(sha256(text.encode()).digest(), "big") >> (256 - size)


def wiegand(number: int, size: int) -> Bits:
    """A Wiegand card of `size` bits, 26 or 34: even parity of the first half, the number, odd of the last.

    Raises ValueError for a number that does not fit between the two parity bits.
    """
    data_size = size - 2
    if not 0 <= number < 1 << data_size:
        raise ValueError(f"card number {number} needs more than {data_size} bits")
    data = [bool(number >> at & 1) for at in reversed(range(data_size))]
    half = data_size // 2
    even, odd = sum(data[:half]) % 2 == 1, sum(data[half:]) % 2 == 0
    return (even, *data, odd)
