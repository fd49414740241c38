"""The NVDEC camera on a library in memory: what is lent is kept in time, failures are a lost camera."""

from __future__ import annotations

from functools import partial
from typing import Any

import cv2
import pytest

from appliance.faults import CameraLost
from appliance.hw.base import EndOfFootage
from appliance.hw.cameras.nvdec import Memory, NvdecCamera, NvdecConfig
from appliance.hw.cameras.nvdec_streams import load_library, open_stream
from appliance.sight import Frame, Matrix, Surface

from .nvdec_rig import HEIGHT, PITCH, WIDTH, FakeGpu, FakeLibrary, FakePackets, UnsupportedError, VendorError
from .rig import a_clock

FILE = NvdecConfig("gate.mp4", print_s=0.0)
ADDRESS = NvdecConfig("rtsp://guard:secret@10.0.0.9/live", print_s=0.0)


def camera(
    library: FakeLibrary, config: NvdecConfig = FILE, packets: FakePackets | None = None, **memory: int
) -> NvdecCamera:
    streams = partial(
        open_stream, load=lambda _: library, capture=lambda _: FakePackets() if packets is None else packets
    )
    kept = Memory(library.gpu.keep, library.gpu.fingerprint, **memory)
    return NvdecCamera("front", config, a_clock(), lambda: kept, streams)


def a_library(**changed: Any) -> FakeLibrary:
    library = FakeLibrary(FakeGpu())
    for name, value in changed.items():
        setattr(library, name, value)
    return library


def surface(frame: Frame) -> Surface:
    assert isinstance(frame.picture, Surface)
    return frame.picture


def test_every_picture_of_a_file_is_kept_before_the_next_ones_come() -> None:
    library = a_library()
    with camera(library) as front:
        frames = [front.read(0.0) for _ in range(10)]
    assert [library.gpu.fingerprint(surface(f)) for f in frames] == list(range(10))
    assert [(f.seq, f.fingerprint) for f in frames] == [(n, n) for n in range(10)]


def test_a_picture_is_as_the_decoder_says() -> None:
    with camera(a_library()) as front:
        seen = surface(front.read(0.0))
    assert (seen.width, seen.height, seen.pitch) == (WIDTH, HEIGHT, PITCH)
    assert (seen.matrix, seen.full_range) == (Matrix.BT709, False)


@pytest.mark.parametrize(
    ("told", "matrix", "full_range"),
    [
        (("601", "jpeg"), Matrix.BT601, True),
        (("709", "mpeg"), Matrix.BT709, False),
        (("none", "none"), Matrix.BT601, False),
    ],
)
def test_colours_are_those_of_the_stream_else_those_of_its_height(
    told: tuple[str, str], matrix: Matrix, full_range: bool
) -> None:
    with camera(a_library(colours=told)) as front:
        seen = surface(front.read(0.0))
    assert (seen.matrix, seen.full_range) == (matrix, full_range)


def test_a_file_ends_and_begins_anew_when_it_is_opened_again() -> None:
    library = a_library(pictures=range(3))
    front = camera(library)
    for _ in range(2):
        with front:
            prints = [front.read(0.0).fingerprint for _ in range(3)]
            with pytest.raises(EndOfFootage, match=r"gate\.mp4"):
                front.read(0.0)
        assert prints == [0, 1, 2]


def test_a_print_is_taken_only_now_and_then() -> None:
    clock, library = a_clock(), a_library()
    kept = Memory(library.gpu.keep, library.gpu.fingerprint)
    streams = partial(open_stream, load=lambda _: library)
    with NvdecCamera("front", NvdecConfig("gate.mp4", print_s=0.25), clock, lambda: kept, streams) as front:
        prints = []
        for _ in range(6):
            prints.append(front.read(0.0).fingerprint)
            clock.advance(0.125)
    assert prints == [0, 0, 2, 2, 4, 4]


def test_a_gpu_that_is_absent_is_a_lost_camera() -> None:
    def absent() -> Memory:
        raise CameraLost("no GPU", part="front")

    front = NvdecCamera("front", FILE, a_clock(), absent, open_stream)
    with pytest.raises(CameraLost, match="no GPU"):
        front.open()


def test_a_file_may_begin_later() -> None:
    with camera(a_library(), NvdecConfig("gate.mp4", start_frame=7)) as front:
        assert front.read(0.0).fingerprint == 7


def test_the_decoder_works_where_the_pictures_are_kept() -> None:
    library = a_library()
    camera(library, NvdecConfig("gate.mp4", gpu=1), context=11, stream=22).open()
    camera(library, ADDRESS, context=11, stream=22).open()
    file, address = library.asked
    assert (file["gpu_id"], file["cuda_context"], file["cuda_stream"]) == (1, 11, 22)
    assert (address["gpuid"], address["cudacontext"], address["cudastream"]) == (0, 11, 22)
    assert file["use_device_memory"]
    assert address["usedevicememory"]


def test_a_source_that_cannot_be_opened_is_a_lost_camera_in_one_line() -> None:
    with pytest.raises(CameraLost, match=r"absent\.mp4: CreateFormatContext .*No such file") as caught:
        camera(a_library(), NvdecConfig("absent.mp4")).open()
    assert "\n" not in caught.value.detail
    assert isinstance(caught.value.__cause__, VendorError)


@pytest.mark.parametrize("error", [VendorError("broken"), UnsupportedError("8K"), RuntimeError("no device")])
@pytest.mark.parametrize("config", [FILE, ADDRESS])
def test_the_vendors_errors_are_a_lost_camera(error: Exception, config: NvdecConfig) -> None:
    with (
        camera(a_library(error=error), config) as front,
        pytest.raises(CameraLost, match=str(error)) as caught,
    ):
        front.read(0.0)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("config", [FILE, ADDRESS])
def test_ten_bit_pictures_are_refused_with_the_remedy(config: NvdecConfig) -> None:
    with camera(a_library(kind="p016"), config) as front, pytest.raises(CameraLost, match="8 bit 4:2:0"):
        front.read(0.0)


@pytest.mark.parametrize("config", [FILE, ADDRESS])
def test_a_closed_camera_gives_nothing_and_closes_again(config: NvdecConfig) -> None:
    front = camera(a_library(), config)
    front.open()
    front.read(0.0)
    front.close()
    front.close()
    with pytest.raises(CameraLost, match="not open"):
        front.read(0.0)


@pytest.mark.parametrize("config", [FILE, ADDRESS])
def test_a_camera_that_is_opened_again_or_closed_lets_go_of_its_decoder(config: NvdecConfig) -> None:
    library = a_library()
    front = camera(library, config)
    front.open()
    front.open()
    assert (len(library.asked), len(library.living)) == (2, 1)
    front.close()
    front.close()
    assert len(library.living) == 0


def test_a_files_decoder_is_ended_once() -> None:
    library = a_library(pictures=range(3))
    front = camera(library)
    front.open()
    for _ in range(3):
        front.read(0.0)
    with pytest.raises(EndOfFootage):
        front.read(0.0)
    front.close()
    front.close()
    assert library.ended == 1


# -- addresses -------------------------------------------------------------------------------------


def test_an_address_gives_each_picture_as_soon_as_its_packet_came() -> None:
    packets = FakePackets()
    with camera(a_library(), ADDRESS, packets) as front:
        prints = [front.read(1.0).fingerprint for _ in range(3)]
    assert prints == [1, 2, 3]
    assert packets.left == 6
    assert packets.asked == {cv2.CAP_PROP_FORMAT: -1}
    assert packets.released == 1


def test_an_address_that_stops_is_lost_without_its_password() -> None:
    with camera(a_library(), ADDRESS, FakePackets(1)) as front, pytest.raises(CameraLost) as caught:
        front.read(1.0)
    assert caught.value.detail == "rtsp://10.0.0.9/live: no packet came"


@pytest.mark.parametrize(
    ("packets", "said"),
    [
        (FakePackets(opens=False), "it cannot be opened"),
        (FakePackets(codec="mjpg"), "its codec is 'mjpg'; set the camera to H.264 or H.265"),
    ],
)
def test_an_address_of_no_use_is_refused_and_let_go(packets: FakePackets, said: str) -> None:
    with pytest.raises(CameraLost, match=said):
        camera(a_library(), ADDRESS, packets).open()
    assert packets.released == 1


@pytest.mark.parametrize(("codec", "asked"), [("h264", "h264"), ("HEVC", "hevc"), ("hvc1", "hevc")])
def test_the_decoder_is_the_one_for_the_codec(codec: str, asked: str) -> None:
    library = a_library()
    camera(library, ADDRESS, FakePackets(codec=codec)).open()
    assert library.asked[0]["codec"] == asked


# -- the vendor's package --------------------------------------------------------------------------


def test_a_package_that_cannot_be_loaded_is_a_lost_camera_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "PyNvVideoCodec", None)
    with pytest.raises(CameraLost, match=r"gatehouse\[nvdec\]"):
        load_library("front")
