"""`gatehouse models opens`: the tables and files it writes, and what it refuses before any net is loaded."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.__main__ import main
from appliance.cli.models import opening
from appliance.vision.factory import Recognition

from ..vision.makers import FakeDetector, FakeReader, plate, result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One labelled picture, and nets that read it."""
    eyes = Recognition(FakeDetector([plate(170.0)]), FakeReader(result("AB123CD")), "fake", ())
    monkeypatch.setattr(opening, "build_recognition", lambda vision, infer: eyes)
    cv2.imwrite(str(tmp_path / "a.png"), np.full((200, 400, 3), 90, np.uint8))
    (tmp_path / "labels.csv").write_text("image,x1,y1,x2,y2,text\na.png,160,70,240,110,AB123CD\n")
    return tmp_path


def test_people_get_tables(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "opens", str(folder), "--visits", "1"]) == 0
    assert "1 visits of 1 plates" in capsys.readouterr().out


def test_programs_get_an_object_and_a_chart(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chart = folder / "cost.svg"
    assert main(["models", "opens", str(folder), "--visits", "1", "--json", "-", "--plot", str(chart)]) == 0
    assert json.loads(capsys.readouterr().out)["curves"][0]["plates"] == 1
    assert chart.read_text().startswith("<svg")


def test_a_folder_without_a_plate_to_read_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "labels.csv").write_text("image,x1,y1,x2,y2,text\na.png,160,70,240,110,\n")
    assert main(["models", "opens", str(folder)]) == 2
    assert "both its box and its text" in capsys.readouterr().err


def test_a_result_that_cannot_be_written_is_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "opens", str(folder), "--json", str(folder / "no" / "such.json")]) == 2
    assert "The result cannot be written." in capsys.readouterr().err
