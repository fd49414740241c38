"""JPEGs by NVIDIA's nvJPEG, encoded on the GPU."""

from __future__ import annotations

import ctypes
from typing import Any

from ..faults import EngineFailed
from .encoder import BaseEncoder
from .gpu import Stream
from .libraries import open_library

REMEDY = "pip install nvidia-nvjpeg of the driver's CUDA, or NVIDIA's CUDA toolkit"
# NVJPEG_INPUT_BGRI: one plane, three bytes a pixel.
_BGR = 6
# NVJPEG_CSS_420: one pixel of chroma for four of luma.
_HALVED = 2
# nvjpegStatus_t.
_ERRORS = {
    1: "not initialised",
    2: "a parameter is refused",
    3: "the JPEG is bad",
    4: "the JPEG is of a kind that is not served",
    5: "no memory is left",
    6: "the GPU failed",
    7: "the GPU's architecture is not served",
    8: "an internal error",
    9: "not implemented",
    10: "the bitstream is incomplete",
}


class _Image(ctypes.Structure):
    """nvjpegImage_t."""

    _fields_ = (("channel", ctypes.c_void_p * 4), ("pitch", ctypes.c_size_t * 4))


class NvJpeg(BaseEncoder):
    """`library` is libnvjpeg, or one that behaves as its manual says. Its memory lives as long as it does."""

    def __init__(self, stream: Stream, library: Any = None) -> None:
        self._library = open_library("libnvjpeg", REMEDY) if library is None else library
        self._handle, self._state, self._wanted = (ctypes.c_void_p() for _ in range(3))
        queue = ctypes.c_void_p(stream.handle)
        self._call("nvjpegCreateSimple", ctypes.byref(self._handle))
        self._call("nvjpegEncoderStateCreate", self._handle, ctypes.byref(self._state), queue)
        self._call("nvjpegEncoderParamsCreate", self._handle, ctypes.byref(self._wanted), queue)
        self._call("nvjpegEncoderParamsSetSamplingFactors", self._wanted, _HALVED, queue)

    def encode(self, address: int, width: int, height: int, quality: int, stream: Stream) -> bytes:
        queue = ctypes.c_void_p(stream.handle)
        image = _Image()
        image.channel[0], image.pitch[0] = address, 3 * width
        self._call("nvjpegEncoderParamsSetQuality", self._wanted, quality, queue)
        words = (self._handle, self._state, self._wanted, ctypes.byref(image), _BGR, width, height, queue)
        self._call("nvjpegEncodeImage", *words)
        size = ctypes.c_size_t()
        self._retrieve(None, size, queue)
        stream.synchronize()
        data = ctypes.create_string_buffer(size.value)
        self._retrieve(data, size, queue)
        stream.synchronize()
        return data.raw[: size.value]

    def _retrieve(self, data: Any, size: ctypes.c_size_t, queue: ctypes.c_void_p) -> None:
        """The length of what was encoded, and where there is room for it, the JPEG itself."""
        words = (self._handle, self._state, data, ctypes.byref(size), queue)
        self._call("nvjpegEncodeRetrieveBitstream", *words)

    def _call(self, name: str, *words: object) -> None:
        code = getattr(self._library, name)(*words)
        if code:
            why = _ERRORS.get(code, f"error {code}")
            raise EngineFailed(f"nvjpeg: {name}: {why}", part="nvjpeg")
