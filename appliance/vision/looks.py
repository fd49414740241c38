"""What the frames of one track agree on about the looks of its vehicle."""

from __future__ import annotations

from collections.abc import Iterable

from ..sight import Guess, Looks

_ENOUGH = 5
"""Frames of one approach are much alike: more of them cost time and say nothing new."""
_LEAST = 2
"""One frame may show a reflection, or the car behind."""


class LooksBallot:
    """Collects the looks of one vehicle over the frames."""

    def __init__(self) -> None:
        self._seen: list[Looks] = []

    @property
    def wanting(self) -> bool:
        """More frames would tell more."""
        return len(self._seen) < _ENOUGH

    def add(self, looks: Looks) -> None:
        self._seen.append(looks)

    def agreed(self) -> Looks | None:
        """The word with the most confidence for colour, body and model; None while too few frames spoke.

        Frames that chose another word count as no confidence in the winner.
        """
        if len(self._seen) < _LEAST:
            return None
        models = [one.model for one in self._seen if one.model is not None]
        return Looks(
            _winner(one.colour for one in self._seen),
            _winner(one.body for one in self._seen),
            _winner(models) if models else None,
        )


def _winner(guesses: Iterable[Guess]) -> Guess:
    sums: dict[str, float] = {}
    count = 0
    for guess in guesses:
        sums[guess.word] = sums.get(guess.word, 0.0) + guess.confidence
        count += 1
    word = max(sums, key=lambda each: sums[each])
    return Guess(word, sums[word] / count)
