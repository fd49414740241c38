"""`gatehouse check`: the findings, the probes and the exit code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.__main__ import main
from appliance.cli.probes import Result, board, camera_picture, disk, pins, probes, record, run_probe
from appliance.config.checks import Severity
from appliance.config.load import load_config
from appliance.config.schema import Camera, Record
from appliance.faults import CameraLost, ClockUntrusted, DiskFull, RecordCorrupt, RecordFailed

SIM = load_config(None, "sim", environment={}).config


def check(tmp_path: Path, text: str, board: str = "sim") -> int:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return main(["check", "--no-hardware", "--board", board, "--config", str(path)])


def test_a_sound_configuration_is_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, "") == 0
    assert "0 errors, 0 warnings. Fit." in capsys.readouterr().out


def test_a_warning_leaves_it_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, "", "pi5") == 0
    assert "only the camera watches under the arm" in capsys.readouterr().out


def test_keys_that_contradict_each_other_cannot_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, '[outputs.horn]\npin = "17"\n') == 2
    assert "mine.toml:2: outputs.horn.pin: uses GPIO17, as outputs.open does." in capsys.readouterr().out


def test_a_part_that_fails_makes_the_board_unfit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing() -> Iterator[Result]:
        yield Result("disk", "full", Severity.ERROR)

    monkeypatch.setattr("appliance.cli.check.probes", lambda config: [("disk", failing)])
    path = tmp_path / "mine.toml"
    path.write_text("", encoding="utf-8")

    assert main(["check", "--board", "sim", "--config", str(path)]) == 1
    assert "1 errors, 0 warnings. Not fit for a gate." in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_no_finding(tmp_path: Path) -> None:
    assert check(tmp_path, "[gate\n") == 2


@pytest.mark.parametrize(
    ("fault", "severity"), [(CameraLost("gone"), Severity.ERROR), (ClockUntrusted(), Severity.WARN)]
)
def test_a_fault_is_a_result_as_grave_as_its_effect(fault: Exception, severity: Severity) -> None:
    def failing() -> Iterator[Result]:
        yield Result("part", "first")
        raise fault

    assert list(run_probe("part", failing)) == [Result("part", "first"), Result("part", str(fault), severity)]


def test_every_part_of_the_twin_is_probed() -> None:
    assert [part for part, _ in probes(SIM)] == ["board", "disk", "record", "models", "camera front", "pins"]


@pytest.mark.parametrize(
    ("configured", "severity"),
    [("pi5", None), ("sim", None), ("pi4", Severity.WARN), ("generic", Severity.WARN)],
)
def test_the_wrong_profile_is_noticed(configured: str, severity: Severity | None) -> None:
    assert [result.severity for result in board(configured, lambda: "pi5")] == [severity]


def test_a_disk_with_room_is_fine_before_its_folder_exists(tmp_path: Path) -> None:
    (result,) = disk(Record(path=tmp_path / "new" / "gate.db", min_free_mb=1))

    assert result.severity is None


def test_a_disk_without_room_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DiskFull):
        list(disk(Record(path=tmp_path / "gate.db", min_free_mb=2**40)))


def test_a_record_that_is_not_there_yet_is_fine_and_stays_away(tmp_path: Path) -> None:
    (result,) = record(Record(path=tmp_path / "gate.db"))

    assert result.severity is None
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_record_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "gate.db"
    path.write_bytes(b"no database " * 100)

    with pytest.raises((RecordCorrupt, RecordFailed)):
        list(record(Record(path=path)))


def test_the_inputs_are_read() -> None:
    results = list(pins(SIM))

    assert Result("input loop", "GPIO5 reads idle") in results
    assert [result for result in results if result.severity] == []


def test_the_twin_needs_no_camera() -> None:
    assert [result.severity for result in camera_picture("front", Camera(driver="sim"), SIM.infer)] == [None]


def test_a_camera_without_a_driver_is_a_fault() -> None:
    with pytest.raises(CameraLost, match='no driver "argus"'):
        list(camera_picture("front", Camera(driver="argus"), SIM.infer))
