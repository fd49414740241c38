"""Where a bench records, and what it leaves behind."""

from __future__ import annotations

from pathlib import Path

from appliance.cli.bench_folder import folder_beside


def test_the_folder_lies_beside_the_record_and_is_gone_afterwards(tmp_path: Path) -> None:
    with folder_beside(tmp_path / "none" / "gate.db") as folder:
        (folder / "record.db").write_text("x")
        assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_bench_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    left, mine = tmp_path / ".gatehouse-bench-x1", tmp_path / "photos"
    for folder in (left, mine):
        folder.mkdir()
        (folder / "gate.db").write_text("x")
    with folder_beside(tmp_path / "gate.db"):
        assert (left.exists(), mine.exists()) == (False, True)


def test_the_folder_of_a_bench_at_work_stays(tmp_path: Path) -> None:
    with folder_beside(tmp_path / "gate.db") as first, folder_beside(tmp_path / "gate.db"):
        assert first.exists()


def test_a_file_of_that_name_is_no_folder_to_sweep(tmp_path: Path) -> None:
    file = tmp_path / ".gatehouse-bench-notes"
    file.write_text("x")
    with folder_beside(tmp_path / "gate.db"):
        assert file.exists()
