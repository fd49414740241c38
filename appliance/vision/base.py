"""The contracts of the vision room: detectors, plate readers, and where their faults go."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..faults import GateFault
from ..sight import Box, Character, Detection, Looks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..sight import Image

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


class BaseDetector(ABC):
    """Finds vehicles, plates and faces in one pass."""

    @abstractmethod
    def detect(self, image: Image, roi: Box | None = None) -> tuple[Detection, ...]:
        """What is in `roi` of an H x W x 3 BGR image (all of it when None), in pixels of the image.

        Not reentrant: one thread at a time. Raises EngineFailed.
        """


class BasePlateReader(ABC):
    """Reads one plate."""

    @abstractmethod
    def read(self, image: Image, plate: Detection) -> ReadResult:
        """The text of `plate` in `image`; no characters when there is none. Raises EngineFailed."""


class BaseDescriber(ABC):
    """Says what a vehicle looks like."""

    @abstractmethod
    def describe(self, image: Image, vehicle: Box) -> Looks:
        """Colour and body of the vehicle in `vehicle` of an H x W x 3 BGR image. Raises EngineFailed."""


@dataclass(frozen=True, slots=True)
class FaceLook:
    """What one face shows.

    `points` are left eye, right eye, nose tip, left and right corner of the mouth, in pixels of the
    image (left is where x is smaller). `usable` says whether it is sharp and frontal enough to be
    recognised, `live` whether it is a person and not a picture of one; both 0 to 1. `embedding` has
    128 values and length 1; the cosine of two tells whether they are one person.
    """

    points: tuple[tuple[float, float], ...]
    usable: float
    live: float
    embedding: Embedding


class BaseFaceReader(ABC):
    """Looks at one face."""

    @abstractmethod
    def look(self, image: Image, face: Detection) -> FaceLook:
        """What the face in `face` of an H x W x 3 BGR image shows. Raises EngineFailed."""


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
