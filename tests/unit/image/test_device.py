"""A real board in the place of an emulated one: what it is sent, what is asked of it, and its end."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from appliance.config.load import load_config
from tests.hil.emulated.device import Device, Reached, configuration

SSH = """\
case "$2" in *tar*) exec cat > {folder}/sent ;; esac
while read -r command && [ "$command" != end ]; do
    sh -c "$command" 2>&1
    echo "bench-rc $?"
done
exit {code}
"""
"""Runs on this computer what a board would run: sh SSH BOARD COMMAND."""


def a_board(folder: Path, code: int = 0) -> Device:
    script = folder / "ssh"
    script.write_text(SSH.format(folder=folder, code=code))
    return Device(Reached("user@board", ("sh", str(script)), ""), folder)


def test_a_command_s_words_come_back(tmp_path: Path) -> None:
    with a_board(tmp_path) as device:
        assert device.agent.ask("echo one; echo two >&2") == "one\ntwo\n"


def test_a_command_that_fails_there_fails_here(tmp_path: Path) -> None:
    with a_board(tmp_path) as device, pytest.raises(AssertionError, match="exit code 3: why"):
        device.agent.ask("echo why; exit 3")


def test_a_board_that_was_not_given_back_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError), a_board(tmp_path, code=1):
        pass


def test_the_bench_is_sent_for_a_gate_without_root(tmp_path: Path) -> None:
    with a_board(tmp_path):
        pass
    with tarfile.open(tmp_path / "sent") as sent:
        members = sent.getmembers()

    assert {"device", "afresh", "idle", "arm", "react", "jumpers"} <= {member.name for member in members}
    assert {"gatehouse.toml", "noise.avi"} <= {member.name for member in members}
    assert {(member.mode, member.uid) for member in members} == {(0o644, 0)}


def test_the_gate_that_is_played_takes_no_camera_and_no_output_of_the_board_s_profile(tmp_path: Path) -> None:
    file = tmp_path / "gatehouse.toml"
    file.write_text(configuration())
    config = load_config(file, None, environment={}).config

    assert (config.board, config.cameras["front"].driver) == ("generic", "file")
    assert [name for name, output in config.outputs if output] == ["open", "close"]


def test_a_board_is_named_by_the_environment() -> None:
    named = {"GATEHOUSE_DEVICE": "root@gate", "GATEHOUSE_SSH": "ssh -p 2222", "GATEHOUSE_HIL_JUMPERS": "17:4"}

    assert Reached.named(named) == Reached("root@gate", ("ssh", "-p", "2222"), "17:4")
    assert Reached.named({"GATEHOUSE_DEVICE": "gate"}) == Reached("gate", ("ssh",), "")
