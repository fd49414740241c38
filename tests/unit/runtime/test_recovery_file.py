"""The file that keeps the ladder's steps over a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config.schema import Record, Recovery
from appliance.faults import RecoveryUnkept
from appliance.runtime.ladder import DAY_S, History, Ladder, Part, Rung, Step, Trouble
from appliance.runtime.recovery_file import RecoveryFile

KEPT = History(77.5, (Step(Rung.PROCESS, Part.EYES, "hung", 70.0, backend="ncnn"),), "it died")
MAY = Recovery(reboot=True, reboots_a_day=10)


def may_reboot(past: History, after_s: float) -> bool:
    ladder, lost = Ladder(MAY, past, 0.0), Trouble(Part.EYES, "lost", stuck=True)
    for _ in range(3):
        ladder.take(Rung.PROCESS, lost, after_s)
    return ladder.next(lost, after_s) is Rung.BOARD


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    file = RecoveryFile.beside(Record(path=tmp_path / "kept" / "gate.db"))
    file.save(KEPT)

    assert file.load() == KEPT
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["recovery.json"]


def test_no_file_is_no_history(tmp_path: Path) -> None:
    assert RecoveryFile(tmp_path / "recovery.json").load() == History()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"served_s": 1}', '{"served_s": 1, "steps": [{}], "down": ""}', "\xff"]
)
@pytest.mark.parametrize(("after_s", "allowed"), [(0.0, False), (DAY_S + 1.0, True)])
def test_a_file_that_cannot_be_read_allows_no_reboot_for_a_day(
    tmp_path: Path, text: str, after_s: float, allowed: bool
) -> None:
    (tmp_path / "recovery.json").write_text(text, encoding="latin-1")

    assert may_reboot(RecoveryFile(tmp_path / "recovery.json").load(), after_s) is allowed


def test_a_file_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "recovery.json").mkdir()
    with pytest.raises(RecoveryUnkept, match=r"recovery\.json"):
        RecoveryFile(tmp_path / "recovery.json").save(KEPT)

    assert [path.name for path in tmp_path.iterdir()] == ["recovery.json"]
