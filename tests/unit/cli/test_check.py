"""`gatehouse check`: the findings, the looks, the pulse and the exit code."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.__main__ import main
from appliance.cli.probes import down, plates, probes, record
from appliance.config.load import load_config
from appliance.config.schema import Record
from appliance.faults import CameraLost, ClockUntrusted, GateFault, RecordCorrupt, RecordFailed
from appliance.hw.board import Board
from appliance.inspection import run_look
from appliance.inspection.report import Level, Report, fine, waste, wrong
from appliance.inspection.site import Site, ask_tool
from appliance.runtime.ladder import History
from appliance.runtime.recovery_file import RecoveryFile

TWIN = Board("sim")


def a_site(root: Path, board: str = "sim", **sections: object) -> Site:
    config = load_config(None, board, environment={}).config.model_copy(update=sections)
    return Site(config, TWIN, root, lambda *words: None)


@pytest.fixture
def owner(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(f'[record]\npath = "{tmp_path}/gate.db"\n', encoding="utf-8")
    return path


def check(path: Path, *words: str, text: str | None = None, board: str = "sim") -> int:
    if text is not None:
        path.write_text(text, encoding="utf-8")
    return main(["check", *words, "--board", board, "--config", str(path)])


def looking(monkeypatch: pytest.MonkeyPatch, *reports: Report) -> None:
    monkeypatch.setattr("appliance.cli.check.probes", lambda site: [("disk", lambda: iter(reports))])


def test_a_sound_configuration_is_fit(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(owner, "--no-hardware") == 0
    assert "0 errors, 0 warnings. Fit." in capsys.readouterr().out


def test_a_warning_leaves_it_fit(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(owner, "--no-hardware", board="pi5") == 0
    assert "only the camera watches under the arm" in capsys.readouterr().out


def test_keys_that_contradict_each_other_cannot_run(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(owner, "--no-hardware", text='[outputs.horn]\npin = "17"\n') == 2
    assert "mine.toml:2: outputs.horn.pin: uses GPIO17, as outputs.open does." in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_no_finding(owner: Path) -> None:
    assert check(owner, "--no-hardware", text="[gate\n") == 2


def test_a_part_that_fails_makes_the_board_unfit(
    owner: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    looking(monkeypatch, wrong("disk", "It is full.", "Empty it."))

    assert check(owner) == 1
    shown = capsys.readouterr().out
    assert "ERROR disk                  It is full. Empty it." in shown
    assert "1 errors, 0 warnings. Not fit for a gate." in shown


def test_waste_leaves_it_fit_with_a_note(
    owner: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    looking(monkeypatch, waste("vision", "Too fine.", "Lower it."))

    assert check(owner) == 0
    assert "1 settings work, but waste the board." in capsys.readouterr().out


def test_tools_get_one_object(
    owner: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    looking(monkeypatch, fine("disk", "room"), wrong("clock", "It stands.", "Wind it."))

    assert check(owner, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["fit"], told["profile"]) == (False, "sim")
    assert told["findings"][-1] == {
        "part": "clock",
        "text": "It stands.",
        "level": "wrong",
        "remedy": "Wind it.",
    }


@pytest.mark.parametrize(
    ("fault", "level"), [(CameraLost("gone"), Level.WRONG), (ClockUntrusted(), Level.WARN)]
)
def test_a_fault_is_a_report_as_grave_as_its_effect(fault: GateFault, level: Level) -> None:
    def failing() -> Iterator[Report]:
        yield fine("part", "first")
        raise fault

    first, second = run_look("part", failing)

    assert first == fine("part", "first")
    assert (str(second), second.level, second.remedy) == (str(fault), level, fault.remedy)


def test_every_part_of_the_twin_is_looked_at(tmp_path: Path) -> None:
    parts = dict.fromkeys(part for part, _ in probes(a_site(tmp_path)))

    assert list(parts) == ["board", "disk", "settings", "record", "plates", "models", "camera front", "pins"]


def test_a_board_is_looked_at_beyond_the_twin(tmp_path: Path) -> None:
    parts = {part for part, _ in probes(a_site(tmp_path, "pi5"))}

    assert {"supply", "heat", "memory", "root", "clock", "watchdog", "service", "serial"} <= parts


def test_what_a_running_gate_holds_is_let_be(tmp_path: Path) -> None:
    (tmp_path / "proc/77").mkdir(parents=True)
    (tmp_path / "proc/77/cmdline").write_text("gatehouse\0run\0")
    parts = {part for part, _ in probes(a_site(tmp_path))}

    assert parts & {"camera front", "pins", "models"} == set()


def test_a_record_that_is_not_there_yet_is_fine_and_stays_away(tmp_path: Path) -> None:
    site = a_site(tmp_path, record=Record(path=tmp_path / "gate.db"))

    assert [report.level for report in record(site)] == [Level.FINE]
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_record_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "gate.db"
    path.write_bytes(b"no database " * 100)

    with pytest.raises((RecordCorrupt, RecordFailed)):
        list(record(a_site(tmp_path, record=Record(path=path))))


@pytest.mark.parametrize(("why", "levels"), [("it ended 5 times in a day", [Level.WRONG]), ("", [])])
def test_why_the_gate_stays_down_is_read_beside_its_record(
    tmp_path: Path, why: str, levels: list[Level]
) -> None:
    settings = Record(path=tmp_path / "gate.db")
    RecoveryFile.beside(settings).save(History(down=why))

    assert [report.level for report in down(a_site(tmp_path, record=settings))] == levels


def test_the_list_counts_among_the_plates(owner: Path, tmp_path: Path) -> None:
    main(["plates", "add", "AB12CDE", "--config", str(owner), "--board", "sim"])
    site = a_site(tmp_path, record=Record(path=tmp_path / "gate.db"))

    assert [report.text for report in plates(site)] == ["1 may pass"]


def entries(tmp_path: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(tmp_path / "gate.db") as database:
        rows: list[tuple[str, str]] = database.execute("SELECT kind, subject FROM audit").fetchall()
    database.close()
    return rows


def test_a_pulse_is_said_recorded_and_done(
    owner: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    owner.write_text(f"{owner.read_text()}[barrier]\ndead_time_s = 0.01\npulse_s = 0.05\n")

    assert check(owner, "--pulse", "open", "--yes") == 0
    said, done = capsys.readouterr().out.splitlines()
    assert "The arm begins to OPEN." in said
    assert "reads back off" in done
    assert entries(tmp_path)[-1] == ("command", "open")


def test_a_pulse_that_nobody_confirms_moves_nothing(
    owner: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(owner, "--pulse", "open") == 2
    assert "nobody is here to be asked" in capsys.readouterr().err
    assert not (tmp_path / "gate.db").exists()


def test_an_output_that_is_not_fitted_is_not_pulsed(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(owner, "--pulse", "lights", "--yes") == 2
    assert capsys.readouterr().err == '--pulse: no output is named "lights". Fitted: open, close.\n'


def test_a_configuration_that_would_not_arm_pulses_nothing(
    owner: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = f"{owner.read_text()}[barrier]\nmotion_limit_s = 2.0\n"

    assert check(owner, "--pulse", "open", "--yes", text=broken) == 2
    assert "mine.toml:4: barrier.motion_limit_s" in capsys.readouterr().err
    assert not (tmp_path / "gate.db").exists()


def test_a_running_gate_keeps_its_lines(
    owner: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("appliance.cli.pulsing.running_gates", lambda site: (77,))

    assert check(owner, "--pulse", "open", "--yes") == 2
    assert "a gate runs on this board (process 77)" in capsys.readouterr().err


def test_a_tool_answers_or_says_nothing() -> None:
    assert ask_tool("echo", "fine") == "fine\n"
    assert ask_tool("false") is None
    assert ask_tool("no-such-tool-here") is None
