"""The reader's alphabet, folded to A-Z 0-9: a plate has no case, no accents and no other scripts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PLATE = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# Cyrillic and Greek capitals that a plate's Latin capitals look like.
_TWINS = dict(zip("АВЕЅІЈКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYXABEZHIKMNOPTYX"))


def folded(character: str) -> str:
    """The plate character that a character stands for, "" for none."""
    plain = unicodedata.normalize("NFKD", character)[:1].upper()
    plain = _TWINS.get(plain, plain)
    return plain if len(plain) == 1 and plain in PLATE else ""


def normalised(text: str) -> str:
    """Text as plate characters only."""
    return "".join(folded(character) for character in text)


@dataclass(frozen=True, slots=True)
class Decoded:
    """One decoded line: plate characters with their probability, and the text as it stood."""

    characters: tuple[tuple[str, float], ...]
    raw: str


class Alphabet:
    """Decodes the columns of a CTC reader: class 0 is the blank, the last one is the space."""

    def __init__(self, characters: Sequence[str]) -> None:
        self._classes = ["", *characters, " "]
        place = {c: i for i, c in enumerate(PLATE)}
        folds = [folded(c) for c in self._classes]
        self._members = np.array([i for i, f in enumerate(folds) if f], np.intp)
        self._targets = np.array([place[folds[i]] for i in self._members], np.intp)

    def __len__(self) -> int:
        return len(self._classes)

    def decode(self, columns: NDArray[np.float32]) -> Decoded:
        """`columns` is T x classes of probabilities. Case and look-alikes add up before the choice."""
        best = columns.argmax(axis=1)
        sums = np.zeros((len(columns), len(PLATE)), np.float32)
        np.add.at(sums.T, self._targets, columns[:, self._members].T)
        ranks, shares = sums.argmax(axis=1), sums.max(axis=1)
        wins = shares > np.where(np.isin(best, self._members), 0.0, columns.max(axis=1))
        return Decoded(_collapsed(ranks, shares, wins), self._raw(best))

    def _raw(self, best: NDArray[np.intp]) -> str:
        fresh = np.concatenate(([True], best[1:] != best[:-1]))
        return "".join(self._classes[i] for i in best[fresh])


def _collapsed(
    ranks: NDArray[np.intp], shares: NDArray[np.float32], wins: NDArray[np.bool_]
) -> tuple[tuple[str, float], ...]:
    """One character a run of equal columns, with the run's highest probability."""
    characters: list[tuple[str, float]] = []
    last = -1
    for rank, share, won in zip(ranks.tolist(), shares.tolist(), wins.tolist()):
        if won and rank == last:
            characters[-1] = (PLATE[rank], max(share, characters[-1][1]))
        elif won:
            characters.append((PLATE[rank], share))
        last = rank if won else -1
    return tuple(characters)
