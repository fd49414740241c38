"""RAUC's words, the backend that it asks, releases, and what is kept of trials."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from appliance import __version__
from appliance.cli.ota.backend import answer
from appliance.cli.ota.wiring import own_versions, releases
from appliance.config.schema import Config, Update
from appliance.faults import BundleRefused, ConfigFault, InstallFailed, SlotsUnusable, TrialsUnkept
from appliance.update.base import Bundle, Kind, Slot, SlotState, Version
from appliance.update.fake import FakeSlots
from appliance.update.notes import SlotNotes
from appliance.update.rauc import Ran, RaucInstaller, run_tool
from appliance.update.releases import ARCHIVE, Releases
from appliance.update.single import SingleSlot
from appliance.update.trials import KEPT, Stage, Trial, Trials

INFO = json.dumps({"compatible": "gatehouse-rpi-models", "version": "1.2", "description": "nets"})


def installer(*, code: int = 0, out: str = "", said: str = "") -> RaucInstaller:
    def run(words: Sequence[str], hear: Callable[[str], object]) -> Ran:
        for line in out.splitlines():
            hear(line)
        return Ran(code, out, said)

    return RaucInstaller(Path("system.conf"), run)


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    path = tmp_path / "b.raucb"
    path.write_bytes(b"x")
    return Bundle(path, Kind.APPLICATION, "gatehouse-rpi-application", Version.parse("1.2"))


def test_rauc_serves_before_it_is_asked_to_write(bundle: Bundle) -> None:
    calls: list[str] = []

    def run(words: Sequence[str], hear: Callable[[str], object]) -> Ran:
        calls.append(words[2])
        return Ran(0, "", "")

    RaucInstaller(Path("system.conf"), run, lambda: calls.append("serve")).install(bundle, lambda *_: None)

    assert calls == ["serve", "install"]


def test_what_rauc_says_of_a_bundle_is_read(bundle: Bundle) -> None:
    read = installer(out=INFO).inspect(bundle.path)

    assert (read.kind, str(read.version), read.description) == (Kind.MODELS, "1.2", "nets")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("signature verification failed: Verify error: self-signed certificate", "no key"),
        ("signature verification failed: Verify error: certificate revoked", "revoked"),
        ("signature verification failed: Verify error: certificate has expired", "out of date"),
        ("Invalid bundle format: Signature size is 0", "cut short"),
        ("Failed to extract bundle: bundle payload is corrupted", "changed on the way"),
        ("LastError: Installation error: Compatible mismatch", "another board"),
    ],
)
def test_a_refusal_of_rauc_is_told_in_our_words(bundle: Bundle, said: str, reason: str) -> None:
    with pytest.raises(BundleRefused, match=reason):
        installer(code=1, said=said).unpack(bundle, Path("out"))


def test_another_failure_of_rauc_is_no_fault_of_the_bundle(bundle: Bundle) -> None:
    with pytest.raises(InstallFailed, match="No space left"):
        installer(code=1, said="rauc: No space left on device").install(bundle, lambda share, doing: None)


@pytest.mark.parametrize("out", ["", "[]", '{"compatible": "x"}', '{"compatible": "x", "version": "new"}'])
def test_a_manifest_that_says_too_little_is_refused(bundle: Bundle, out: str) -> None:
    with pytest.raises(BundleRefused, match="manifest"):
        installer(out=out).inspect(bundle.path)


def test_the_progress_of_rauc_is_handed_on(bundle: Bundle) -> None:
    seen: list[tuple[float, str]] = []
    out = "installing\n 20% Checking bundle done.\n100% Installing done.\n"
    installer(out=out).install(bundle, lambda share, doing: seen.append((share, doing)))

    assert seen == [(0.2, "Checking bundle done"), (1.0, "Installing done")]


def test_a_tool_that_is_missing_is_a_fault() -> None:
    with pytest.raises(InstallFailed, match="cannot be run"):
        run_tool(["gatehouse-no-such-tool"], print)


@pytest.mark.parametrize(
    ("words", "said"),
    [("get-current", "A"), ("get-primary", "B"), ("get-state A", "good"), ("get-state B", "bad")],
)
def test_rauc_s_questions_are_answered(words: str, said: str) -> None:
    slots = FakeSlots()
    slots.set_primary(Slot.B)

    assert answer(slots, words.split()) == said


def test_rauc_s_orders_are_carried_out() -> None:
    slots = FakeSlots()
    said = [
        answer(slots, words.split()) for words in ("set-state B bad", "set-primary B", "set-state A good")
    ]

    assert (said, slots.primary(), slots.state(Slot.B)) == (["", "", ""], Slot.A, SlotState.BAD)


@pytest.mark.parametrize("words", ["get-state C", "set-state A fine", "set-primary", "reboot"])
def test_other_words_are_refused(words: str) -> None:
    with pytest.raises(ConfigFault):
        answer(FakeSlots(), words.split())


def test_a_board_without_slots_takes_no_system() -> None:
    slots = SingleSlot()
    slots.set_state(Slot.A, SlotState.GOOD)

    assert (slots.current(), slots.primary(), slots.on_trial) == (Slot.A, Slot.A, False)
    with pytest.raises(SlotsUnusable, match="one root"):
        slots.set_state(Slot.B, SlotState.BAD)
    with pytest.raises(SlotsUnusable, match="one root"):
        slots.set_primary(Slot.B)


def test_damaged_notes_vouch_for_no_slot(tmp_path: Path) -> None:
    notes = SlotNotes(tmp_path / "slots")
    notes.note(Slot.A, SlotState.GOOD)
    before = notes.state(Slot.A)
    (tmp_path / "slots").write_bytes(b'{"a": ')

    assert (before, notes.state(Slot.A)) == (SlotState.GOOD, SlotState.BAD)


# -- releases --------------------------------------------------------------------------------------


def packed(folder: Path, version: str, name: str = "app.py") -> Bundle:
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(folder / ARCHIVE, "w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(version)
        archive.addfile(entry, io.BytesIO(version.encode()))
    return Bundle(folder / "b.raucb", Kind.APPLICATION, "x-application", Version.parse(version))


def serving(root: Path) -> str:
    place = root / "current" / "app.py"
    return place.read_text() if place.exists() else ""


def test_a_release_serves_and_goes_back_to_the_one_before(tmp_path: Path) -> None:
    root, given = tmp_path / "application", tmp_path / "given"
    releases = Releases(root)
    seen = []
    for version in ("1.0", "1.1", "1.2"):
        releases.take(packed(given, version), given)
        releases.serve()
        seen.append(serving(root))
    releases.back()

    assert (seen, serving(root)) == (["1.0", "1.1", "1.2"], "1.1")
    assert sorted(one.name for one in root.iterdir() if not one.is_symlink()) == ["1.1", "1.2"]


def test_a_release_waits_until_it_is_told_to_serve(tmp_path: Path) -> None:
    root, given = tmp_path / "application", tmp_path / "given"
    releases = Releases(root)
    releases.take(packed(given, "1.0"), given)
    waited = (releases.waits, serving(root))
    releases.serve()

    assert (waited, releases.waits, serving(root)) == ((True, ""), False, "1.0")


def test_a_release_that_is_dropped_serves_never(tmp_path: Path) -> None:
    root, given = tmp_path / "application", tmp_path / "given"
    releases = Releases(root)
    for version in ("1.0", "1.1"):
        releases.take(packed(given, version), given)
        (releases.serve if version == "1.0" else releases.drop)()
    releases.serve()

    assert (releases.waits, serving(root)) == (False, "1.0")
    assert [one.name for one in root.iterdir() if not one.is_symlink()] == ["1.0"]


def test_a_release_that_serves_already_stays_before_the_one_to_go_back_to(tmp_path: Path) -> None:
    root, given = tmp_path / "application", tmp_path / "given"
    releases = Releases(root)
    for version in ("1.0", "1.1"):
        releases.take(packed(given, version), given)
        releases.serve()
    (root / "next").symlink_to("1.1")  # a cut before the last step
    releases.serve()
    releases.back()

    assert serving(root) == "1.0"


def test_the_first_release_goes_back_to_the_root_s_own(tmp_path: Path) -> None:
    given = tmp_path / "given"
    releases = Releases(tmp_path / "application")
    releases.take(packed(given, "1.0"), given)
    releases.serve()
    releases.back()

    assert serving(tmp_path / "application") == ""


def test_the_release_that_serves_tells_its_version(tmp_path: Path) -> None:
    given = tmp_path / "given"
    releases = Releases(tmp_path / "application")
    before = releases.version
    releases.take(packed(given, "1.0"), given)
    releases.serve()

    assert (before, releases.version) == (None, Version.parse("1.0"))


def test_a_release_that_reaches_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    given = tmp_path / "given"
    with pytest.raises(InstallFailed):
        Releases(tmp_path / "application").take(packed(given, "1.0", "../../evil.py"), given)

    assert not (tmp_path / "evil.py").exists()


def test_a_release_that_serves_is_not_written_over(tmp_path: Path) -> None:
    given = tmp_path / "given"
    releases = Releases(tmp_path / "application")
    releases.take(packed(given, "1.0"), given)
    releases.serve()

    with pytest.raises(InstallFailed, match="serves already"):
        releases.take(packed(given, "1.0"), given)
    assert serving(tmp_path / "application") == "1.0"


def test_a_release_is_not_unpacked_through_a_link(tmp_path: Path) -> None:
    given, root, foreign = tmp_path / "given", tmp_path / "application", tmp_path / "foreign"
    foreign.mkdir()
    root.mkdir(mode=0o755)
    (root / "1.0.new").symlink_to(foreign)

    with pytest.raises(InstallFailed):
        Releases(root).take(packed(given, "1.0"), given)
    assert list(foreign.iterdir()) == []


def test_a_release_is_not_unpacked_into_a_folder_of_all(tmp_path: Path) -> None:
    given, root = tmp_path / "given", tmp_path / "application"
    root.mkdir()
    root.chmod(0o777)

    with pytest.raises(InstallFailed, match="others than root"):
        Releases(root).take(packed(given, "1.0"), given)


# -- trials ----------------------------------------------------------------------------------------


def trial(stage: Stage, digest: str = "d") -> Trial:
    return Trial(Kind.MODELS, "1.2", digest, stage, "2026-03-01T00:00:00.000000Z")


def test_an_update_is_one_line_however_far_it_came(tmp_path: Path) -> None:
    trials = Trials(tmp_path / "t" / "trials.json")
    for stage in (Stage.INSTALLED, Stage.TRYING, Stage.BACK, Stage.INSTALLED):
        trials.put(trial(stage))

    assert [str(one.stage) for one in trials.all()] == ["back", "installed"]
    assert trials.pending() == trial(Stage.INSTALLED)


@pytest.mark.parametrize("stages", [[Stage.REFUSED], [Stage.GOOD], [Stage.BACK, Stage.FAILED]])
def test_a_bundle_whose_end_is_known_need_not_be_offered_again(tmp_path: Path, stages: list[Stage]) -> None:
    trials = Trials(tmp_path / "trials.json")
    for stage in stages:
        trials.put(trial(stage))

    assert trials.spent("d") == trial(stages[-1])


@pytest.mark.parametrize("stages", [[], [Stage.BACK], [Stage.INSTALLED], [Stage.GIVEN_UP, Stage.GIVEN_UP]])
def test_a_bundle_that_may_have_met_a_power_cut_is_tried_again(tmp_path: Path, stages: list[Stage]) -> None:
    trials = Trials(tmp_path / "trials.json")
    for stage in stages:
        trials.put(trial(stage))

    assert trials.spent("d") is None


def test_a_new_action_of_a_fleet_server_is_another_try(tmp_path: Path) -> None:
    trials = Trials(tmp_path / "trials.json")
    trials.put(replace(trial(Stage.REFUSED), action="7"))

    assert (trials.spent("d", "7"), trials.spent("d", "8")) == (trials.all()[0], None)


def test_the_newest_that_proved_itself_is_what_is_installed(tmp_path: Path) -> None:
    trials = Trials(tmp_path / "trials.json")
    before = trials.installed(Kind.MODELS)
    trials.put(trial(Stage.GOOD))

    assert (before, trials.installed(Kind.MODELS)) == (None, Version.parse("1.2"))


def test_old_trials_are_forgotten(tmp_path: Path) -> None:
    trials = Trials(tmp_path / "trials.json")
    for number in range(KEPT + 3):
        trials.put(trial(Stage.GOOD, str(number)))

    assert [one.digest for one in trials.all()][:1] == ["3"]


def test_that_the_server_was_told_is_kept(tmp_path: Path) -> None:
    trials = Trials(tmp_path / "trials.json")
    trials.put(trial(Stage.GOOD))
    trials.put(trial(Stage.REFUSED, "other"))
    trials.told(trial(Stage.GOOD))

    assert [one.told for one in trials.all()] == [True, False]


@pytest.mark.parametrize("text", ["{", "[{}]", '[{"kind": "x"}]', "7"])
def test_damaged_trials_are_a_fault(tmp_path: Path, text: str) -> None:
    (tmp_path / "trials.json").write_text(text)

    with pytest.raises(TrialsUnkept):
        Trials(tmp_path / "trials.json").all()


@pytest.mark.parametrize(
    ("release", "system"), [('ID=debian\nIMAGE_VERSION="2.1"\n', "2.1"), ("ID=debian\n", __version__)]
)
def test_the_version_of_an_image_stands_in_os_release(tmp_path: Path, release: str, system: str) -> None:
    (tmp_path / "os-release").write_text(release)

    assert str(own_versions(Config(), tmp_path / "os-release")[Kind.SYSTEM]) == system


def test_an_image_starts_with_its_own_application(tmp_path: Path) -> None:
    config = Config(update=Update(folder=tmp_path))
    given, told = tmp_path / "given", tmp_path / "os-release"
    told.write_text("IMAGE_VERSION=2.1\n")
    releases(config, told).take(packed(given, "2.1.1"), given)
    releases(config, told).serve()
    versions = [str(own_versions(config, told)[Kind.APPLICATION])]
    told.write_text("IMAGE_VERSION=2.2\n")
    versions.append(str(own_versions(config, told)[Kind.APPLICATION]))

    assert versions == ["2.1.1", __version__]
