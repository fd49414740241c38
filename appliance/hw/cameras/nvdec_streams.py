"""NVDEC through PyNvVideoCodec: files by its threaded decoder, addresses packet by packet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import cv2

from ...faults import CameraLost
from ...sight import Matrix
from .nvdec import BaseStream, Decoded, Memory, NvdecConfig
from .opencv import Capture, OpenCvConfig, open_capture, shown

# Batches that the decoder's own thread prepares: one is lent, one waits, one is being decoded.
_AHEAD = 3
_REMEDY = "pip install 'gatehouse[nvdec]' brings it, with NVIDIA's driver 570 or newer"
# What OpenCV calls a stream's codec, and what PyNvVideoCodec does.
_CODECS = {"h264": "H264", "avc1": "H264", "hevc": "HEVC", "hev1": "HEVC", "hvc1": "HEVC"}


def load_library(name: str) -> Any:
    """PyNvVideoCodec. Raises CameraLost where the package or the driver's part of it is missing."""
    try:
        import PyNvVideoCodec
    except (ImportError, OSError, RuntimeError) as error:
        raise CameraLost(f"PyNvVideoCodec cannot be used: {_line(error)}; {_REMEDY}", part=name) from error
    return PyNvVideoCodec


def open_stream(
    name: str,
    config: NvdecConfig,
    memory: Memory,
    *,
    load: Callable[[str], Any] = load_library,
    capture: Callable[[OpenCvConfig], Capture] = open_capture,
) -> BaseStream:
    """The source and a decoder for it. Raises CameraLost."""
    library = load(name)
    if not config.live:
        return FileStream(name, config, memory, library)
    return LiveStream(name, config, memory, library, capture)


class _Vendor:
    """What both streams share: the vendor's errors as ours, its frames as ours."""

    def __init__(self, name: str, config: NvdecConfig, library: Any) -> None:
        self._name = name
        self._source = shown(config.source)
        self._library = library

    @contextmanager
    def mapped(self) -> Iterator[None]:
        vendors = (self._library.PyNvVCException, self._library.PyNvVCExceptionUnsupported)
        try:
            yield
        except (*vendors, RuntimeError, ValueError, cv2.error) as error:
            raise self.lost(_line(error)) from error

    def lost(self, detail: str) -> CameraLost:
        return CameraLost(f"{self._source}: {detail}", part=self._name)

    def decoded(self, frame: Any, matrix: Matrix, full_range: bool) -> Decoded:
        if frame.format != self._library.Pixel_Format.NV12:
            raise self.lost("it is not 8 bit 4:2:0; set the camera to that")
        luma = frame.cuda()[0]
        height, width = luma.shape[:2]
        return Decoded(
            luma=frame.GetPtrToPlane(0),
            chroma=frame.GetPtrToPlane(1),
            pitch=luma.stride[0],
            width=width,
            height=height,
            matrix=matrix,
            full_range=full_range,
        )


class FileStream(BaseStream):
    """A file, decoded ahead by a thread of the library's that does not need the interpreter."""

    def __init__(self, name: str, config: NvdecConfig, memory: Memory, library: Any) -> None:
        self._vendor = _Vendor(name, config, library)
        self._batch = config.batch
        with self._vendor.mapped():
            told = library.CreateDemuxer(filename=config.source)
            self._matrix = _matrix(library, told.ColorSpace(), told.Height())
            self._full_range = told.ColorRange() == library.ColorRange.JPEG
            self._decoder: Any = library.ThreadedDecoder(
                enc_file_path=config.source,
                buffer_size=_AHEAD * config.batch,
                gpu_id=config.gpu,
                cuda_context=memory.context,
                cuda_stream=memory.stream,
                use_device_memory=True,
                start_frame=config.start_frame,
            )

    def fetch(self) -> Sequence[Decoded]:
        vendor = self._vendor
        if self._decoder is None:
            raise vendor.lost("it is closed")
        with vendor.mapped():
            frames = self._decoder.get_batch_frames(self._batch)
            return [vendor.decoded(frame, self._matrix, self._full_range) for frame in frames]

    def close(self) -> None:
        decoder, self._decoder = self._decoder, None
        if decoder is not None:
            # Once: a second `end` waits for ever, and a decoder that is only dropped takes a quarter second.
            with self._vendor.mapped():
                decoder.end()


class LiveStream(BaseStream):
    """An address. OpenCV receives the packets, since it can give up waiting; PyNvVideoCodec cannot.

    Each packet is decoded as soon as it is there: what the threaded decoder holds back would be delay.
    """

    def __init__(
        self,
        name: str,
        config: NvdecConfig,
        memory: Memory,
        library: Any,
        open_capture: Callable[[OpenCvConfig], Capture],
    ) -> None:
        self._vendor = _Vendor(name, config, library)
        self._library = library
        self._number = 0
        self._decoder: Any = None
        with self._vendor.mapped():
            self._capture: Capture | None = open_capture(OpenCvConfig("rtsp", config.source, 0, 0, 0.0))
        try:
            self._start(self._capture, config, memory)
        except CameraLost:
            self.close()
            raise

    def fetch(self) -> Sequence[Decoded]:
        """The pictures that the next packets complete. An address has no end: where it stops, it is lost."""
        while True:
            pictures = self._decode(self._packet())
            if pictures:
                return pictures

    def close(self) -> None:
        capture, self._capture = self._capture, None
        self._decoder = None
        if capture is not None:
            capture.release()

    def _start(self, capture: Capture, config: NvdecConfig, memory: Memory) -> None:
        library = self._library
        codec = self._told_codec(capture)
        with self._vendor.mapped():
            self._matrix = _matrix(library, None, int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)))
            self._decoder = library.CreateDecoder(
                gpuid=config.gpu,
                codec=getattr(library.cudaVideoCodec, codec),
                cudacontext=memory.context,
                cudastream=memory.stream,
                usedevicememory=True,
                latency=library.DisplayDecodeLatencyType.LOW,
            )

    def _told_codec(self, capture: Capture) -> str:
        """PyNvVideoCodec's name of the codec. From here on the capture gives packets, not pictures."""
        if not capture.isOpened():
            raise self._vendor.lost("it cannot be opened")
        if not capture.set(cv2.CAP_PROP_FORMAT, -1):
            raise self._vendor.lost("this OpenCV gives no packets; install opencv-python-headless")
        told = int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little").decode("latin-1").lower()
        if told not in _CODECS:
            raise self._vendor.lost(f"its codec is {told!r}; set the camera to H.264 or H.265")
        return _CODECS[told]

    def _packet(self) -> Any:
        """One packet of the stream as bytes of an array."""
        if self._capture is None:
            raise self._vendor.lost("it is closed")
        with self._vendor.mapped():
            good, packet = self._capture.read()
        if not good or packet is None:
            raise self._vendor.lost("no packet came")
        return packet

    def _decode(self, packet: Any) -> Sequence[Decoded]:
        with self._vendor.mapped():
            wrapped = self._library.PacketData()
            wrapped.bsl, wrapped.bsl_data = packet.size, packet.ctypes.data
            wrapped.pts = self._number
            # A packet is a whole picture: the decoder need not wait for the next one to know that.
            wrapped.decode_flag = self._library.VideoPacketFlag.ENDOFPICTURE
            self._number += 1
            frames = self._decoder.Decode(wrapped)
            return [self._vendor.decoded(frame, self._matrix, False) for frame in frames]


def _matrix(library: Any, told: Any, height: int) -> Matrix:
    """What the stream says of its colours; where it does not, as ITU-R has it for its height."""
    if told == library.ColorSpace.BT_601:
        return Matrix.BT601
    if told == library.ColorSpace.BT_709 or height >= 720:
        return Matrix.BT709
    return Matrix.BT601


def _line(error: BaseException) -> str:
    """A vendor's message of many lines as one, short."""
    return " ".join(str(error).split())[:200]
