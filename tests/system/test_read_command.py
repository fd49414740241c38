"""`gatehouse read` with the real nets on rendered plates."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.__main__ import main
from appliance.infer.models import SHIPPED

DAY = SHIPPED / "golden" / "day.jpg"
NIGHT = SHIPPED / "golden" / "night_tilted.jpg"


def objects(capsys: pytest.CaptureFixture[str]) -> tuple[list[dict[str, object]], str]:
    out, err = capsys.readouterr()
    return [json.loads(line) for line in out.splitlines()], err


def texts(found: list[dict[str, object]]) -> list[list[str]]:
    return [[plate["text"] for plate in one["plates"]] for one in found]  # type: ignore[attr-defined]


def video(path: Path, frames: int, codec: str = "MJPG") -> Path:
    picture = cv2.imread(str(DAY))
    assert picture is not None
    noise = np.random.default_rng(3)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 10, picture.shape[1::-1])
    for _ in range(frames):
        writer.write(cv2.add(picture, np.asarray(noise.integers(0, 9, picture.shape), np.uint8)))
    writer.release()
    return path


def test_a_photo_gives_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(DAY), "--json"]) == 0
    found, _ = objects(capsys)
    assert texts(found) == [["KLM4827"]]
    assert set(found[0]) == {"file", "frame", "vehicles", "plates", "faces", "ms"}
    assert (found[0]["file"], found[0]["frame"]) == (str(DAY), 0)


def test_a_folder_is_read_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "b.jpg").write_bytes(NIGHT.read_bytes())
    (tmp_path / "a.jpg").write_bytes(DAY.read_bytes())
    assert main(["read", str(tmp_path), "--json"]) == 0
    assert texts(objects(capsys)[0]) == [["KLM4827"], ["7TRX563"]]


def test_people_get_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(NIGHT)]) == 0
    assert "7TRX563" in capsys.readouterr().out


def test_a_video_gives_each_nth_frame(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(video(tmp_path / "a.avi", 6)), "--json", "--every", "3"]) == 0
    assert [one["frame"] for one in objects(capsys)[0]] == [0, 3]


def test_a_video_that_ends_mid_frame_keeps_what_came_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = video(tmp_path / "a.avi", 8).read_bytes()
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole[: len(whole) * 6 // 10])
    assert main(["read", str(cut), "--json"]) == 2
    found, err = objects(capsys)
    assert len(found) >= 2
    assert len(err.strip().splitlines()) == 1


def test_one_bad_file_does_not_cost_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "1_cut.jpg").write_bytes(DAY.read_bytes()[:9000])
    (tmp_path / "2_none.jpg").write_text("no picture")
    (tmp_path / "3_good.jpg").write_bytes(DAY.read_bytes())
    assert main(["read", str(tmp_path), "--json"]) == 2
    found, err = objects(capsys)
    assert texts(found) == [["KLM4827"]]
    assert [line.split(":")[0][-10:] for line in err.strip().splitlines()] == ["/1_cut.jpg", "2_none.jpg"]


@pytest.mark.parametrize("name", ["empty", "missing.jpg"])
def test_nothing_to_read_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["read", str(tmp_path / name)]) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.strip().splitlines())) == ("", 1)


@pytest.mark.parametrize("content", ["cut", "garbage"])
def test_a_video_that_cannot_be_opened_is_one_line_and_no_library_s(tmp_path: Path, content: str) -> None:
    bad = tmp_path / "bad.mp4"
    whole = video(tmp_path / "a.mp4", 4, "mp4v").read_bytes()
    bad.write_bytes({"cut": whole[: len(whole) // 2], "garbage": b"no video " * 999}[content])

    command = [sys.executable, "-m", "appliance", "read", str(bad)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{bad}: ")
    assert "copy it again" in line
    assert (done.stdout, done.returncode) == ("", 2)
