"""The nets look at a video once."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.config.schema import Camera
from appliance.evaluate.tuning.film import Film, find_films
from appliance.evaluate.tuning.watch import Watcher
from appliance.faults import InputDataFault
from appliance.hw.cameras.footage import Footage
from appliance.sight import Box, Detection, Kind
from tests.unit.vision.makers import FakeDetector, FakeReader, plate, result

WHOLE, CUT = plate(100.0), plate(395.0)
FACE = Detection(Kind.FACE, 0.9, Box(1, 1, 9, 9))


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "gate.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (400, 200))
    for value in range(12):
        writer.write(np.full((200, 400, 3), 20 * value, np.uint8))
    writer.release()
    return path


def watcher(detector: FakeDetector, reader: FakeReader) -> Watcher:
    ticks = count()
    return Watcher(Camera(), {416: detector, 640: detector}, reader, lambda: float(next(ticks)))


def test_every_other_frame_is_looked_at_by_every_detector(video: Path) -> None:
    steps: list[int] = []
    detector = FakeDetector([WHOLE])
    film = Film.of(video, 15.0, 5.0)
    reel, warning = watcher(detector, FakeReader(result("AB1"))).watch(film, lambda: steps.append(1))
    assert ([one.number for one in reel.frames], reel.fps, reel.size) == (
        [0, 2, 4, 6, 8, 10],
        5.0,
        (400, 200),
    )
    assert (len(detector.areas), len(steps), warning) == (12, 6, None)
    assert reel.frames[3].at_s == pytest.approx(0.6)


def test_whole_plates_are_read_and_faces_left_out(video: Path) -> None:
    reel, _ = watcher(FakeDetector([WHOLE, CUT, FACE]), FakeReader(result("AB1"))).watch(
        Film.of(video, 15.0, 10.0), int
    )
    [noted] = reel.frames[:1]
    assert noted.found == {416: (WHOLE, CUT), 640: (WHOLE, CUT)}
    assert {box: read.text for box, read in noted.reads.items()} == {WHOLE.box: "AB1"}


def test_each_net_s_time_is_the_median_of_its_runs(video: Path) -> None:
    one = watcher(FakeDetector([]), FakeReader(result("AB1")))
    one.watch(Film.of(video, 15.0, 10.0), int)
    assert (one.times.detect_s, one.times.read_s) == ({416: 1.0, 640: 1.0}, 0.0)


def test_a_video_says_its_rate(video: Path) -> None:
    film = Film.of(video, 15.0, 4.0)
    assert (film.fps, film.assumed, film.every, film.frames) == (10.0, False, 3, 12)
    assert film.finest_fps == pytest.approx(10 / 3)


def test_a_video_without_a_rate_has_the_camera_s(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Footage, "fps", None)
    film = Film.of(video, 15.0, 15.0)
    assert (film.fps, film.assumed, film.every) == (15.0, True, 1)


@pytest.mark.parametrize(("fps", "every"), [(29.97, 2), (30.0, 2), (25.0, 2), (15.0, 1), (12.0, 1)])
def test_no_more_frames_are_looked_at_than_the_camera_gives(
    video: Path, monkeypatch: pytest.MonkeyPatch, fps: float, every: int
) -> None:
    monkeypatch.setattr(Footage, "fps", fps)
    assert Film.of(video, 15.0, 15.0).every == every


def test_a_folder_gives_its_videos_and_a_line_for_each_that_is_none(video: Path) -> None:
    (video.parent / "broken.mp4").write_bytes(b"no video")
    (video.parent / "photo.jpg").write_bytes(b"no video either")
    films, complaints = find_films([video, *sorted(video.parent.iterdir()), Path("/nowhere.mp4")], 15.0, 15.0)
    assert [film.path.name for film in films] == ["gate.avi"]
    assert [line.split(":")[0].rsplit("/", 1)[-1] for line in complaints] == [
        "broken.mp4",
        "photo.jpg",
        "nowhere.mp4",
    ]


def test_a_video_that_breaks_under_way_is_refused(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = Film.of(video, 15.0, 15.0)
    video.write_bytes(b"gone")
    with pytest.raises(InputDataFault, match="cannot be opened"):
        watcher(FakeDetector([]), FakeReader(result("AB1"))).watch(film, int)
