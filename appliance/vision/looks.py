"""What the frames of one track agree on about the looks of its vehicle."""

from __future__ import annotations

from collections.abc import Iterable

from ..sight import Guess, Looks

LEAST_PX = 64.0
"""Width of the smallest vehicles that the describer was trained on."""
# Frames of one approach are much alike: more of them cost time and say nothing new.
_ENOUGH = 5
# A vehicle that fills so much more of the picture shows what an earlier frame could not.
_NEARER = 1.25
# One frame may show a reflection, or the car behind.
_LEAST = 2


class LooksBallot:
    """Collects the looks of one vehicle over the frames; those that show it largest count."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, Looks]] = []

    def wants(self, width: float) -> bool:
        """A frame in which the vehicle is `width` pixels wide would tell more."""
        if len(self._seen) < _ENOUGH:
            return width >= LEAST_PX
        return width >= _NEARER * min(size for size, _ in self._seen)

    def add(self, looks: Looks, width: float) -> None:
        """Count the looks of a frame in which the vehicle is `width` pixels wide."""
        self._seen.append((width, looks))
        self._seen = sorted(self._seen, key=lambda one: -one[0])[:_ENOUGH]

    def agreed(self) -> Looks | None:
        """The word with the most confidence for colour, body and model; None while too few frames spoke.

        Frames that chose another word count as no confidence in the winner.
        """
        if len(self._seen) < _LEAST:
            return None
        seen = [looks for _, looks in self._seen]
        models = [one.model for one in seen if one.model is not None]
        return Looks(
            _winner(one.colour for one in seen),
            _winner(one.body for one in seen),
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
