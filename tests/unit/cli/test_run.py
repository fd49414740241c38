"""`gatehouse run`: what it refuses before a pin is claimed, releasing outputs, and the way out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from appliance.__main__ import main


def run(tmp_path: Path, text: str, *words: str) -> int:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    return main(["run", "--board", "sim", "--config", str(tmp_path / "mine.toml"), *words])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('pin_factory = "lgpio"\n', "drives real pins from the digital twin"),
        ('[cameras.front]\ndriver = "v4l2"\n', "cameras.front: "),
    ],
)
def test_a_twin_with_real_parts_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    code = run(tmp_path, text)
    line = capsys.readouterr().err.splitlines()[-1]

    assert (code, said in line) == (2, True)


def test_an_old_file_runs_and_names_the_command_that_mends_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The camera, which the twin refuses, ends it right after."""
    run(tmp_path, '[heat]\nact_c = 70.0\n[cameras.front]\ndriver = "v4l2"\n')
    (told,) = (record for record in caplog.records if "heat" in record.getMessage())

    assert told.levelname == "WARNING"
    assert "mine.toml:1: heat: is thermal now" in told.getMessage()
    assert "`gatehouse config migrate --write`" in told.getMessage()


def test_releasing_the_outputs_does_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(tmp_path, "", "--release-outputs") == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


LEAVING = """
import sys, threading
from appliance.cli.leave import leave
if sys.argv[1] == "behind":
    threading.Thread(target=threading.Event().wait).start()
print("told", end="")
code = leave(3)
print(" and back", end="")
sys.exit(code)
"""


@pytest.mark.parametrize(("threads", "told"), [("none", "told and back"), ("behind", "told")])
def test_it_leaves_at_once_only_where_a_thread_is_left_behind(threads: str, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEAVING, threads], capture_output=True, text=True, timeout=30, check=False
    )

    assert (done.returncode, done.stdout) == (3, told)


def test_the_command_itself_loads_nothing_that_recognises() -> None:
    """The buttons wait for what is loaded before READY."""
    heavy = "{'appliance.hw.sim.twin', 'appliance.vision.factory', 'cv2', 'numpy', 'onnxruntime'}"
    code = f"import appliance.cli.run, sys; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
