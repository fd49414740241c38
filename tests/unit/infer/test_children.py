"""Long work in a child: told, bounded, and its failures ours."""

from __future__ import annotations

import sys

import pytest

from appliance.faults import EngineFailed
from appliance.infer.children import Child, progress


def child(script: str, limit_s: float = 30.0) -> Child:
    return Child("net", (sys.executable, "-c", script), limit_s)


def test_work_that_is_done_says_nothing() -> None:
    child("print('a vendor writes'); print('[1]'); print('{\"share\": 0.5}')").run()


def test_progress_is_told_while_it_works() -> None:
    heard: list[str] = []
    script = "import time; print('{\"share\": 0.25}', flush=True); time.sleep(0.5)"
    Child("net", (sys.executable, "-c", script), 30.0, heard.append, tell_every_s=0.1).run()
    assert {line.partition(" after")[0] for line in heard} == {"net: 25%"}


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ('import sys; print(\'{"error": "no such operator"}\'); sys.exit(1)', "no such operator"),
        ("import sys; sys.exit(3)", "code 3"),
        ("import os; os.abort()", "code -6"),
    ],
)
def test_a_child_that_fails_or_dies_is_a_fault(script: str, why: str) -> None:
    with pytest.raises(EngineFailed, match=why):
        child(script).run()


def test_a_child_that_hangs_is_killed() -> None:
    with pytest.raises(EngineFailed, match=r"not done within 0\.2 s"):
        child("import time; time.sleep(60)", limit_s=0.2).run()


def test_a_command_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(EngineFailed, match="cannot be started"):
        Child("net", ("/nowhere/at/all",), 1.0).run()


def test_the_time_left_is_told_once_it_can_be() -> None:
    assert progress("net", 0.01, 3.0) == "net: 1% after 3 s"
    assert progress("net", 0.25, 30.0) == "net: 25% after 30 s, about 90 s left"
