"""The dispatcher: help, exit codes, and faults as lines."""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from appliance import __version__
from appliance.__main__ import COMMANDS, PIPE_CLOSED, explain, main
from appliance.faults import ConfigFault, DiskFull


class FakeCommand:
    """A subcommand that does what it is told and remembers its arguments."""

    HELP = "A fake."

    def __init__(self, act: Callable[[], int] = lambda: 0) -> None:
        self._act = act
        self.seen = argparse.Namespace()

    def configure(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("words", nargs="*")

    def run(self, args: argparse.Namespace) -> int:
        self.seen = args
        return self._act()


Install = Callable[[Callable[[], int]], FakeCommand]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a fake in the place of `gatehouse check`."""

    def put(act: Callable[[], int] = lambda: 0) -> FakeCommand:
        fake = FakeCommand(act)
        monkeypatch.setitem(sys.modules, "appliance.cli.check", fake)
        return fake

    return put


def raising(error: BaseException) -> Callable[[], int]:
    def act() -> int:
        raise error

    return act


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_command_s_code_is_the_exit_code(install: Install, code: int) -> None:
    install(lambda: code)

    assert main(["check"]) == code


def test_a_fault_is_one_line_and_code_2(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    install(raising(DiskFull("3 MB left")))

    assert main(["check"]) == 2
    assert capsys.readouterr() == ("", f"{DiskFull('3 MB left')}\n")


def test_a_configuration_fault_is_its_findings() -> None:
    assert explain(ConfigFault("a.toml:1: x\na.toml:2: y")) == "a.toml:1: x\na.toml:2: y"
    assert explain(ConfigFault()) == str(ConfigFault())


def test_a_finding_s_part_is_not_lost() -> None:
    assert explain(ConfigFault("give it a pin", part="outputs.open")) == "outputs.open: give it a pin"


def test_an_interrupt_is_quiet(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    install(raising(KeyboardInterrupt()))

    assert main(["check"]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "line",
    [
        ["check", "a", "--config", "mine.toml", "--board", "pi5"],
        ["check", "--board", "pi5", "--config", "mine.toml", "a"],
        ["check", "--board=pi5", "a", "--config=mine.toml"],
    ],
)
def test_the_shared_options_stand_anywhere(install: Install, line: list[str]) -> None:
    fake = install(lambda: 0)
    main(line)

    assert (str(fake.seen.config), fake.seen.board, fake.seen.words) == ("mine.toml", "pi5", ["a"])


def test_the_shared_options_may_be_left_out(install: Install) -> None:
    fake = install(lambda: 0)
    main(["check"])

    assert (fake.seen.config, fake.seen.board) == (None, None)


def test_no_command_prints_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([])
    shown = capsys.readouterr().out

    assert code == 0
    assert [name for name in COMMANDS if name not in shown] == []


@pytest.mark.parametrize(
    ("line", "code"), [(["--help"], 0), (["--version"], 0), (["rnu"], 2), (["--rnu"], 2)]
)
def test_what_argparse_answers_leaves_with_its_code(line: list[str], code: int) -> None:
    with pytest.raises(SystemExit) as left:
        main(line)

    assert left.value.code == code


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])

    assert capsys.readouterr().out == f"gatehouse {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_stands(name: str) -> None:
    command = importlib.import_module(f"appliance.cli.{name}")
    command.configure(argparse.ArgumentParser())

    assert command.HELP
    assert callable(command.run)


def test_the_help_imports_no_engine() -> None:
    script = (
        "import sys; from appliance.__main__ import main; main([]);"
        "sys.exit(bool({'numpy', 'cv2', 'onnxruntime', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.DEVNULL, check=False)

    assert done.returncode == 0


def test_a_reader_that_has_left_gets_no_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "appliance", "config", "schema"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)

    assert (done.stderr, done.returncode) == ("", PIPE_CLOSED)


def test_a_full_disk_behind_stdout_is_one_line() -> None:
    command = [sys.executable, "-m", "appliance", "config", "schema"]
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    said = "The output cannot be written (No space left on device). Send it elsewhere.\n"
    assert (done.stderr, done.returncode) == (said, 2)


def test_a_file_s_error_that_no_command_answered_for_is_not_hidden(install: Install) -> None:
    install(raising(FileNotFoundError(2, "No such file", "x.db")))

    with pytest.raises(FileNotFoundError):
        main(["check"])
