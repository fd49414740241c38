"""`make hil DEVICE=` proved end to end: an SSH server of our own on loopback stands for the board."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.hil import remote

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
MISSING = [name for name, found in (("sshd", SSHD), ("rsync", shutil.which("rsync"))) if not found]

pytestmark = [
    pytest.mark.skipif(
        bool(MISSING), reason=f"{' and '.join(MISSING)} not installed (openssh-server, rsync)"
    ),
    pytest.mark.timeout(300),
]


def a_key(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The ssh command that reaches the board, with its own key, port and list of known hosts."""
    folder = tmp_path_factory.mktemp("sshd")
    host, user, port = a_key(folder / "host"), a_key(folder / "user"), free_port()
    settings = folder / "sshd_config"
    settings.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {host}\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {user}.pub\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
    )
    # Where it is not started by the system, nobody has made the folder that it gives its privileges up in.
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    server = subprocess.Popen([str(SSHD), "-D", "-e", "-f", str(settings)], stderr=subprocess.DEVNULL)
    options = f"-p {port} -i {user} -o BatchMode=yes -o StrictHostKeyChecking=no"
    command = f"ssh {options} -o UserKnownHostsFile={folder}/known -o LogLevel=ERROR"
    try:
        _wait_for(port, server)
        yield command
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if server.poll() is not None:
            pytest.skip("this computer does not let an SSH server start")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.skip("the SSH server does not answer")


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Its own configuration: a file that chooses the twin, for lack of pins."""
    mine = tmp_path / "mine.toml"
    mine.write_text(f'board = "sim"\n[record]\npath = "{tmp_path}/gate.db"\n')
    monkeypatch.setenv("GATEHOUSE_CONFIG", str(mine))
    monkeypatch.setenv("PYTHON", sys.executable)
    monkeypatch.delenv("GATEHOUSE_HIL", raising=False)
    return f"{getpass.getuser()}@127.0.0.1"


def words(board: str, ssh: str, tmp_path: Path) -> list[str]:
    return [
        board,
        "--ssh",
        ssh,
        "--yes",
        "--folder",
        str(tmp_path / "there"),
        "--out",
        str(tmp_path / "here"),
    ]


def test_the_tests_run_on_the_board_and_their_reports_come_back(ssh: str, board: str, tmp_path: Path) -> None:
    code = remote.main(words(board, ssh, tmp_path))
    there, here = tmp_path / "there", tmp_path / "here" / "127.0.0.1"
    (suite,) = ElementTree.parse(here / "report.xml").getroot()
    names = [case.get("name", "") for case in suite if case.find("skipped") is None]

    assert code == 0
    assert suite.get("failures") == suite.get("errors") == "0"
    assert "test_every_output_is_claimed_at_rest_and_left_there[board]" in names
    assert json.loads((here / "check.json").read_text())["fit"] is True
    # What ran is what was sent, not a checkout that happens to be there.
    assert (there / "site" / "appliance" / "__init__.py").exists()
    assert not (there / "appliance").exists()


def test_a_test_that_fails_there_fails_here(
    ssh: str, board: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEHOUSE_HIL", "GPIO17:GPIO27")
    monkeypatch.setenv("GATEHOUSE_HIL_PINS", "no-such-factory")

    assert remote.main(words(board, ssh, tmp_path)) == 1


def test_a_board_that_is_not_there_is_one_line(
    board: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert remote.main(words(board, f"ssh -o BatchMode=yes -p {free_port()}", tmp_path)) == remote.CANNOT_RUN
    assert capsys.readouterr().err.endswith("exit code 255\n")


def test_nobody_to_ask_sends_nothing(board: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert remote.main([board, "--ssh", "ssh", "--folder", str(tmp_path / "there")]) == remote.CANNOT_RUN
    assert "nothing was sent" in capsys.readouterr().err
    assert not (tmp_path / "there").exists()
