"""Cameras that an NVIDIA GPU decodes: NVDEC's pictures are kept on the GPU and never come to main memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...clock import Clock
from ...faults import CameraLost
from ...sight import Frame, Matrix, Surface
from ..base import BaseCamera, EndOfFootage


@dataclass(frozen=True, slots=True)
class NvdecConfig:
    """H.264 or HEVC of a file or an address. `gpu` is CUDA's number of the device."""

    source: str
    gpu: int = 0
    start_frame: int = 0
    """Where in a file to begin."""
    batch: int = 4
    """Pictures of a file that are fetched at once: the interpreter is asked only once for all of them."""
    print_s: float = 0.2
    """So often a picture is looked at for whether it changed; those between have the print of the last."""

    @property
    def live(self) -> bool:
        """An address gives pictures when they come, a file as fast as they are read."""
        return "://" in self.source


@dataclass(frozen=True, slots=True)
class Decoded:
    """An NV12 picture in the decoder's own memory, there only until the stream is asked for more:
    addresses on the GPU, bytes from row to row, pixels.
    """

    luma: int
    chroma: int
    pitch: int
    width: int
    height: int
    matrix: Matrix = Matrix.BT709
    full_range: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """Where pictures are kept: `keep` copies them on the GPU, all of them before it returns. `fingerprint`
    is equal for equal pictures. `context` is the GPU's context of their addresses, 0 for its primary one.

    `stream` is the queue that the decoder works on, 0 for one of its own.
    """

    keep: Callable[[Sequence[Decoded]], Sequence[Surface]]
    fingerprint: Callable[[Surface], int]
    context: int = 0
    stream: int = 0


class BaseStream(ABC):
    """An open source with its decoder."""

    @abstractmethod
    def fetch(self) -> Sequence[Decoded]:
        """The next pictures, waiting for them; none at the end of a file. Raises CameraLost."""

    @abstractmethod
    def close(self) -> None:
        """End the decoder. May be called twice."""


OpenStream = Callable[[str, NvdecConfig, Memory], BaseStream]


class NvdecCamera(BaseCamera):
    """Gives every picture as a Surface. Every failure is CameraLost; a file ends with EndOfFootage.

    `memory` is asked for when the camera is opened, and may raise CameraLost.
    """

    def __init__(
        self,
        name: str,
        config: NvdecConfig,
        clock: Clock,
        memory: Callable[[], Memory],
        open_stream: OpenStream,
    ) -> None:
        self.name = name
        self._config = config
        self._clock = clock
        self._make_memory = memory
        self._open_stream = open_stream
        self._opened: tuple[BaseStream, Memory] | None = None
        self._kept: deque[tuple[float, Surface]] = deque()
        self._seq = 0
        self._print = 0
        self._printed_s = float("-inf")

    def open(self) -> None:
        self.close()
        memory = self._make_memory()
        self._opened = self._open_stream(self.name, self._config, memory), memory

    def read(self, timeout_s: float) -> Frame:
        """The next picture. An address has its limit from opening; a file's picture comes at once."""
        if self._opened is None:
            raise CameraLost("it is not open", part=self.name)
        stream, memory = self._opened
        if not self._kept:
            self._fetch(stream, memory)
        captured_s, surface = self._kept.popleft()
        self._seq += 1
        return Frame(self.name, self._seq - 1, captured_s, surface, self._fingerprint(surface, memory))

    def close(self) -> None:
        opened, self._opened = self._opened, None
        self._kept.clear()
        if opened is not None:
            opened[0].close()

    def _fetch(self, stream: BaseStream, memory: Memory) -> None:
        decoded = stream.fetch()
        if not decoded:
            raise EndOfFootage(f"{self._config.source} has no more pictures")
        now_s = self._clock.monotonic()
        # All of them now: the next fetch writes over what the decoder lent.
        self._kept.extend((now_s, surface) for surface in memory.keep(decoded))

    def _fingerprint(self, surface: Surface, memory: Memory) -> int:
        """Of the picture, or of one just before: who waits for a frozen camera waits for seconds."""
        now_s = self._clock.monotonic()
        if now_s - self._printed_s >= self._config.print_s:
            self._print, self._printed_s = memory.fingerprint(surface), now_s
        return self._print
