"""What cameras and nets saw: frames, boxes, tracks, readings and votes, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Union

from .words import Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]


GREY = 114
"""Of all three colours: what the nets were trained to see where no picture is."""


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned box in pixels of the whole frame: x right, y down, (x1, y1) top left."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        return max(0.0, self.x2 - self.x1)

    @property
    def height(self) -> float:
        return max(0.0, self.y2 - self.y1)

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, and one past right and bottom, of the pixels that it touches in a picture of this size;
        at least one.
        """
        left, top = min(max(0, floor(self.x1)), width - 1), min(max(0, floor(self.y1)), height - 1)
        right, bottom = min(max(left + 1, ceil(self.x2)), width), min(max(top + 1, ceil(self.y2)), height)
        return left, top, right, bottom

    def iou(self, other: Box) -> float:
        """Intersection over union with `other`, 0 to 1."""
        across = min(self.x2, other.x2) - max(self.x1, other.x1)
        down = min(self.y2, other.y2) - max(self.y1, other.y1)
        if across <= 0 or down <= 0:
            return 0.0
        shared = across * down
        return shared / (self.area + other.area - shared)


class Layout(Word):
    """How the pixels of a picture lie in memory."""

    BGR = "bgr"
    """One plane, H x W x 3."""
    NV12 = "nv12"
    """Luma H x W, and both chromas interleaved, H/2 x W/2 x 2."""
    I420 = "i420"
    """Luma H x W, then U and V, each H/2 x W/2; libcamera and V4L2 call it YUV420."""


class Matrix(Word):
    """Which primaries a YUV picture was made for (ITU-R)."""

    BT601 = "bt601"
    BT709 = "bt709"

    @property
    def shares(self) -> tuple[float, float]:
        """What red and blue add to luma; green adds the rest."""
        return (0.299, 0.114) if self is Matrix.BT601 else (0.2126, 0.0722)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture in main memory, as its camera gave it. Nobody writes to it after capture.

    `planes` are uint8, of the shapes that the layout names; rows may be padded, so a plane may be a view.
    YUV pictures have even sides; `full_range` says that luma goes from 0 to 255 and not from 16 to 235.
    """

    layout: Layout
    planes: tuple[Image, ...]
    matrix: Matrix = Matrix.BT601
    full_range: bool = False

    @classmethod
    def of(cls, image: Image) -> Picture:
        """A BGR image of H x W x 3."""
        return cls(Layout.BGR, (image,))

    @property
    def width(self) -> int:
        return int(self.planes[0].shape[1])

    @property
    def height(self) -> int:
        return int(self.planes[0].shape[0])


@dataclass(frozen=True, slots=True)
class Surface:
    """One NV12 picture in the memory of a GPU: addresses of luma and chroma there, bytes from row to row.

    `keeper` holds the memory for as long as the surface lives; `download` copies it to main memory, which
    is slow and only for those who cannot do without.
    """

    width: int
    height: int
    luma: int
    chroma: int
    pitch: int
    keeper: object
    download: Callable[[], Picture]
    matrix: Matrix = Matrix.BT709
    full_range: bool = False


AnyPicture = Union[Picture, Surface]


def host(picture: AnyPicture) -> Picture:
    """The picture in main memory; one on a GPU is downloaded, which is slow."""
    return picture if isinstance(picture, Picture) else picture.download()


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of one camera.

    `captured_s` is on the gate's monotonic clock, from the sensor where it gives one. `fingerprint` is the
    driver's own print of the picture (equal pictures have equal prints), None where it has none that is
    cheaper than to look at the pixels.
    """

    camera: str
    seq: int
    captured_s: float
    picture: AnyPicture
    fingerprint: int | None = None


class Kind(Word):
    """What a detection is."""

    CAR = "car"
    TRUCK = "truck"
    BUS = "bus"
    MOTORCYCLE = "motorcycle"
    VEHICLE = "vehicle"
    """A vehicle of unknown type: a plate alone stands for it."""
    PLATE = "plate"
    FACE = "face"


VEHICLES = frozenset({Kind.CAR, Kind.TRUCK, Kind.BUS, Kind.MOTORCYCLE, Kind.VEHICLE})


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing found in one frame. `score` is the net's confidence, 0 to 1.

    `corners` are the four corners of a plate, clockwise from top left, in pixels of the frame,
    where the detector gives them; a reader rectifies the crop with them.
    """

    kind: Kind
    score: float
    box: Box
    corners: tuple[tuple[float, float], ...] = ()


class Direction(Word):
    """Which way a track moves, seen from the camera."""

    TOWARDS = "towards"
    AWAY = "away"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Track:
    """One vehicle over the frames so far. Ids are never used twice in the life of a process."""

    id: int
    camera: str
    kind: Kind
    box: Box
    plate: Box | None
    in_roi: bool
    direction: Direction
    first_s: float
    last_s: float


@dataclass(frozen=True, slots=True)
class Guess:
    """One word of a closed set that a net chose, with its calibrated confidence, 0 to 1."""

    word: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Looks:
    """What a vehicle looks like.

    `colour` is one of white, silver, grey, black, red, blue, green, yellow, orange, brown, beige and
    other; `body` one of sedan, hatchback, wagon, suv, coupe, van, pickup, truck, bus and motorcycle.
    `model` is make and model in the words of the owner's net, None without such a net.
    """

    colour: Guess
    body: Guess
    model: Guess | None = None


@dataclass(frozen=True, slots=True)
class Character:
    """One character that a reader gave, with its calibrated confidence, 0 to 1."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One read of one plate in one frame. Text is upper case A-Z 0-9; `raw` is what the net gave.

    `region` is the reader's guess, an access preset's name, or None.
    """

    camera: str
    track_id: int
    frame_seq: int
    captured_s: float
    box: Box
    characters: tuple[Character, ...]
    raw: str
    region: str | None = None

    @property
    def text(self) -> str:
        return "".join(c.text for c in self.characters)

    @property
    def confidence(self) -> float:
        """The weakest character's confidence; 0 for an empty read."""
        return min((c.confidence for c in self.characters), default=0.0)


@dataclass(frozen=True, slots=True)
class Vote:
    """What the frames of one track agree on.

    `agreeing` are the readings that say `text`, oldest first; `considered` counts all readings of
    the track. `confidence` is that of the whole text after voting, 0 to 1. `looks` are those of the
    vehicle, None where too few frames showed them.
    """

    camera: str
    track: Track
    text: str
    characters: tuple[Character, ...]
    confidence: float
    agreeing: tuple[Reading, ...]
    considered: int
    voted_s: float
    looks: Looks | None = None

    @property
    def oldest_s(self) -> float:
        """Capture time of the oldest agreeing reading."""
        return min((r.captured_s for r in self.agreeing), default=float("-inf"))


class Effort(Word):
    """How hard the inference loop looks, as the machine asks."""

    WATCH = "watch"
    """Detect in the ROI at a low rate; read nothing."""
    RECOGNISE = "recognise"
    """Detect at full rate, track and read."""
    GUARD = "guard"
    """Detect for presence while the barrier moves; read newcomers only."""


@dataclass(frozen=True, slots=True)
class Easing:
    """How a hot board looks less. None and False leave what the configuration says.

    Guarding the arm is never eased: a closing that nobody watches is not cooler, it is blind (law 2).
    """

    idle_fps: float | None = None
    """Rate of watching, where that is lower."""
    detect_side: int | None = None
    """Long side of the detector's input, where that is smaller."""
    recognise_fps: float | None = None
    """Rate of recognising, where that is lower."""
    rests: bool = False
    """Recognising is only watching; nothing is read."""
