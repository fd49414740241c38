"""`gatehouse sim` as a process: real recognition before the twin, in virtual and in real time."""

from __future__ import annotations

from pathlib import Path

import pytest

from .gate_rig import gatehouse, summary

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
STORY = ["drives up", "opening ", "opened ", "has passed under the arm", "passed ", "closed arm"]
"""What is told of one listed car, in this order."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [7, 23])
def test_six_visits_open_for_everybody_who_may_enter_and_for_nobody_else(seed: int, tmp_path: Path) -> None:
    words = ("sim", "--visits", "6", "--seed", str(seed), "--speed", "max", "--headless", "--json")
    done = gatehouse(*words, cwd=tmp_path)
    told = summary(done)

    assert (done.returncode, done.stderr) == (0, "")
    assert list(told)[: len(CONTRACT)] == CONTRACT
    assert (told["visits"], told["missed"], told["false_opens"], told["violations"]) == (6, 0, 0, [])
    assert told["opened"] == told["authorised"] > 0
    assert list(tmp_path.iterdir()) == []


ACTUATORS = {
    "pulse": '[gate]\nactuator = "pulse"\n[outputs.stop]\npin = "GPIO22"\n',
    "car on a pin": '[gate]\nactuator = "car"\n[outputs.enable]\npin = "GPIO22"\n',
    "car on the link": '[gate]\nactuator = "car"\n[car]\nchannel = "serial"\n',
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("text", ACTUATORS.values(), ids=ACTUATORS.keys())
def test_every_actuator_lets_in_who_may_enter(text: str, tmp_path: Path) -> None:
    config = tmp_path / "gatehouse.toml"
    config.write_text(text, encoding="utf-8")
    words = ("sim", "--visits", "5", "--seed", "7", "--headless", "--json", "--config", str(config))
    done = gatehouse(*words, cwd=tmp_path)
    told = summary(done)

    assert (done.returncode, done.stderr) == (0, "")
    assert (told["visits"], told["missed"], told["false_opens"], told["violations"]) == (5, 0, 0, [])
    assert told["opened"] == told["authorised"] > 0


def order(lines: list[str], story: list[str]) -> list[int]:
    """For each part of the story, the number of its first line."""
    return [next(n for n, line in enumerate(lines) if part in line) for part in story]


@pytest.mark.timeout(150)
def test_one_car_in_real_time_is_told_from_beginning_to_end(tmp_path: Path) -> None:
    words = ("sim", "--visits", "1", "--seed", "7", "--speed", "real")
    done = gatehouse(*words, cwd=tmp_path, timeout_s=60.0)
    lines = done.stdout.splitlines()
    found = order(lines, STORY)

    assert (done.returncode, done.stderr) == (0, "")
    assert found == sorted(found)
    assert "visits 1  authorised 1  opened 1  refused 0  missed 0  false_opens 0" in done.stdout
    assert list(tmp_path.iterdir()) == []
