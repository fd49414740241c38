"""Alignment of two texts by the fewest edits (Wagner and Fischer, 1974)."""

from __future__ import annotations

from collections.abc import Sequence


def distance(one: str, other: str) -> int:
    """Fewest insertions, deletions and changes that turn one text into the other."""
    return _table(one, other)[-1][-1]


def align(pivot: str, text: str) -> tuple[int | None, ...]:
    """For each character of `pivot`, the index in `text` that stands for it, None where none does."""
    if pivot == text:
        # Nearly every pair of readings, and the table is the dearest part of a vote.
        return tuple(range(len(pivot)))
    table = _table(pivot, text)
    places: list[int | None] = [None] * len(pivot)
    i, j = len(pivot), len(text)
    while i and j:
        changed = table[i - 1][j - 1] + (pivot[i - 1] != text[j - 1])
        if table[i][j] == changed:
            i, j = i - 1, j - 1
            places[i] = j
        elif table[i][j] == table[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return tuple(places)


def _table(one: str, other: str) -> Sequence[Sequence[int]]:
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b)))
        rows.append(row)
    return rows
