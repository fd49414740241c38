"""The stamp of `make hil`: what it covers has changed, or has not, and nothing loose is stamped."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.hil.stamp import COVERED, ROOT, Checkout, changed, check, main, take


def git(root: Path, *words: str) -> None:
    author = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(("git", *author, *words), cwd=root, check=True, capture_output=True)


def put(root: Path, name: str, text: str, *, commit: bool = True) -> None:
    place = root / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    if commit:
        git(root, "add", name)
        git(root, "commit", "--message", name)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    root.mkdir()
    git(root, "init")
    put(root, "image/disk.sh", "one")
    put(root, "lock.txt", "one")
    return root


@pytest.fixture
def checkout(root: Path) -> Checkout:
    return Checkout(root, ("image", "lock.txt"))


@pytest.fixture
def stamp(checkout: Checkout, tmp_path: Path) -> Path:
    """Of a run that saw the first state."""
    stamp = tmp_path / "stamp.txt"
    assert take(checkout, stamp) == 0
    return stamp


def test_what_was_stamped_is_not_tested_again(checkout: Checkout, stamp: Path) -> None:
    assert check(checkout, stamp) == 0


def test_a_change_elsewhere_is_not_held_up(root: Path, checkout: Checkout, stamp: Path) -> None:
    put(root, "docs/page.md", "new")
    put(root, "docs/page.md", "loose", commit=False)

    assert check(checkout, stamp) == 0


def test_a_changed_folder_is_named(
    root: Path, checkout: Checkout, stamp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(root, "image/lists/common", "new")

    assert check(checkout, stamp) == 1
    assert capsys.readouterr().out == "hil: changed since the last whole green `make hil`: image\n"


def test_a_change_taken_back_needs_no_run(root: Path, checkout: Checkout, stamp: Path) -> None:
    put(root, "image/disk.sh", "two")
    put(root, "image/disk.sh", "one")

    assert check(checkout, stamp) == 0


def test_a_file_that_has_gone_is_a_change(root: Path, checkout: Checkout, stamp: Path) -> None:
    git(root, "rm", "lock.txt")
    git(root, "commit", "--message", "gone")

    assert changed(stamp.read_text(), checkout.state()) == ["lock.txt"]


def test_without_a_stamp_everything_is_new(checkout: Checkout, tmp_path: Path) -> None:
    assert check(checkout, tmp_path / "none") == 1


@pytest.mark.parametrize("name", ["image/disk.sh", "image/untracked"])
def test_what_no_commit_holds_is_neither_stamped_nor_passed_over(
    root: Path, checkout: Checkout, stamp: Path, name: str
) -> None:
    put(root, name, "loose", commit=False)

    assert check(checkout, stamp) == 1
    assert take(checkout, stamp) == 1
    assert not stamp.exists()


def test_everything_that_it_covers_is_there_but_not_the_stamp() -> None:
    assert [name for name in COVERED if not (ROOT / name).exists()] == []
    assert [name for name in COVERED if Path("tests/hil/stamp.txt").is_relative_to(name)] == []


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["forget"])
    assert "invalid choice" in capsys.readouterr().err
