"""Cameras through GStreamer: NV12 of any pipeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...clock import Clock
from ...faults import CameraLost
from ...sight import Frame, Layout, Matrix, Picture
from ..base import BaseCamera
from .gst_pipeline import BUFFER, CAPS, NO_STAMP, BasePipeline, Packet, Pipeline
from .timeline import Timeline

if TYPE_CHECKING:
    from ...sight import Image

START_S = 5.0
"""Argus needs one to two seconds to its first picture."""


@dataclass(frozen=True, slots=True)
class GStreamerConfig:
    """`head` are the elements that end in NV12 pictures in main memory, as gst-launch takes them."""

    head: Sequence[str]


def command(head: Sequence[str]) -> tuple[str, ...]:
    """gst-launch with this head: the newest picture only, framed with its time stamp, to standard output."""
    newest = ("queue", "max-size-buffers=1", "max-size-bytes=0", "max-size-time=0", "leaky=downstream")
    return ("gst-launch-1.0", "-q", *head, "!", *newest, "!", "gdppay", "!", "fdsink", "fd=1", "sync=false")


Launch = Callable[[str, Sequence[str]], BasePipeline]


class GStreamerCamera(BaseCamera):
    """NV12 pictures of a pipeline, each with the time of its sensor. Every failure is CameraLost.

    A picture is copied once, out of the pipe, into memory of its own.
    """

    def __init__(
        self, name: str, config: GStreamerConfig, clock: Clock, *, launch: Launch = Pipeline
    ) -> None:
        self.name = name
        self._config = config
        self._clock = clock
        self._launch = launch
        self._pipeline: BasePipeline | None = None
        self._caps: Caps | None = None
        self._timeline = Timeline()
        self._seq = 0

    def open(self) -> None:
        self.close()
        self._timeline.start()
        self._pipeline = self._launch(self.name, command(self._config.head))

    def read(self, timeout_s: float) -> Frame:
        """The next frame; the first one may take as long as a camera needs to start."""
        if self._pipeline is None:
            raise CameraLost("it is not open", part=self.name)
        limit_s = timeout_s if self._caps is not None else max(timeout_s, START_S)
        packet = self._next_buffer(self._pipeline, self._clock.monotonic() + limit_s)
        if self._caps is None:
            raise CameraLost("a picture came before its format", part=self.name)
        picture = self._caps.picture(packet.payload)
        if picture is None:
            raise CameraLost(f"its pictures are not {self._caps}", part=self.name)
        self._seq += 1
        return Frame(self.name, self._seq - 1, self._captured_s(packet), picture)

    def close(self) -> None:
        pipeline, self._pipeline = self._pipeline, None
        self._caps = None
        if pipeline is not None:
            pipeline.close()

    def _next_buffer(self, pipeline: BasePipeline, until_s: float) -> Packet:
        while True:
            packet = pipeline.next(until_s, self._clock)
            if packet.kind == BUFFER:
                return packet
            if packet.kind == CAPS:
                self._caps = self._read_caps(packet)

    def _read_caps(self, packet: Packet) -> Caps:
        text = packet.payload.tobytes().decode(errors="replace").rstrip("\0")
        try:
            return Caps.of(text)
        except (KeyError, ValueError) as error:
            raise CameraLost(f"this is not NV12: {text[:120]}", part=self.name) from error

    def _captured_s(self, packet: Packet) -> float:
        now_s = self._clock.monotonic()
        if packet.stamp_ns == NO_STAMP:
            return now_s
        return self._timeline.captured_s(packet.stamp_ns / 1e9, now_s)


@dataclass(frozen=True, slots=True)
class Caps:
    """The format of a pipeline's pictures."""

    width: int
    height: int
    matrix: Matrix
    full_range: bool

    @classmethod
    def of(cls, text: str) -> Caps:
        """Of GStreamer's own words: colours are a name, or numbers of range (1 is full), matrix (3 is
        BT.709), transfer and primaries. Raises KeyError or ValueError for what is not NV12 with even sides.
        """
        said = dict(_field(part) for part in text.split(",") if "=" in part)
        width, height = int(said["width"]), int(said["height"])
        if said["format"] != "NV12" or width % 2 or height % 2:
            raise ValueError(text)
        colours = said.get("colorimetry", "bt709" if height >= _HD_LINES else "bt601")
        span, _, matrix = colours.partition(":")
        named = Matrix.BT709 if "709" in span or matrix.startswith("3:") else Matrix.BT601
        return cls(width, height, named, span == "1")

    def picture(self, payload: Image) -> Picture | None:
        """Views of the payload, its rows padded to four bytes; None where it has another size."""
        pitch = -(-self.width // 4) * 4
        if payload.size != pitch * self.height * 3 // 2:
            return None
        rows = payload.reshape(self.height * 3 // 2, pitch)[:, : self.width]
        chroma = rows[self.height :].reshape(self.height // 2, self.width // 2, 2)
        return Picture(Layout.NV12, (rows[: self.height], chroma), self.matrix, self.full_range)

    def __str__(self) -> str:
        return f"NV12 of {self.width} x {self.height}"


# Where a stream does not say its matrix, it is ITU-R BT.709 from here on.
_HD_LINES = 720


def _field(part: str) -> tuple[str, str]:
    """ "width=(int)1280" as a name and its value."""
    name, _, value = part.partition("=")
    return name.strip(), value.rpartition(")")[2].strip().strip('";')
