"""The owner's own pictures and videos as frames, spread evenly, with labels where there are some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..faults import InputDataFault
from ..hw.cameras.footage import Footage, Shot, find_footage
from .labels import Label, Picture


@dataclass(frozen=True, slots=True)
class Footages:
    """Files to take frames from, at most `most` of them; `labels` by the path of a picture."""

    files: tuple[Path, ...]
    most: int
    labels: dict[Path, tuple[Label, ...]]

    @classmethod
    def of(cls, folder: Path, most: int, pictures: Sequence[Picture] = ()) -> Footages:
        """Everything in a folder, and the labelled pictures below it. Raises InputDataFault for none."""
        labels = {picture.path: picture.labels for picture in pictures}
        try:
            found = find_footage(folder)
        except InputDataFault:
            if not labels:
                raise
            found = ()
        return cls(tuple(sorted({*found, *labels})), most, labels)

    def frames(self, half: int) -> Iterator[Shot]:
        """Every other frame of the choice, beginning with the first (0) or the second (1): what calibrates
        does not judge. A file that cannot be used is passed over.
        """
        every = max(1, -(-self._promised() // self.most))
        for number, shot in enumerate(self._all()):
            chosen, rest = divmod(number, every)
            if rest == 0 and chosen % 2 == half:
                yield shot

    def _all(self) -> Iterator[Shot]:
        for path in self.files:
            try:
                yield from Footage(path)
            except InputDataFault:
                continue

    def _promised(self) -> int:
        count = 0
        for path in self.files:
            try:
                count += Footage(path).promised
            except InputDataFault:
                continue
        return count
