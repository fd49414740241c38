"""Cameras that an NVIDIA GPU decodes: NVDEC's pictures are kept on the GPU and never come to main memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...clock import Clock
from ...faults import CameraLost
from ...sight import Frame, Matrix, Surface
from ..base import BaseCamera, EndOfFootage

Keep = Callable[[int, int, int, int, int], Surface]
"""Copies an NV12 picture on the GPU: addresses of luma and chroma, bytes from row to row, width, height."""


@dataclass(frozen=True, slots=True)
class NvdecConfig:
    """H.264 or HEVC of a file or an address. `gpu` is CUDA's number of the device."""

    source: str
    gpu: int = 0
    start_frame: int = 0
    """Where in a file to begin."""
    batch: int = 4
    """Pictures of a file that are fetched at once: the interpreter is asked only once for all of them."""

    @property
    def live(self) -> bool:
        """An address gives pictures when they come, a file as fast as they are read."""
        return "://" in self.source


@dataclass(frozen=True, slots=True)
class Memory:
    """Where pictures are kept. `fingerprint` is equal for equal pictures and cheap.

    `context` is the GPU's context that the addresses belong to, 0 for its primary one. `stream` is the
    queue on which `keep` copies: the decoder works on it too, so that a copy cannot overtake its picture.
    """

    keep: Keep
    fingerprint: Callable[[Surface], int]
    context: int = 0
    stream: int = 0


@dataclass(frozen=True, slots=True)
class Decoded:
    """An NV12 picture in the decoder's own memory, there only until the stream is asked for more."""

    luma: int
    chroma: int
    pitch: int
    width: int
    height: int
    matrix: Matrix = Matrix.BT709
    full_range: bool = False


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
    """Gives every picture as a Surface. Every failure is CameraLost; a file ends with EndOfFootage."""

    def __init__(
        self, name: str, config: NvdecConfig, clock: Clock, memory: Memory, open_stream: OpenStream
    ) -> None:
        self.name = name
        self._config = config
        self._clock = clock
        self._memory = memory
        self._open_stream = open_stream
        self._stream: BaseStream | None = None
        self._kept: deque[tuple[float, Surface]] = deque()
        self._seq = 0

    def open(self) -> None:
        self.close()
        self._stream = self._open_stream(self.name, self._config, self._memory)

    def read(self, timeout_s: float) -> Frame:
        """The next picture. An address has its limit from opening; a file's picture comes at once."""
        if not self._kept:
            self._fetch()
        captured_s, surface = self._kept.popleft()
        self._seq += 1
        return Frame(self.name, self._seq - 1, captured_s, surface, self._memory.fingerprint(surface))

    def close(self) -> None:
        stream, self._stream = self._stream, None
        self._kept.clear()
        if stream is not None:
            stream.close()

    def _fetch(self) -> None:
        if self._stream is None:
            raise CameraLost("it is not open", part=self.name)
        decoded = self._stream.fetch()
        if not decoded:
            raise EndOfFootage(f"{self._config.source} has no more pictures")
        now_s = self._clock.monotonic()
        # All of them now: the next fetch writes over what the decoder lent.
        self._kept.extend((now_s, self._keep(picture)) for picture in decoded)

    def _keep(self, seen: Decoded) -> Surface:
        kept = self._memory.keep(seen.luma, seen.chroma, seen.pitch, seen.width, seen.height)
        return replace(kept, matrix=seen.matrix, full_range=seen.full_range)
