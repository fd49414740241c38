"""nvJPEG's calls, their order and their errors, before a library that behaves as the manual says."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest

from appliance.faults import EngineFailed
from appliance.infer.gpu import Stream
from appliance.infer.libraries import open_library
from appliance.infer.nvjpeg import REMEDY, NvJpeg

from .fake_gpu import FakeQueue

JPEG = b"\xff\xd8 a picture \xff\xd9"
SET_UP = ["nvjpegCreateSimple", "nvjpegEncoderStateCreate", "nvjpegEncoderParamsCreate"]
ENCODED = ["nvjpegEncoderParamsSetQuality", "nvjpegEncodeImage"]
RETRIEVED = ["nvjpegEncodeRetrieveBitstream"] * 2


class FakeLibrary:
    def __init__(self, **codes: int) -> None:
        self.calls: list[str] = []
        self.words: dict[str, tuple[Any, ...]] = {}
        self._codes = codes

    def __getattr__(self, name: str) -> Any:
        def call(*words: Any) -> int:
            self.calls.append(name)
            self.words[name] = words
            if name == "nvjpegEncodeRetrieveBitstream":
                self._retrieve(*words)
            return self._codes.get(name, 0)

        return call

    @staticmethod
    def _retrieve(handle: Any, state: Any, data: Any, size: Any, queue: Any) -> None:
        size._obj.value = len(JPEG)
        if data is not None:
            ctypes.memmove(data, JPEG, len(JPEG))


def stream() -> Stream:
    return Stream(7, FakeQueue())


def test_a_jpeg_is_encoded_then_measured_then_copied() -> None:
    library = FakeLibrary()
    data = NvJpeg(stream(), library).encode(4096, 20, 10, 85, stream())
    assert data == JPEG
    assert library.calls == [*SET_UP, "nvjpegEncoderParamsSetSamplingFactors", *ENCODED, *RETRIEVED]


def test_the_picture_is_told_as_it_lies() -> None:
    library = FakeLibrary()
    NvJpeg(stream(), library).encode(4096, 20, 10, 85, stream())
    image, *sides = library.words["nvjpegEncodeImage"][3:7]
    assert (image._obj.channel[0], image._obj.pitch[0], sides) == (4096, 60, [6, 20, 10])


@pytest.mark.parametrize(
    ("name", "code", "why"),
    [
        ("nvjpegCreateSimple", 7, "architecture is not served"),
        ("nvjpegEncoderParamsSetQuality", 2, "a parameter is refused"),
        ("nvjpegEncodeImage", 6, "the GPU failed"),
        ("nvjpegEncodeRetrieveBitstream", 99, "error 99"),
    ],
)
def test_an_error_is_a_fault_that_says_where(name: str, code: int, why: str) -> None:
    with pytest.raises(EngineFailed, match=f"{name}: .*{why}"):
        NvJpeg(stream(), FakeLibrary(**{name: code})).encode(4096, 20, 10, 85, stream())


def test_a_library_that_is_not_there_is_one_line_with_the_remedy() -> None:
    with pytest.raises(EngineFailed, match="libnvnothing is not installed: pip install nvidia-nvjpeg"):
        open_library("libnvnothing", REMEDY, [])
