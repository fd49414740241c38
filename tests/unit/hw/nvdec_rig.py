"""PyNvVideoCodec in memory, as its manual says: what is lent is lent until the next fetch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, TypeVar
from weakref import WeakSet

import cv2
import numpy as np

from appliance.hw.cameras.nvdec import Decoded
from appliance.sight import Layout, Picture, Surface

WIDTH, HEIGHT, PITCH = 64, 48, 256
SPOILT = -1
"""What lies where a picture was that is no longer lent."""


class VendorError(Exception):
    """PyNvVCException: no child of a common base."""


class UnsupportedError(Exception):
    """PyNvVCExceptionUnsupported."""


@dataclass
class FakeGpu:
    """Which picture lies at which address; `keep` copies as a device does."""

    memory: dict[int, int] = field(default_factory=dict)
    kept: list[int] = field(default_factory=list)

    def keep(self, seen: Sequence[Decoded]) -> list[Surface]:
        return [self._keep(one) for one in seen]

    def _keep(self, one: Decoded) -> Surface:
        self.kept.append(self.memory[one.luma])
        assert one.chroma == one.luma + one.pitch * one.height
        address = 1_000_000 + len(self.kept)
        self.memory[address] = self.memory[one.luma]
        return Surface(
            *(one.width, one.height, address, address, one.pitch),
            keeper=self,
            download=_downloaded,
            matrix=one.matrix,
            full_range=one.full_range,
        )

    def fingerprint(self, surface: Surface) -> int:
        return self.memory[surface.luma]


def _downloaded() -> Picture:
    return Picture(Layout.BGR, (np.zeros((HEIGHT, WIDTH, 3), np.uint8),))


class FakeFrame:
    """A DecodedFrame."""

    def __init__(self, address: int, kind: str) -> None:
        self.format = kind
        self._address = address

    def GetPtrToPlane(self, index: int) -> int:  # noqa: N802 - the vendor's name
        return self._address + index * PITCH * HEIGHT

    def cuda(self) -> list[SimpleNamespace]:
        luma = SimpleNamespace(shape=[HEIGHT, WIDTH, 1], stride=[PITCH, 1, 1], dataptr=self._address)
        chroma = SimpleNamespace(
            shape=[HEIGHT // 2, WIDTH // 2, 2], stride=[PITCH, 2, 1], dataptr=self.GetPtrToPlane(1)
        )
        return [luma, chroma]


class FakeThreadedDecoder:
    """Lends at most as many pictures as asked for, none after the last one."""

    def __init__(self, library: FakeLibrary, asked: dict[str, Any]) -> None:
        self.asked = asked
        self.ended = False
        self._library = library
        self._left = list(library.pictures)[asked["start_frame"] :]
        self._lent: list[int] = []

    def get_batch_frames(self, batch_size: int) -> list[FakeFrame]:
        if batch_size > self.asked["buffer_size"]:
            raise Exception("batch_size cannot be greater than buffer_size")  # as the vendor has it
        memory = self._library.gpu.memory
        if self._library.error is not None:
            raise self._library.error
        memory.update(dict.fromkeys(self._lent, SPOILT))
        taken, self._left = self._left[:batch_size], self._left[batch_size:]
        self._lent = [100_000 * (place + 1) for place in range(len(taken))]
        memory.update(zip(self._lent, taken))
        return [FakeFrame(address, self._library.kind) for address in self._lent]

    def end(self) -> None:
        assert not self.ended, "a second end waits for ever"
        self.ended = True
        self._library.ended += 1


class FakeDecoder:
    """Decodes packets of one number each; the first one completes no picture yet."""

    def __init__(self, library: FakeLibrary, asked: dict[str, Any]) -> None:
        self.asked = asked
        self._library = library

    def Decode(self, packet: SimpleNamespace) -> list[FakeFrame]:  # noqa: N802 - the vendor's name
        if self._library.error is not None:
            raise self._library.error
        assert packet.decode_flag == "end of picture"
        if packet.pts == 0:
            return []
        self._library.gpu.memory[100_000] = packet.pts
        return [FakeFrame(100_000, self._library.kind)]


DecoderT = TypeVar("DecoderT", FakeThreadedDecoder, FakeDecoder)


class FakeLibrary:
    """The module. `pictures` are what every file holds; a source named `absent` cannot be opened."""

    PyNvVCException = VendorError
    PyNvVCExceptionUnsupported = UnsupportedError
    Pixel_Format = SimpleNamespace(NV12="nv12", P016="p016")
    ColorSpace = SimpleNamespace(BT_601="601", BT_709="709", UNSPEC="none")
    ColorRange = SimpleNamespace(JPEG="jpeg", MPEG="mpeg", UDEF="none")
    cudaVideoCodec = SimpleNamespace(H264="h264", HEVC="hevc")  # noqa: N815 - the vendor's name
    DisplayDecodeLatencyType = SimpleNamespace(LOW="low")
    VideoPacketFlag = SimpleNamespace(ENDOFPICTURE="end of picture")
    PacketData = SimpleNamespace

    def __init__(self, gpu: FakeGpu, pictures: Sequence[int] = range(10)) -> None:
        self.gpu = gpu
        self.pictures = pictures
        self.kind = "nv12"
        self.colours = ("709", "mpeg")
        self.error: Exception | None = None
        self.asked: list[dict[str, Any]] = []
        self.ended = 0
        self.living: WeakSet[FakeThreadedDecoder | FakeDecoder] = WeakSet()

    def CreateDemuxer(self, *, filename: str) -> SimpleNamespace:  # noqa: N802 - the vendor's name
        if "absent" in filename:
            raise VendorError('CreateFormatContext :\nError code : -2\n returned error " No such file"')
        space, spread = self.colours
        return SimpleNamespace(ColorSpace=lambda: space, ColorRange=lambda: spread, Height=lambda: HEIGHT)

    def ThreadedDecoder(self, **asked: Any) -> FakeThreadedDecoder:  # noqa: N802 - the vendor's name
        return self._made(FakeThreadedDecoder(self, asked))

    def CreateDecoder(self, **asked: Any) -> FakeDecoder:  # noqa: N802 - the vendor's name
        return self._made(FakeDecoder(self, asked))

    def _made(self, decoder: DecoderT) -> DecoderT:
        self.asked.append(decoder.asked)
        self.living.add(decoder)
        return decoder


class FakePackets:
    """OpenCV's capture of an address that gives packets, then nothing."""

    def __init__(self, count: int = 10, codec: str = "h264", *, opens: bool = True) -> None:
        self.left = count
        self.codec = codec
        self.opens = opens
        self.asked: dict[int, float] = {}
        self.released = 0

    def isOpened(self) -> bool:  # noqa: N802 - the vendor's name
        return self.opens

    def read(self) -> tuple[bool, Any]:
        self.left -= 1
        return (True, np.zeros((1, 9), np.uint8)) if self.left >= 0 else (False, None)

    def get(self, prop: int, /) -> float:
        told = {cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*self.codec), cv2.CAP_PROP_FRAME_HEIGHT: 1080}
        return float(told.get(prop, 0))

    def set(self, prop: int, value: float, /) -> bool:
        self.asked[prop] = value
        return True

    def release(self) -> None:
        self.released += 1
