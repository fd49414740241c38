"""Edit distance between plates, and the characters that tell one plate from another."""

from __future__ import annotations


def _table(one: str, other: str) -> list[list[int]]:
    """Edits from each beginning of `one` to each beginning of `other`."""
    rows = [list(range(len(other) + 1))]
    for i, char in enumerate(one, start=1):
        above, row = rows[-1], [i]
        for j, against in enumerate(other, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (char != against)))
        rows.append(row)
    return rows


def distance(one: str, other: str) -> int:
    """Substitutions, insertions and deletions that make `other` of `one`."""
    return _table(one, other)[-1][-1]


def telling(read: str, other: str) -> tuple[int, ...]:
    """Positions in `read` that tell it from `other`, in any of the shortest ways to change one to the other.

    Where `other` has a character more, the two that enclose the place count: one of them was read
    where that character would stand.
    """
    ahead = _table(read, other)
    behind = _table(read[::-1], other[::-1])
    shortest = ahead[-1][-1]
    found = set[int]()
    for i in range(len(read) + 1):
        for j in range(len(other) + 1):
            left = shortest - ahead[i][j] - 1
            found |= _edited(read, other, i, j, left, behind)
    return tuple(sorted(at for at in found if 0 <= at < len(read)))


def _edited(read: str, other: str, i: int, j: int, left: int, behind: list[list[int]]) -> set[int]:
    """Positions that the edits at (i, j) touch, where `left` edits remain after one of them."""
    found = set[int]()
    rest, other_rest = len(read) - i, len(other) - j
    if rest and other_rest and read[i] != other[j] and behind[rest - 1][other_rest - 1] == left:
        found.add(i)
    if rest and behind[rest - 1][other_rest] == left:
        found.add(i)
    if other_rest and behind[rest][other_rest - 1] == left:
        found |= {i - 1, i}
    return found
