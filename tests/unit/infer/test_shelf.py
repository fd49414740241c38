"""The owner's folder of models: old or new as a whole, whatever is cut and whatever the disk refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.faults import ParcelFault
from appliance.infer.shelf import Disk, Shelf

OLD = {"mine.toml": "a set", "nets/face.toml": "old", "weights/face.onnx": "old weights"}
GIVEN = {"nets/face.toml": "new", "weights/face.onnx": "new weights", "golden/face.png": "a picture"}
NEW = {**OLD, **GIVEN}
STEPS = 12
"""Of an installation."""


class Cut(Exception):
    """The power is gone."""


class CutDisk(Disk):
    """Works for so many steps; a copy that the cut meets is half written. Nothing works afterwards."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def copy(self, source: Path, target: Path) -> None:
        if not self.left:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes()[:2])
        self._step()
        super().copy(source, target)

    def settle(self, folder: Path) -> None:
        self._step()

    def make(self, folder: Path) -> None:
        self._step()
        super().make(folder)

    def move(self, folder: Path, free: Path) -> None:
        self._step()
        super().move(folder, free)

    def exchange(self, one: Path, other: Path) -> None:
        self._step()
        super().exchange(one, other)

    def remove(self, folder: Path) -> None:
        self._step()
        super().remove(folder)

    def mark(self, folder: Path) -> None:
        self._step()
        super().mark(folder)

    def unmark(self, folder: Path) -> None:
        self._step()
        super().unmark(folder)

    def _step(self) -> None:
        if not self.left:
            raise Cut
        self.left -= 1


class FullDisk(Disk):
    def copy(self, source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")


def written(folder: Path, files: dict[str, str]) -> dict[str, Path]:
    for place, text in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text)
    return {place: folder / place for place in files}


def lying(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


def install(folder: Path, given: dict[str, Path], disk: Disk | None = None) -> None:
    shelf = Shelf(folder, disk)
    with shelf.staged(given):
        shelf.take()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path / "data" / "models", OLD)
    return tmp_path / "data" / "models"


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Path]:
    return written(tmp_path / "given", GIVEN)


def test_what_is_taken_lies_beside_what_was_there(folder: Path, given: dict[str, Path]) -> None:
    install(folder, given)
    assert lying(folder) == NEW
    assert [one.name for one in folder.parent.iterdir() if one.name.endswith(".new")] == []


def test_a_first_net_makes_the_folder(tmp_path: Path, given: dict[str, Path]) -> None:
    install(tmp_path / "none" / "models", given)
    assert lying(tmp_path / "none" / "models") == GIVEN


def test_what_was_staged_and_not_taken_is_gone(folder: Path, given: dict[str, Path]) -> None:
    with Shelf(folder).staged(given) as stage:
        assert lying(stage) == NEW
    assert not stage.exists()
    assert lying(folder) == OLD


def test_back_and_back_again(folder: Path, given: dict[str, Path]) -> None:
    install(folder, given)
    Shelf(folder).back()
    assert lying(folder) == OLD
    Shelf(folder).back()
    assert lying(folder) == NEW


def test_without_a_previous_one_there_is_no_way_back(folder: Path) -> None:
    with pytest.raises(ParcelFault, match="nothing was installed before"):
        Shelf(folder).back()


def test_behind_a_link_lies_what_is_exchanged(tmp_path: Path, folder: Path, given: dict[str, Path]) -> None:
    link = tmp_path / "models"
    link.symlink_to(folder)
    install(link, given)
    assert link.is_symlink()
    assert lying(folder) == NEW


def test_what_the_disk_refuses_changes_nothing(folder: Path, given: dict[str, Path]) -> None:
    with pytest.raises(ParcelFault, match="No space left"):
        install(folder, given, FullDisk())
    assert lying(folder) == OLD
    assert [one.name for one in folder.parent.iterdir()] == ["models"]


@pytest.mark.parametrize("steps", range(STEPS))
def test_after_a_cut_the_old_or_the_new_is_whole(folder: Path, given: dict[str, Path], steps: int) -> None:
    disk = CutDisk(steps)
    with pytest.raises(Cut):
        install(folder, given, disk)
    assert lying(folder) in (OLD, NEW)
    install(folder, given)
    assert lying(folder) == NEW


@pytest.mark.parametrize("steps", range(STEPS))
def test_a_cut_loses_no_way_back(folder: Path, given: dict[str, Path], steps: int) -> None:
    install(folder, given)
    newest = written(folder.parent.parent / "newest", {"nets/face.toml": "newest"})
    with pytest.raises(Cut):
        install(folder, newest, CutDisk(steps))
    serving = lying(folder)
    Shelf(folder).back()
    assert serving in (NEW, {**NEW, "nets/face.toml": "newest"})
    assert lying(folder) in (OLD, NEW, {**NEW, "nets/face.toml": "newest"})


def test_the_cuts_above_meet_every_step(folder: Path, given: dict[str, Path]) -> None:
    disk = CutDisk(10 * STEPS)
    install(folder, given, disk)
    assert 10 * STEPS - disk.left == STEPS


# -- what waits ------------------------------------------------------------------------------------


def keep(folder: Path, given: dict[str, Path], disk: Disk | None = None) -> Shelf:
    shelf = Shelf(folder, disk)
    with shelf.staged(given):
        shelf.keep()
    return shelf


@pytest.fixture
def newest(tmp_path: Path) -> dict[str, Path]:
    return written(tmp_path / "newest", {"nets/face.toml": "newest"})


def beside(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.parent.iterdir())


def test_what_is_kept_serves_once_it_is_told_to(folder: Path, given: dict[str, Path]) -> None:
    shelf = keep(folder, given)
    before = (shelf.waits, lying(folder))
    shelf.serve()

    assert (before, shelf.waits, lying(folder)) == ((True, OLD), False, NEW)
    assert beside(folder) == ["models", "models.previous"]
    shelf.back()
    assert lying(folder) == OLD


def test_what_waits_gives_way_to_what_is_kept_after_it(
    folder: Path, given: dict[str, Path], newest: dict[str, Path]
) -> None:
    keep(folder, given)
    keep(folder, newest).serve()

    assert lying(folder) == {**OLD, "nets/face.toml": "newest"}
    assert beside(folder) == ["models", "models.previous"]


def test_what_is_dropped_never_serves(folder: Path, given: dict[str, Path]) -> None:
    shelf = keep(folder, given)
    shelf.drop()
    shelf.serve()

    assert (shelf.waits, lying(folder), beside(folder)) == (False, OLD, ["models"])


def test_first_nets_serve_and_go_back_to_none(tmp_path: Path, given: dict[str, Path]) -> None:
    shelf = keep(tmp_path / "none" / "models", given)
    shelf.serve()
    served = lying(tmp_path / "none" / "models")
    shelf.back()

    assert (served, lying(tmp_path / "none" / "models")) == (GIVEN, {})


SERVE_STEPS = 7
"""Of one that takes the place of another, which has one before it."""


@pytest.mark.parametrize("steps", range(SERVE_STEPS))
def test_a_cut_while_it_begins_to_serve_loses_neither_it_nor_the_way_back(
    folder: Path, given: dict[str, Path], newest: dict[str, Path], steps: int
) -> None:
    install(folder, given)
    keep(folder, newest)
    with pytest.raises(Cut):
        Shelf(folder, CutDisk(steps)).serve()
    Shelf(folder).serve()
    served = lying(folder)
    Shelf(folder).back()

    assert (served, lying(folder)) == ({**NEW, "nets/face.toml": "newest"}, NEW)


@pytest.mark.parametrize("steps", range(SERVE_STEPS))
def test_after_such_a_cut_the_way_back_leads_to_what_served(
    folder: Path, given: dict[str, Path], newest: dict[str, Path], steps: int
) -> None:
    install(folder, given)
    keep(folder, newest)
    with pytest.raises(Cut):
        Shelf(folder, CutDisk(steps)).serve()
    serving = Shelf(folder).waits, lying(folder).get("nets/face.toml")
    Shelf(folder).back()

    assert (serving, lying(folder)) in [((True, "new"), OLD), ((False, "newest"), NEW)]


def test_these_cuts_meet_every_step(folder: Path, given: dict[str, Path], newest: dict[str, Path]) -> None:
    install(folder, given)
    keep(folder, newest)
    disk = CutDisk(10 * SERVE_STEPS)
    Shelf(folder, disk).serve()

    assert 10 * SERVE_STEPS - disk.left == SERVE_STEPS
