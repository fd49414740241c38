"""Anti-passback: which plates are inside. The composition root tells it who passed and who left."""

from __future__ import annotations

from collections.abc import Iterable


class Passback:
    """The plates inside. `inside` starts it with what the record kept over a restart."""

    def __init__(self, inside: Iterable[str] = ()) -> None:
        self._inside = set(inside)

    @property
    def plates(self) -> frozenset[str]:
        return frozenset(self._inside)

    def inside(self, plate: str) -> bool:
        return plate in self._inside

    def entered(self, plate: str) -> None:
        """The vehicle has passed inwards: said on passage, not on opening."""
        self._inside.add(plate)

    def left(self, plate: str) -> None:
        """The vehicle has gone out, or a person says so; unknown plates are fine."""
        self._inside.discard(plate)
