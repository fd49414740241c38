"""One round with a source of updates: what may go on is asked anew before each step."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from unittest.mock import Mock

import pytest

from appliance.cli.ota.polling import Round, run
from appliance.config.load import read_config
from appliance.faults import BundleRefused, SourceFailed
from appliance.update.base import Kind, Progress
from appliance.update.fetch import Wanted
from appliance.update.sources import BaseSource, NoSource, Offer
from appliance.update.trials import Stage, Trial
from appliance.update.underway import Underway
from tests.unit.update.rig import Rig

BUSY = "the gate is not at rest (vehicle_present)"


class FakeSource(BaseSource):
    """One bundle. `meanwhile` happens while it is fetched. `cancels` is an action that it wants left."""

    def __init__(self, data: bytes = b"bundle") -> None:
        self.data = data
        self.digest = ""
        self.told: list[Trial] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.cancels = ""
        self.left: list[tuple[str, str]] = []

    def offers(self) -> tuple[Offer, ...]:
        return () if self.left else (Offer("system_2.1.raucb", Wanted("", len(self.data), self.digest), "8"),)

    def fetch(self, offer: Offer, place: Path, progress: Progress) -> Path:
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(self.data)
        self.meanwhile()
        return place

    def cancelled(self) -> str:
        return self.cancels

    def tell(self, trial: Trial) -> None:
        self.told.append(trial)

    def leave(self, action: str, too_late: str = "") -> None:
        self.cancels = ""
        self.left.append((action, too_late))

    def cancel(self) -> None:
        self.cancels = "8"


class Poll:
    """A round with a rig's board; `kept` is what the record has."""

    def __init__(self, folder: Path, data: bytes = b"bundle") -> None:
        self.rig = Rig(folder)
        self.source = FakeSource(data)
        self.why = ""
        self.kept: list[Trial] = []

    def run(self, source: BaseSource | None = None) -> int:
        return Round(
            source=source or self.source,
            updater=self.rig.updater,
            trials=self.rig.trials,
            wait=lambda: self.why,
            keep=self.kept.append,
            underway=Underway(self.rig.folder / "updating"),
            folder=self.rig.folder / "bundles",
        ).run()

    def shut(self) -> None:
        self.why = "no window for updates is open"

    def drive_up(self) -> None:
        self.rig.busy = lambda: BUSY


@pytest.fixture
def poll(tmp_path: Path) -> Poll:
    return Poll(tmp_path)


def test_an_offer_is_installed_tried_and_told(poll: Poll) -> None:
    assert poll.run() == 0

    assert [one.stage for one in poll.kept] == [Stage.INSTALLED, Stage.TRYING]
    assert ([one.stage for one in poll.source.told], poll.rig.restarts) == ([Stage.INSTALLED], ["board"])


def test_a_window_that_closes_during_the_fetch_holds_the_install_back(poll: Poll) -> None:
    poll.source.meanwhile = poll.shut

    assert (poll.run(), poll.rig.stages(), poll.rig.restarts) == (1, [], [])


def test_a_window_that_closes_during_the_install_holds_the_restart_back(
    poll: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll.rig.installer, "install", lambda bundle, progress: poll.shut())

    assert (poll.run(), poll.rig.stages(), poll.rig.restarts) == (1, [("2.1", "installed")], [])


def test_a_vehicle_that_comes_before_the_install_tells_nothing_of_the_bundle(poll: Poll) -> None:
    poll.source.meanwhile = poll.drive_up
    with pytest.raises(BundleRefused, match="not at rest"):
        poll.run()

    assert (poll.kept, poll.source.told) == ([], [])


def test_nor_is_what_became_of_another_told_again(poll: Poll) -> None:
    other = Trial(Kind.SYSTEM, "2.0", "other", Stage.GOOD, "2026-01-01", action="7", told=True)
    poll.rig.trials.put(other)
    poll.source.meanwhile = poll.drive_up
    with pytest.raises(BundleRefused):
        poll.run()

    assert (poll.kept, poll.source.told, poll.rig.trials.all()) == ([], [], (other,))


def test_what_another_took_the_place_of_is_told_too(poll: Poll, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as until_shut:
        until_shut.setattr(poll.rig.installer, "install", lambda bundle, progress: poll.shut())
        poll.run()
    poll.rig.install("system_2.2")
    poll.run()

    assert [(one.version, one.stage) for one in poll.source.told] == [
        ("2.1", Stage.INSTALLED),
        ("2.1", Stage.GIVEN_UP),
    ]
    assert [one.told for one in poll.rig.trials.all()] == [True, False]


def test_what_could_not_be_installed_is_told_and_kept_for_another_try(poll: Poll) -> None:
    poll.rig.installer.broken = True

    assert (poll.run(), poll.rig.stages()) == (1, [("2.1", "failed")])
    assert [one.stage for one in poll.source.told] == [Stage.FAILED]
    assert [one.name for one in (poll.rig.folder / "bundles").iterdir()] == ["system_2.1.raucb"]


def test_a_refused_bundle_is_told_once(tmp_path: Path) -> None:
    poll = Poll(tmp_path, b"forged")
    assert poll.run() == 1
    assert [one.stage for one in poll.kept] == [one.stage for one in poll.source.told] == [Stage.REFUSED]
    assert poll.rig.trials.all()[-1].told


def test_what_was_installed_leaves_its_room_to_the_record(poll: Poll) -> None:
    poll.run()

    assert list((poll.rig.folder / "bundles").iterdir()) == []


def test_what_waits_for_a_window_is_kept_and_what_is_no_longer_on_offer_goes(poll: Poll) -> None:
    folder = poll.rig.folder / "bundles"
    folder.mkdir()
    for name in ("system_2.0.raucb", "system_1.9.raucb.part", "system_2.1.raucb.part"):
        (folder / name).touch()
    poll.shut()
    poll.run()

    assert sorted(file.name for file in folder.iterdir()) == ["system_2.1.raucb", "system_2.1.raucb.part"]


def test_a_bundle_that_was_refused_is_not_fetched_again(tmp_path: Path) -> None:
    poll = Poll(tmp_path, b"forged")
    poll.source.digest = sha256(b"forged").hexdigest()
    poll.run()
    poll.source.meanwhile = lambda: pytest.fail("fetched again")

    assert poll.run() == 0


def test_a_board_as_it_is_shipped_has_nobody_to_ask_and_all_is_well(tmp_path: Path) -> None:
    home = {"GATEHOUSE_HOME": str(tmp_path), "GATEHOUSE_CONFIG": os.devnull}
    shipped = read_config(None, "generic", environment=home).config
    update = shipped.update.model_copy(update={"folder": tmp_path})

    assert run(Namespace(), shipped.model_copy(update={"update": update})) == 0


def test_without_a_source_what_was_installed_by_hand_is_tried(poll: Poll) -> None:
    poll.rig.install("system_2.1")

    assert (poll.run(NoSource()), poll.rig.restarts) == (0, ["board"])


# -- cancelled -------------------------------------------------------------------------------------


def test_what_is_cancelled_during_the_fetch_is_not_installed(poll: Poll) -> None:
    poll.source.meanwhile = poll.source.cancel

    assert (poll.run(), poll.rig.stages(), poll.rig.restarts) == (1, [], [])
    assert (poll.source.left, poll.kept) == ([("8", "")], [])


def test_what_is_cancelled_while_it_waits_is_not_tried(poll: Poll, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as until_shut:
        until_shut.setattr(poll.rig.installer, "install", lambda bundle, progress: poll.shut())
        poll.run()
    poll.why = ""
    poll.source.cancel()

    assert (poll.run(), poll.rig.restarts, poll.source.left) == (0, [], [("8", "")])
    assert [one.stage for one in poll.kept] == [Stage.INSTALLED, Stage.GIVEN_UP]
    assert [one.stage for one in poll.source.told] == [Stage.INSTALLED]
    assert poll.rig.trials.all()[-1].told


def test_what_is_cancelled_during_the_install_is_not_tried(
    poll: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll.rig.installer, "install", lambda bundle, progress: poll.source.cancel())

    assert (poll.run(), poll.rig.restarts, poll.rig.stages()) == (1, [], [("2.1", "given_up")])


def test_what_is_on_trial_is_cancelled_too_late_and_its_end_is_told(poll: Poll) -> None:
    poll.run()
    poll.source.cancel()
    poll.run()
    poll.rig.slots.restart()
    poll.rig.updater.settle()
    poll.run()

    assert poll.source.left == [("8", "system 2.1 is tried already")]
    assert [one.stage for one in poll.source.told] == [Stage.INSTALLED, Stage.GOOD]


def test_a_server_that_could_not_be_answered_cancels_again(
    poll: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll.rig.installer, "install", lambda bundle, progress: poll.source.cancel())
    with monkeypatch.context() as away:
        away.setattr(poll.source, "leave", Mock(side_effect=SourceFailed("it answers 503")))
        with pytest.raises(SourceFailed):
            poll.run()
    poll.run()

    assert [one.stage for one in poll.kept] == [Stage.INSTALLED, Stage.GIVEN_UP]
    assert ([one.stage for one in poll.source.told], poll.source.left) == ([Stage.INSTALLED], [("8", "")])


def test_what_cannot_be_told_holds_up_no_update(poll: Poll, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll.source, "tell", Mock(side_effect=SourceFailed("it answers 503")))
    old = Trial(Kind.SYSTEM, "2.0", "other", Stage.GOOD, "2026-01-01", action="7", id="old")
    poll.rig.trials.put(old)
    poll.rig.install("system_2.1")

    assert (poll.run(), poll.rig.restarts, poll.rig.trials.all()[0]) == (0, ["board"], old)


def test_what_a_person_installed_is_tried_though_the_server_is_away(
    poll: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll.source, "cancelled", Mock(side_effect=SourceFailed("it is away")))
    poll.rig.install("system_2.1")

    assert (poll.run(), poll.rig.restarts) == (0, ["board"])
