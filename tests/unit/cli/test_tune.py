"""`gatehouse tune`: what it prints, draws and keeps, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.__main__ import main
from appliance.cli import tune
from appliance.config.schema import Infer, Vision
from appliance.hw.cameras.footage import Footage
from appliance.sight import AnyPicture, Box, Detection, Picture
from appliance.vision.base import BaseDetector
from appliance.vision.factory import Recognition
from tests.unit.vision.makers import FakeReader, plate, result

LIGHT = 100


class SeesLight(BaseDetector):
    """Finds a plate where the picture is light."""

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        light = isinstance(picture, Picture) and picture.planes[0].mean() > LIGHT
        return (plate(100.0),) if light else ()


def film(path: Path, light: tuple[float, float], seconds: float = 6.0) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (400, 200))
    for number in range(round(seconds * 10)):
        value = 200 if light[0] <= number / 10 < light[1] else 20
        writer.write(np.full((200, 400, 3), value, np.uint8))
    writer.release()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A video in which a vehicle comes, nets that read it, and an owner's file."""

    def nets(vision: Vision, infer: Infer) -> Recognition:
        return Recognition(SeesLight(), FakeReader(result("AB123CD")), "fake", ())

    monkeypatch.setattr(tune, "build_recognition", nets)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gatehouse.toml").write_text("[vision]\nidle_fps = 1.0\n")
    film(tmp_path / "gate.avi", (2.0, 5.0))
    return tmp_path


def test_people_get_tables(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tune", "gate.avi"]) == 0
    shown = capsys.readouterr().out
    assert ("1 vehicle came" in shown, "AB123CD     0:02" in shown, "relative" in shown) == (True, True, True)
    assert shown.count("<- taken") == 4
    assert "now     1 of 1 found, 1 read, 0 wrong votes" in shown


def test_programs_get_an_object(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tune", "gate.avi", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["tune"], told["truth"], told["visits"][0]["plate"]) == (1, "relative", "AB123CD")
    assert told["videos"][0]["seconds"] == 6.0
    assert set(told["chosen"]) == {"vision", "vote", "access", "trial"}


def test_the_side_that_is_set_is_always_tried(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tune", "gate.avi", "--json", "--sides", "320"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert sorted(told["ms"]["detect"]) == ["320", str(told["now"]["detect_side"])]


@pytest.mark.parametrize(("name", "begins"), [("t.svg", b"<svg"), ("t.png", b"\x89PNG")])
def test_the_curves_are_drawn(folder: Path, name: str, begins: bytes) -> None:
    assert main(["tune", "gate.avi", "--plot", name]) == 0
    assert (folder / name).read_bytes().startswith(begins)


def test_the_choice_is_kept_and_what_the_owner_set_wins(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tune", "gate.avi", "--board", "pi5", "--write"]) == 0
    shown = capsys.readouterr().out
    assert "written to data/measured.toml" in shown
    assert "gatehouse.toml:2 sets vision.idle_fps, which wins" in shown
    assert main(["config", "show", "--json", "--board", "pi5"]) == 0
    values = json.loads(capsys.readouterr().out)["values"]
    origins = [values[f"vision.{key}"]["origin"].split(":")[0] for key in ("idle_fps", "settled_fps")]
    assert origins == ["gatehouse.toml", "data/measured.toml"]


def test_a_place_that_refuses_the_choice_costs_no_figures(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "data").write_text("a file where the folder should be")
    assert main(["tune", "gate.avi", "--board", "pi5", "--write"]) == 2
    told = capsys.readouterr()
    assert ("1 vehicle came" in told.out, "data/measured.toml: cannot be written" in told.err) == (True, True)


def test_nothing_is_kept_for_a_computer_that_is_no_gate(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tune", "gate.avi", "--write", "--board", "generic"]) == 2
    assert "Name the gate's board" in capsys.readouterr().err
    assert not (folder / "data").exists()


def test_labels_tell_what_the_nets_never_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "came.csv").write_text(
        "video,plate,from_s,to_s\ngate.avi,AB123CD,2,5\ngate.avi,KLM4827,5.5,5.8\n"
    )
    assert main(["tune", "gate.avi", "--labels", "came.csv"]) == 0
    shown = capsys.readouterr().out
    assert ("2 vehicles came" in shown, "relative" in shown) == (True, False)
    assert "not read, even at every frame" in shown.split("KLM4827")[1].splitlines()[0]


def test_what_is_left_out_is_said_and_the_rest_is_used(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.avi").write_bytes(b"no video")
    film(folder / "unlabelled.avi", (2.0, 5.0))
    (folder / "came.csv").write_text("video,plate\ngate.avi,AB123CD\nother.avi,XY1\n")
    videos = ["gate.avi", "broken.avi", "unlabelled.avi"]
    assert main(["tune", *videos, "--labels", "came.csv"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["broken.avi", "came.csv:3", "unlabelled.avi"]


def test_a_rate_that_nobody_knows_is_assumed_and_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Footage, "fps", None)
    assert main(["tune", "gate.avi"]) == 0
    assert "does not say how fast it runs: 15 frames a second are assumed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["nowhere.avi"], "nowhere.avi: The given file cannot be used. (there is no such file)"),
        (["gatehouse.toml"], "not one of"),
        (["gate.avi", "--labels", "nowhere.csv"], "it cannot be read"),
        (["gate.avi", "--labels", "other.csv"], "no label names one of the videos"),
        (["gate.avi", "--camera", "back"], "no camera has this name; configured: none"),
        (["gate.avi", "--plot", "no/such.svg"], "there is no folder no"),
        (["empty.avi"], "no vehicle comes in it whose plate can be read"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    folder: Path, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "other.csv").write_text("video,plate\nother.avi,AB1\n")
    film(folder / "empty.avi", (99.0, 99.0), seconds=2.0)
    assert main(["tune", *words]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert why in line


@pytest.mark.parametrize("words", [["--fps", "0"], ["--sides", "20"], ["--wait", "-1"], ["--plot", "t.pdf"]])
def test_a_word_out_of_bounds_is_refused(
    folder: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["tune", "gate.avi", *words])
    assert words[0] in capsys.readouterr().err
