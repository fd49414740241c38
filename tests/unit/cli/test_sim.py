"""`gatehouse sim`: its arguments, its verdict on a run, and what it refuses before a car comes."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.__main__ import main
from appliance.cli import sim
from appliance.evaluate.visits.answers import Reads
from appliance.hw.sim.summary import Summary

CLEAN = Summary.of([], [], [], [])
CONTRACT = [
    "visits",
    "authorised",
    "opened",
    "refused",
    "missed",
    "false_opens",
    "violations",
    "time_to_open_ms",
    "faults_injected",
    "recovered",
]


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    sim.configure(parser)
    return parser.parse_args(words)


def test_what_it_does_when_nothing_is_said() -> None:
    args = parsed()

    assert (args.visits, args.seed, args.speed) == (10, 7, "max")
    assert (args.headless, args.json, args.record) == (False, False, None)


def test_everything_that_may_be_said() -> None:
    args = parsed(
        *["--visits", "2", "--seed", "0", "--speed", "real", "--headless", "--json", "--record", "a.db"]
    )

    assert (args.visits, args.seed, args.speed) == (2, 0, "real")
    assert (args.headless, args.json, args.record) == (True, True, Path("a.db"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--visits", "0"), "at least one vehicle must come"),
        (("--visits", "many"), "at least one vehicle must come"),
        (("--visits", "1.5"), "at least one vehicle must come"),
        (("--seed=-1",), "a seed is a whole number from 0 on"),
        (("--seed", "x"), "a seed is a whole number from 0 on"),
        (("--speed", "slow"), "invalid choice"),
    ],
)
def test_nonsense_is_refused_in_a_line(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        parsed(*words)
    line = capsys.readouterr().err.splitlines()[-1]

    assert (left.value.code, said in line) == (2, True)


def verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, summary: Summary, *words: str) -> int:
    """The exit code of a run that ends with this summary."""
    ran = sim.Ran(summary, Reads(vehicles=3, found=3, right=2, answers=4, misread=1, stray=0))
    monkeypatch.setattr(sim, "_run_virtual", lambda config, args, narrator: ran)
    return main(["sim", "--record", str(tmp_path / "a.db"), "--headless", *words])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"visits": 2}, 0),
        ({"visits": 2, "refused": 2, "tailgated": 1, "faults_injected": 1}, 0),
        ({"visits": 2, "false_opens": 1}, 1),
        ({"visits": 2, "violations": ("law 4",)}, 1),
        ({"visits": 2, "missed": 1}, 1),
        ({"visits": 1}, 1),
    ],
)
def test_the_exit_code_is_the_verdict(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changes: dict[str, Any], code: int
) -> None:
    assert verdict(monkeypatch, tmp_path, replace(CLEAN, **changes), "--visits", "2") == code


def test_json_is_one_object_with_the_stable_keys_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict(monkeypatch, tmp_path, CLEAN, "--json")
    told = json.loads(capsys.readouterr().out)

    assert list(told)[: len(CONTRACT)] == CONTRACT


def test_what_was_read_stands_behind_the_other_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict(monkeypatch, tmp_path, CLEAN, "--json")
    told = json.loads(capsys.readouterr().out)

    assert (list(told)[-1], told["reads"]["right"]) == ("reads", 2)


def test_without_json_what_went_wrong_stands_on_lines_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = replace(CLEAN, visits=1, violations=("1.00 s: law 4",), missed_lines=("2.00 s: visit 1",))
    verdict(monkeypatch, tmp_path, wrong)

    assert capsys.readouterr().out.splitlines()[-2:] == ["! 1.00 s: law 4", "! 2.00 s: visit 1"]


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line with which it cannot run."""
    assert main(["sim", "--visits", "1", "--headless", *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_a_board_whose_camera_sees_no_twin_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "--board", "pi5").startswith("cameras.")


def test_a_gate_that_moves_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('gate.actuator = "reader"\n[osdp]\nport = "/dev/ttyUSB0"\n', encoding="utf-8")

    assert "the twin has no access controller" in refused(capsys, "--config", str(mine))


def test_a_record_that_cannot_be_kept_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("no folder")

    assert "file" in refused(capsys, "--record", str(tmp_path / "file" / "a.db"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[barrier]\nmotion_limit_s = 0\n", "mine.toml:2: barrier.motion_limit_s: must be greater than 0"),
        ('[outputs.horn]\npin = "GPIO17"\n', "mine.toml:2: outputs.horn.pin: uses GPIO17"),
        ('[gate]\nnme = "x"\n', 'mine.toml:2: gate.nme: is an unknown key. Did you mean "name"?'),
    ],
)
@pytest.mark.parametrize("command", ["sim", "run"])
def test_a_bad_configuration_is_a_line_and_nothing_is_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    text: str,
    said: str,
) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code = main([command, "--config", "mine.toml", "--board", "sim"])
    (line,) = capsys.readouterr().err.splitlines()

    assert (code, line.startswith(said)) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]
