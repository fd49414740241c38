"""Updates on the emulated board: kept, refused, taken back, and cut by a loss of power at any moment."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from .autoboot import CONFIG_PARTITION
from .bundles import GOOD, HANGS, PANICS, UNFIT
from .lines import await_armed
from .machine import Board, Disks, Frozen, Run
from .updates import (
    SLOT_PARTITIONS,
    comes_up,
    insert_stick,
    install,
    ota,
    refusal,
    restarted,
    slot_hash,
    slot_started,
    verdict,
)
from .writes import Card, Write, writes_of

pytestmark = pytest.mark.timeout(3600)

SEED = int(os.environ.get("GATEHOUSE_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
INSTALL_CUTS, COMMIT_CUTS = 13, 7
FLUSHED = 16
"""So many writes after the last of the commit it is on the card, other partitions' among them."""
CAME_BACK = "the board came back by itself"

Told = Callable[[str, object], None]


@dataclass(frozen=True, slots=True)
class Course:
    """A good update from its first write to its commit, with all that the card was told meanwhile.

    `before` is the card as it was; `installing` and `committing` are where their writes lie among all.
    """

    before: Disks
    writes: tuple[Write, ...]
    installing: range
    committing: range
    installed: str
    started: str
    verdict: str
    status: str
    after_cut: str
    written: str
    """The hash of slot b's partitions once all was over."""


@pytest.fixture(scope="module")
def course(armed: Frozen, stick: Path, tmp_path_factory: pytest.TempPathFactory) -> Course:
    work, logs = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("writes")
    board, run = armed.thaw(work, stick=stick, writes=logs)
    with run:
        insert_stick(run)
        begin = _count(run, logs / "0.log")
        installed = install(run, GOOD)
        end = _count(run, logs / "0.log")
        tried = restarted(board, run)
    with tried:
        started = slot_started(tried)
        proved = verdict(tried)
        status = ota(tried, "status")
        tried.qmp.ask("stop")
    first, second = (tuple(writes_of(logs / f"{number}.log")) for number in (0, 1))
    with board.start() as again:
        after_cut = slot_started(again)
        comes_up(again, "b")
    written = slot_hash(board, "b")
    card, size = board.firmware.extent(CONFIG_PARTITION)
    told = [at for at, write in enumerate(second) if card <= write.start < card + size]
    committing = range(len(first) + told[0], len(first) + told[-1] + FLUSHED)
    return Course(
        armed.disks,
        first + second,
        range(begin, end),
        committing,
        installed,
        started,
        proved,
        status,
        after_cut,
        written,
    )


def _count(run: Run, log: Path) -> int:
    """The writes so far; the board stands still meanwhile."""
    run.qmp.ask("stop")
    found = len(tuple(writes_of(log)))
    run.qmp.ask("cont")
    return found


# -- a good one ----------------------------------------------------------------------------------------


@pytest.mark.short
def test_a_good_update_is_tried_proves_itself_and_is_kept(course: Course) -> None:
    assert f"System {GOOD} (slot b) is installed" in course.installed
    assert course.started == "slot b, boot partition 3, tryboot 1"
    assert f"System {GOOD} (slot b) has proved itself" in course.verdict
    assert f"system       {GOOD}" in course.status
    assert "slot b       good, runs, next" in course.status


def test_after_its_commit_a_cut_of_power_changes_nothing(course: Course) -> None:
    assert course.after_cut == "slot b, boot partition 3, tryboot 0"


# -- refused -------------------------------------------------------------------------------------------


REASONS = {
    "foreign": "no key that this board trusts has signed it",
    "revoked": "the key that signed it was revoked",
    "jetson": 'it is for "gatehouse-jetson", and this board takes "gatehouse-qemu-arm64"',
    "older": "its version 0.0.1 is older than",
    "short": "it is cut short, or no bundle at all",
}


def test_bad_bundles_are_refused_with_the_reason_before_anything_is_written(
    board_and_run: tuple[Board, Run],
) -> None:
    board, run = board_and_run
    said = {bundle: refusal(run, bundle) for bundle in REASONS}
    status = ota(run, "status")

    assert [bundle for bundle, reason in REASONS.items() if reason not in said[bundle]] == []
    assert [bundle for bundle, reason in REASONS.items() if reason not in status] == []
    run.agent.ask(f"for part in boot_b root_b; do {is_empty('$part')} || exit 1; done")
    assert will_start(board, run) == "a"


def test_a_flipped_bit_is_found_while_the_slot_is_being_written(board_and_run: tuple[Board, Run]) -> None:
    board, run = board_and_run

    assert "its bytes were changed on the way" in refusal(run, "flipped")
    assert "its bytes were changed on the way" in ota(run, "status")
    assert will_start(board, run) == "a"


def is_empty(part: str) -> str:
    """A test of the shell: whether a partition holds nothing."""
    return f"cmp -n 8000000 /dev/zero /dev/disk/by-partlabel/{part}"


def will_start(board: Board, run: Run) -> str:
    """The slot that the next restart takes, which nobody has asked to be another."""
    assert not run.agent.ask("ls /run/systemd/reboot-param 2>/dev/null || true")
    return "ab"[board.firmware.choose().partition - 2]


# -- back by itself ------------------------------------------------------------------------------------


@pytest.mark.short
def test_an_update_whose_gate_does_not_work_goes_back(board_and_run: tuple[Board, Run]) -> None:
    board, run = board_and_run
    install(run, UNFIT)
    with restarted(board, run) as tried:
        assert slot_started(tried) == "slot b, boot partition 3, tryboot 1"
        assert tried.reset_seen(400.0) == "guest-reset"
        with board.after(tried) as back:
            assert slot_started(back) == "slot a, boot partition 2, tryboot 0"
            assert "nothing is on trial" in verdict(back)
            told = ota(back, "status")

    assert f"system {UNFIT} (slot b) was taken back: it did not prove itself in time: the gate" in told


@pytest.mark.parametrize(("version", "ended"), [(PANICS, "guest-reset"), (HANGS, "firmware-watchdog")])
def test_an_update_that_panics_or_hangs_before_systemd_goes_back(
    board_and_run: tuple[Board, Run], version: str, ended: str
) -> None:
    board, run = board_and_run
    install(run, version)
    with restarted(board, run) as tried:
        assert tried.loaded.choice.partition == 3
        assert tried.reset_seen(120.0) == ended
        with board.after(tried) as back:
            assert slot_started(back) == "slot a, boot partition 2, tryboot 0"
            assert f"System {version} (slot b) was taken back: {CAME_BACK}" in verdict(back)


# -- power cut -----------------------------------------------------------------------------------------


def test_what_runs_is_never_written_to(course: Course, armed: Frozen) -> None:
    board = Board(armed.disks, armed.disks.card.parent)
    spans = [board.firmware.extent(partition) for partition in SLOT_PARTITIONS["a"]]

    assert [
        w for w in course.writes for start, size in spans if start - w.size < w.start < start + size
    ] == []


@dataclass(frozen=True, slots=True)
class Cut:
    """A card on which power was cut after so many writes."""

    after: int
    disks: Disks


@pytest.fixture(scope="module")
def moments(course: Course) -> list[int]:
    chance = random.Random(SEED)
    print(f"seed of the power cuts: {SEED} (GATEHOUSE_SEED)")
    install = chance.sample(course.installing, INSTALL_CUTS)
    return sorted(install) + sorted(chance.choices(course.committing, k=COMMIT_CUTS))


def cuts(course: Course, moments: list[int], folder: Path) -> Iterator[Cut]:
    """The card at each moment, one after the other: the next one takes its place."""
    chance = random.Random(SEED)
    base, place = course.before.copy(folder), folder / "cut"
    place.mkdir()
    card = Card(base.card, course.writes)
    for moment in moments:
        card.advance(moment)
        disks = base.copy(place)
        card.cut(disks.card, chance)
        yield Cut(moment, disks)


def test_power_may_be_cut_at_any_moment(
    course: Course, moments: list[int], tmp_path: Path, record_testsuite_property: Told
) -> None:
    """Of the install and of the commit: what the firmware then chooses is whole, and starts."""
    record_testsuite_property("seed of the power cuts", SEED)
    for cut in cuts(course, moments, tmp_path):
        board = Board(cut.disks, tmp_path)
        slot = "ab"[board.firmware.choose().partition - 2]
        assert (slot, cut.after in course.committing) != ("b", False)
        # The other one was never written to, as the test above shows.
        assert slot == "a" or slot_hash(board, slot) == course.written
        with board.start() as run:
            comes_up(run, slot)
        print(f"cut after write {cut.after} of {len(course.writes)}: slot {slot} is whole and starts")


@pytest.mark.parametrize("which", [INSTALL_CUTS // 2, INSTALL_CUTS - 1, INSTALL_CUTS + COMMIT_CUTS // 2])
def test_after_a_cut_the_update_is_installed_again(
    course: Course, moments: list[int], stick: Path, tmp_path: Path, which: int
) -> None:
    (cut,) = cuts(course, moments[which : which + 1], tmp_path)
    with Board(replace(cut.disks, stick=stick), tmp_path).start() as run:
        verdict(run)
        await_armed(run)
        insert_stick(run)

        assert f"System {GOOD} (slot " in install(run, GOOD)
