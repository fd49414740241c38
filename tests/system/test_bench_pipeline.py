"""`gatehouse bench --pipeline` on a small film, with the real nets on the processor and the real threads."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import pytest

from appliance.__main__ import main
from appliance.bench.compare import PIPELINE
from appliance.bench.pictures import rendered
from appliance.config.load import load_config
from appliance.vision.pixels import bgr

pytestmark = pytest.mark.timeout(180)

FRAMES = 40


@pytest.fixture(autouse=True)
def _switch_interval() -> Iterator[None]:
    """The command sets it for its process, which is this one."""
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "gate.avi"
    pictures = [
        bgr(seen.picture)
        for seen in islice(rendered(load_config(None, "sim", environment={}).config, FRAMES), FRAMES)
    ]
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (width, height))
    for picture in pictures:
        writer.write(picture)
    writer.release()
    return path


def measured(film: Path, capsys: pytest.CaptureFixture[str], *parts: str) -> dict[str, Any]:
    words = ["--pipeline", str(film), "--cameras", "2", "--quick", "--json", "--board", "sim"]
    assert main(["bench", *words, "--parts", *parts]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def is_told(told: dict[str, Any], path: str) -> bool:
    head, _, rest = path.partition(".")
    return head in told and (not rest or is_told(told[head], rest))


def test_every_stage_and_the_whole_are_told(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = measured(film, capsys, "throughput", "stages")
    assert (told["bench_pipeline"], told["decoder"], told["cameras"]) == (1, "opencv", 2)
    assert told["throughput"]["seen"] > 0
    assert told["throughput"]["lost_share"] == 0.0
    assert {"decode", "detect", "prepare", "net", "python"} <= told["stages"]["fps"].keys()


def test_two_cameras_in_real_time_are_seen(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    real = measured(film, capsys, "real")["real"]
    assert real["latency_ms"]["n"] == real["seen"] > 0
    assert real["mb_s"] == {"up": 0.0, "down": 0.0}


def test_what_against_watches_is_told(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = measured(film, capsys, "throughput", "stages", "real", "marginal")
    assert [one.path for one in PIPELINE if not is_told(told, one.path)] == ["capacity.ours.cameras"]


def test_a_film_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--pipeline", str(tmp_path / "none.mp4"), "--quick", "--board", "sim"]) == 2
    assert "there is no such file" in capsys.readouterr().err
