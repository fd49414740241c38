"""A file is replaced whole, with its mode, or is left as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from appliance.durable import hand_over, replace

root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.mark.parametrize("mode", [0o640, 0o600])
def test_what_is_replaced_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    place = tmp_path / "kept.toml"
    place.write_text("old")
    place.chmod(mode)
    replace(place, b"new")

    assert (place.read_bytes(), place.stat().st_mode & 0o777) == (b"new", mode)
    assert list(tmp_path.iterdir()) == [place]


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    replace(tmp_path / "data" / "kept.toml", b"new")

    assert (tmp_path / "data" / "kept.toml").read_bytes() == b"new"


def test_what_cannot_be_replaced_stays_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    place = tmp_path / "taken"
    place.mkdir()
    with pytest.raises(OSError, match="taken"):
        replace(place, b"new")

    assert list(tmp_path.iterdir()) == [place]


@root
def test_what_root_makes_belongs_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    replace(tmp_path / "data" / "new", b"x")

    made = (tmp_path / "data", tmp_path / "data" / "new")
    assert [path.stat().st_uid for path in made] == [65534, 65534]


@root
def test_what_root_replaces_goes_on_belonging_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    (tmp_path / "old").write_bytes(b"x")
    replace(tmp_path / "old", b"y")

    assert (tmp_path / "old").stat().st_uid == 65534


def test_a_link_in_the_way_of_a_replacement_is_not_followed(tmp_path: Path) -> None:
    foreign, place = tmp_path / "foreign", tmp_path / "kept"
    foreign.write_text("untouched")
    foreign.chmod(0o600)
    (tmp_path / f"kept.{os.getpid()}").symlink_to(foreign)
    replace(place, b"new")

    assert (place.read_bytes(), place.is_symlink(), foreign.read_text()) == (b"new", False, "untouched")
    assert foreign.stat().st_mode & 0o777 == 0o600


def test_a_mode_that_lends_an_owner_s_rights_is_not_kept(tmp_path: Path) -> None:
    place = tmp_path / "kept"
    place.write_text("old")
    place.chmod(0o4755)
    replace(place, b"new")

    assert place.stat().st_mode & 0o7777 == 0o755


@root
def test_root_gives_away_no_file_that_a_link_leads_to(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    gate.mkdir()
    os.chown(gate, 65534, 65534)
    (tmp_path / "foreign").write_text("root's")
    (gate / "link").symlink_to(tmp_path / "foreign")
    with pytest.raises(OSError, match="link"):
        hand_over(gate / "link")

    assert (tmp_path / "foreign").stat().st_uid == 0
