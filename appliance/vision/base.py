"""The contracts of the vision room: detectors, plate readers, and where their faults go."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..faults import GateFault, VisionFault
from ..sight import AnyPicture, Box, Character, Detection, Looks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Embedding = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a reader read in one crop. `characters` are A-Z 0-9, `raw` is what the net gave.

    `shape` says how much this looks like a plate's text and not like a sign's, 0 to 1. `box` is
    where the text stands in the frame, when the reader knows better than the detector.
    """

    characters: tuple[Character, ...]
    raw: str
    region: str | None = None
    shape: float = 1.0
    box: Box | None = None

    @property
    def text(self) -> str:
        return "".join(c.text for c in self.characters)

    @property
    def mean_confidence(self) -> float:
        """The characters' mean confidence, 0 for an empty read."""
        return sum(c.confidence for c in self.characters) / max(1, len(self.characters))

    @property
    def score(self) -> float:
        """How sure it is that this text is there and is a plate's, 0 to 1."""
        return self.mean_confidence * self.shape


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture and where to look in it (everywhere when None), no finer than `side` where that is given.

    `side` is a wish, the long side of what the net is shown: a detector of one size does not know it.
    """

    picture: AnyPicture
    roi: Box | None = None
    side: int | None = None


Found = Sequence[Detection] | VisionFault
"""What the detector found in one picture, or the fault that it met."""


class BaseDetector(ABC):
    """Finds vehicles, plates and faces in one pass. Not reentrant: one thread at a time."""

    most: int = 1
    """How many pictures it likes to be given at once."""

    @abstractmethod
    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        """What is in `roi` of a picture (all of it when None), in pixels of the picture.

        Raises EngineFailed.
        """

    def detect_many(self, shots: Sequence[Shot]) -> tuple[tuple[Detection, ...], ...]:
        """What is in each of the shots, in their order. Raises EngineFailed."""
        return tuple(self.detect(shot.picture, shot.roi) for shot in shots)

    def detect_each(self, shots: Sequence[Shot]) -> Sequence[Found]:
        """What is in each of the shots, in their order; a fault is the answer to those of its run alone."""
        try:
            return self.detect_many(shots)
        except VisionFault as fault:
            return [fault] * len(shots)


class BasePlateReader(ABC):
    """Reads plates."""

    most: int = 1
    """How many plates it likes to be given at once."""

    @abstractmethod
    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        """The text of `plate` in a picture; no characters when there is none. Raises EngineFailed."""

    def read_many(self, plates: Sequence[tuple[AnyPicture, Detection]]) -> tuple[ReadResult, ...]:
        """The texts of plates, each with the picture that shows it. Raises EngineFailed."""
        return tuple(self.read(picture, plate) for picture, plate in plates)


class BaseDescriber(ABC):
    """Says what vehicles look like."""

    most: int = 1
    """How many vehicles it likes to be given at once."""

    @abstractmethod
    def describe(self, picture: AnyPicture, vehicle: Box) -> Looks:
        """Colour and body of the vehicle in `vehicle` of a picture. Raises EngineFailed."""

    def describe_many(self, vehicles: Sequence[tuple[AnyPicture, Box]]) -> tuple[Looks, ...]:
        """The looks of vehicles, each with the picture that shows it. Raises EngineFailed."""
        return tuple(self.describe(picture, vehicle) for picture, vehicle in vehicles)


@dataclass(frozen=True, slots=True)
class FaceLook:
    """What one face shows.

    `points` are left eye, right eye, nose tip, left and right corner of the mouth, in pixels of the
    picture (left is where x is smaller). `usable` says whether it is sharp and frontal enough to be
    recognised, `live` whether it is a person and not a picture of one; both 0 to 1. `embedding` has
    128 values and length 1; the cosine of two tells whether they are one person.
    """

    points: tuple[tuple[float, float], ...]
    usable: float
    live: float
    embedding: Embedding


class BaseFaceReader(ABC):
    """Looks at faces."""

    @abstractmethod
    def look(self, picture: AnyPicture, face: Detection) -> FaceLook:
        """What the face in `face` of a picture shows. Raises EngineFailed."""

    def look_many(self, picture: AnyPicture, faces: Sequence[Detection]) -> tuple[FaceLook, ...]:
        """What each of the faces of one picture shows. Raises EngineFailed."""
        return tuple(self.look(picture, face) for face in faces)


@dataclass(frozen=True, slots=True)
class Nets:
    """Nets that belong together; a model set without a describer or a face reader has None there.

    `faults` are those of nets that the gate can do without.
    """

    detector: BaseDetector
    reader: BasePlateReader
    describer: BaseDescriber | None = None
    faces: BaseFaceReader | None = None
    faults: tuple[GateFault, ...] = ()


class FaultSink(Protocol):
    """Takes the faults that a worker meets; calls may come from any thread."""

    def raised(self, fault: GateFault) -> None:
        """The fault is there now."""

    def cleared(self, kind: str, part: str) -> None:
        """The fault of this kind and part is gone."""
