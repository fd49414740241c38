"""The folder of updates is nobody else's."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from appliance.update.own import alone, only_ours, own_folder

FOLDER, ALL, STICKY = stat.S_IFDIR | 0o755, stat.S_IWOTH, stat.S_ISVTX


def test_it_is_made_for_all_to_read_and_one_to_write(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "updates"
    own_folder(folder)
    own_folder(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o755 & ~mask()


def mask() -> int:
    found = os.umask(0o022)
    os.umask(found)
    return found


def test_a_link_to_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "updates").symlink_to("real")

    with pytest.raises(PermissionError, match="is a link"):
        own_folder(tmp_path / "updates")


@pytest.mark.parametrize("below", ["open", "open/updates"])
def test_it_is_refused_where_anybody_may_exchange_it(tmp_path: Path, below: str) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)

    with pytest.raises(PermissionError, match="others than root"):
        own_folder(tmp_path / below)


@pytest.mark.parametrize(
    ("mode", "owner", "ours"),
    [
        (FOLDER, 0, True),
        (FOLDER, 1000, True),
        (FOLDER, 990, False),
        (FOLDER | ALL, 0, False),
        (FOLDER | ALL | STICKY, 0, True),
    ],
)
def test_a_folder_is_ours_by_its_owner_and_its_mode(mode: int, owner: int, ours: bool) -> None:
    assert only_ours(os.stat_result((mode, 0, 0, 2, owner, 0, 0, 0, 0, 0)), 1000) is ours


def test_who_comes_second_is_told_so(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(BlockingIOError), alone(tmp_path):
        pass
    with alone(tmp_path):
        assert (tmp_path / "lock").stat().st_mode & 0o077 == 0


def test_who_waits_comes_after_the_first(tmp_path: Path) -> None:
    steps: list[str] = []

    def second() -> None:
        with alone(tmp_path, wait=True):
            steps.append("second")

    waiting = threading.Thread(target=second)
    with alone(tmp_path):
        waiting.start()
        steps.append("first")
    waiting.join(60.0)

    assert steps == ["first", "second"]


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to("elsewhere")

    with pytest.raises(OSError, match="symbolic link"), alone(tmp_path):
        pass
    assert not (tmp_path / "elsewhere").exists()
