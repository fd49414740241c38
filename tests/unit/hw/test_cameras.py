"""Cameras that show recorded footage, on real files; the fake and the null camera."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from appliance.faults import CameraLost, InputDataFault
from appliance.hw.base import EndOfFootage
from appliance.hw.cameras.fake import FakeCamera
from appliance.hw.cameras.footage import Footage, FootageCamera, find_footage, read_image
from appliance.hw.cameras.null import NullCamera
from appliance.vision.pixels import bgr

from .camera_rig import picture
from .rig import a_clock

if TYPE_CHECKING:
    pass

# -- footage ---------------------------------------------------------------------------------------


def an_image(path: Path, shade: int = 0) -> Path:
    cv2.imwrite(str(path), picture(shade))
    return path


def a_video(path: Path, frames: int) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for number in range(frames):
        writer.write(picture(number))
    writer.release()
    return path


def shortened(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp", ".tiff"])
def test_an_image_is_read_as_bgr(tmp_path: Path, suffix: str) -> None:
    image = read_image(an_image(tmp_path / f"car{suffix}"))
    assert image.shape == (48, 64, 3)
    assert image.dtype == np.uint8
    assert np.abs(image.astype(int) - picture().astype(int)).mean() < 8


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp", ".tiff"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.95])
def test_a_cut_off_image_is_refused_with_its_name(tmp_path: Path, suffix: str, share: float) -> None:
    path = shortened(an_image(tmp_path / f"car{suffix}"), share)
    with pytest.raises(InputDataFault, match=f"car{suffix}"):
        read_image(path)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_cut_off_image_says_so_and_what_to_do(tmp_path: Path, suffix: str) -> None:
    path = shortened(an_image(tmp_path / f"car{suffix}"), 0.95)
    with pytest.raises(InputDataFault, match="cut off; copy it again"):
        read_image(path)


def test_a_text_file_is_no_image(tmp_path: Path) -> None:
    path = tmp_path / "car.jpg"
    path.write_text("not a picture")
    with pytest.raises(InputDataFault, match="cannot be decoded"):
        read_image(path)


def test_grey_and_transparent_images_become_bgr(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), picture()[:, :, 0])
    cv2.imwrite(str(tmp_path / "clear.png"), cv2.cvtColor(picture(), cv2.COLOR_BGR2BGRA))
    shapes = [read_image(tmp_path / name).shape for name in ("grey.png", "clear.png")]
    assert shapes == [(48, 64, 3), (48, 64, 3)]


def test_a_folder_gives_its_pictures_by_name(tmp_path: Path) -> None:
    for name in ("b.jpg", "a.PNG", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in find_footage(tmp_path)] == ["a.PNG", "b.jpg"]


def test_what_gives_no_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputDataFault, match="no image and no video"):
        find_footage(tmp_path)
    with pytest.raises(InputDataFault, match="no such file"):
        find_footage(tmp_path / "none.jpg")
    (tmp_path / "plates.pdf").touch()
    with pytest.raises(InputDataFault, match=r"not one of .*\.jpg"):
        find_footage(tmp_path / "plates.pdf")


def test_a_place_that_the_system_refuses_is_no_footage(tmp_path: Path) -> None:
    with pytest.raises(InputDataFault, match=r"cannot be read: File name too long"):
        find_footage(tmp_path / ("x" * 300))


def test_a_whole_video_gives_every_frame_and_no_warning(tmp_path: Path) -> None:
    footage = Footage(a_video(tmp_path / "gate.avi", 12))
    assert footage.promised == 12
    assert [shot.number for shot in footage] == list(range(12))
    assert footage.warning is None


def test_a_video_of_one_frame_gives_it(tmp_path: Path) -> None:
    assert len(list(Footage(a_video(tmp_path / "gate.avi", 1)))) == 1


def test_a_video_that_ends_mid_frame_gives_its_good_frames_and_a_warning(tmp_path: Path) -> None:
    footage = Footage(shortened(a_video(tmp_path / "gate.avi", 20), 0.8))
    shots = list(footage)
    assert 5 < len(shots) < 15
    errors = [np.abs(shot.image.astype(int) - picture(shot.number).astype(int)).mean() for shot in shots]
    assert max(errors) < 8
    assert f"ends after {len(shots)} of 20 frames" in str(footage.warning)


@pytest.mark.parametrize("content", [b"", b"no video at all" * 100])
def test_a_video_that_cannot_be_opened_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gate.mp4"
    path.write_bytes(content)
    with pytest.raises(InputDataFault, match=r"gate\.mp4"):
        list(Footage(path))


def test_footage_as_a_camera_ends_after_its_last_picture(tmp_path: Path) -> None:
    an_image(tmp_path / "a.png")
    a_video(tmp_path / "b.avi", 2)
    with FootageCamera("front", tmp_path, a_clock()) as front:
        assert [front.read(0.0).seq for _ in range(3)] == [0, 1, 2]
        with pytest.raises(EndOfFootage):
            front.read(0.0)


def test_one_bad_picture_does_not_lose_the_next(tmp_path: Path) -> None:
    shortened(an_image(tmp_path / "a.png"), 0.5)
    an_image(tmp_path / "b.png", 9)
    with FootageCamera("front", tmp_path, a_clock()) as front:
        with pytest.raises(InputDataFault, match=r"a\.png"):
            front.read(0.0)
        assert np.array_equal(bgr(front.read(0.0).picture), picture(9))


def test_the_camera_keeps_what_its_videos_lacked(tmp_path: Path) -> None:
    shortened(a_video(tmp_path / "a.avi", 20), 0.8)
    front = FootageCamera("front", tmp_path, a_clock())
    front.open()
    frames = 0
    with contextlib.suppress(EndOfFootage):
        while front.read(0.0):
            frames += 1
    assert frames > 0
    assert len(front.warnings) == 1


# -- null and fake ---------------------------------------------------------------------------------


def test_the_null_camera_says_that_there_is_none() -> None:
    with NullCamera("front") as front, pytest.raises(CameraLost, match="no camera is configured"):
        front.read(0.1)


def test_the_fake_camera_gives_its_pictures_then_none() -> None:
    with FakeCamera("front", [picture(), picture()], a_clock()) as front:
        assert [front.read(0.1).seq for _ in range(2)] == [0, 1]
        with pytest.raises(CameraLost):
            front.read(0.1)
    assert front.history == ["open", "read", "read", "read", "close"]


def test_a_fake_camera_that_is_closed_or_lost_refuses() -> None:
    front = FakeCamera("front", [picture()], a_clock())
    with pytest.raises(CameraLost):
        front.read(0.1)
    front.lost = True
    with pytest.raises(CameraLost):
        front.open()
