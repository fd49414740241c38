"""The course of an update: admitted, installed, tried, and kept or taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.faults import BundleRefused
from appliance.update.base import Kind, Slot, SlotState
from appliance.update.health import Facts
from appliance.update.trials import Stage
from appliance.update.updater import ANOTHER_SYSTEM, CAME_BACK, GAVE_WAY, REST_S

from .rig import WELL, Rig, silent


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_a_system_that_works_is_kept(rig: Rig) -> None:
    rig.tried("system_2.1")

    assert rig.updater.settle() == rig.trials.all()[-1]
    assert rig.stages() == [("2.1", "good")]
    assert (rig.slots.committed(), rig.restarts) == (Slot.B, ["board"])


def test_a_system_whose_gate_does_not_work_goes_back_with_the_reason(rig: Rig) -> None:
    rig.tried("system_2.1")
    rig.facts = lambda since: Facts(running=True, record=True, lines=True, faults=("camera_lost of front",))
    rig.updater.settle()
    rig.slots.restart()

    assert rig.slots.current() is Slot.A
    assert rig.restarts == ["board", "board"]
    assert "golden frames; fault camera_lost of front" in rig.trials.all()[-1].reason


def test_a_gate_that_stays_down_is_not_waited_for(rig: Rig) -> None:
    rig.tried("system_2.1")
    began = rig.clock.monotonic()
    rig.facts = lambda since: Facts(ended=True)
    rig.updater.settle()

    assert rig.clock.monotonic() == began
    assert "the gate stays down" in rig.trials.all()[-1].reason


def test_a_system_that_never_came_up_is_told_of_after_the_board_came_back(rig: Rig) -> None:
    rig.tried("system_2.1")
    rig.slots.reset()
    rig.updater.settle()

    assert (rig.stages(), rig.trials.all()[-1].reason) == ([("2.1", "back")], CAME_BACK)


def test_what_is_written_waits_for_the_restart(rig: Rig) -> None:
    rig.install("system_2.1")
    rig.slots.reset()
    waiting = rig.updater.settle()
    rig.updater.restart()
    rig.slots.restart()
    rig.updater.settle()

    assert waiting is not None
    assert (str(waiting.stage), rig.stages()) == ("installed", [("2.1", "good")])


def test_a_restart_by_another_hand_is_a_trial_too(rig: Rig) -> None:
    rig.install("system_2.1")
    rig.slots.restart()
    rig.facts = lambda since: Facts()
    rig.updater.settle()

    assert rig.stages() == [("2.1", "back")]


def test_nets_that_work_are_kept_without_a_restart_of_the_board(rig: Rig) -> None:
    rig.tried("models_5")
    rig.updater.settle()

    assert (rig.stages(), rig.restarts, rig.shelf.serves) == (
        [("5", "good")],
        ["gate", "proof"],
        ["old", "5"],
    )


def test_a_system_that_cannot_judge_itself_goes_back_with_what_hinders_it(rig: Rig) -> None:
    rig.tried("system_2.1")
    rig.updater.take_back("its keys are unknown")

    last = rig.trials.all()[-1]
    assert (last.stage, last.reason, rig.restarts) == (Stage.BACK, "its keys are unknown", ["board"] * 2)


@pytest.mark.parametrize("waits", [True, False])
def test_what_waits_or_has_proved_itself_is_not_taken_back_for_it(rig: Rig, waits: bool) -> None:
    rig.tried("system_2.1")
    rig.updater.settle()
    if waits:
        rig.install("system_2.2")

    assert rig.updater.take_back("its keys are unknown") is None
    assert Stage.BACK not in [one.stage for one in rig.trials.all()]


def test_nets_with_which_the_gate_does_not_start_are_taken_back(rig: Rig) -> None:
    rig.tried("models_5")
    rig.facts = lambda since: Facts(record=True)
    rig.updater.settle()

    assert (rig.stages(), rig.restarts, rig.shelf.serves) == (
        [("5", "back")],
        ["gate", "proof", "gate"],
        ["old"],
    )


def test_nets_prove_themselves_by_what_came_after_their_restart(rig: Rig) -> None:
    rig.clock.advance(7.0)
    rig.tried("models_5")
    moment = rig.trials.all()[-1].mono_us
    rig.facts = lambda since: WELL if since == moment else Facts()
    rig.updater.settle()

    assert rig.stages() == [("5", "good")]


def test_nets_that_fail_their_golden_frames_are_refused(rig: Rig) -> None:
    rig.shelf.refuses = "detector: 3 of 8 golden frames"
    refused = rig.install("models_5")

    assert refused.reason == "detector: 3 of 8 golden frames"
    assert (rig.stages(), rig.shelf.serves) == ([("5", "refused")], ["old"])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("system_2.1_gatehouse-jetson", "gatehouse-jetson"),
        ("system_1.9", "older"),
        ("models_5_gatehouse-x", "takes"),
    ],
)
def test_what_is_not_for_this_board_is_refused_with_the_reason(rig: Rig, name: str, reason: str) -> None:
    refused = rig.install(name)

    assert (rig.installer.written, rig.shelf.serves) == ([], ["old"])
    assert (refused, refused.stage) == (rig.trials.all()[-1], Stage.REFUSED)
    assert reason in refused.reason


def test_a_forged_bundle_is_refused_and_kept_in_mind(rig: Rig) -> None:
    refused = rig.updater.install(rig.bundle("system_2.1", b"forged"), silent)

    assert (refused.reason, rig.trials.all()) == ("no key that this board trusts has signed it", (refused,))


def test_an_older_version_is_installed_at_a_person_s_word(rig: Rig) -> None:
    rig.install("system_1.9", downgrade=True)

    assert rig.installer.written == ["1.9"]


def test_a_person_s_word_about_its_age_says_nothing_of_rest(rig: Rig) -> None:
    rig.busy = lambda: "the gate is not at rest (recognize)"
    with pytest.raises(BundleRefused, match="recognize"):
        rig.install("system_1.9", downgrade=True)


def test_a_person_s_word_about_rest_says_nothing_of_age(rig: Rig) -> None:
    rig.busy = lambda: "the gate is not at rest (recognize)"
    older, newer = rig.install("system_1.9", now=True), rig.install("system_2.1", now=True)

    assert (older.stage, newer.stage) == (Stage.REFUSED, Stage.INSTALLED)
    assert rig.updater.restart(now=True) == rig.trials.all()[-1]


def test_a_person_s_word_makes_no_other_board_of_this_one(rig: Rig) -> None:
    assert "it is for" in rig.install("system_2.1_gatehouse-jetson", downgrade=True, now=True).reason


def test_nothing_is_installed_while_a_vehicle_is_present(rig: Rig) -> None:
    rig.busy = lambda: "the gate is not at rest (recognize)"
    with pytest.raises(BundleRefused, match="recognize"):
        rig.install("system_2.1")

    assert (rig.installer.written, rig.stages()) == ([], [])


def test_nothing_is_restarted_while_a_vehicle_is_present(rig: Rig) -> None:
    rig.install("system_2.1")
    rig.busy = lambda: "the gate is not at rest (actuate)"
    with pytest.raises(BundleRefused, match="actuate"):
        rig.updater.restart()

    assert (rig.restarts, rig.stages()) == ([], [("2.1", "installed")])


def test_nothing_is_written_over_the_slot_to_fall_back_to(rig: Rig) -> None:
    rig.tried("system_2.1")
    with pytest.raises(BundleRefused, match=r"system 2\.1 is on trial"):
        rig.install("system_2.2", downgrade=True, now=True)

    assert rig.installer.written == ["2.1"]


def test_a_system_on_trial_that_nobody_knows_of_is_not_written_over(rig: Rig) -> None:
    rig.slots.set_primary(Slot.B)
    rig.slots.restart()

    with pytest.raises(BundleRefused, match="the system that runs is on trial"):
        rig.install("system_2.2")
    assert rig.stages() == []


def test_a_system_on_trial_that_nobody_knows_of_proves_itself(rig: Rig) -> None:
    rig.slots.set_primary(Slot.B)
    rig.slots.restart()
    rig.updater.settle()

    assert (rig.slots.committed(), rig.stages()) == (Slot.B, [("2.0", "good")])


def test_a_failed_write_is_told_and_leaves_what_runs(rig: Rig) -> None:
    rig.installer.broken = True
    failed = rig.install("system_2.1")
    rig.slots.restart()

    assert failed.reason == "the card is full"
    assert (rig.slots.current(), rig.stages()) == (Slot.A, [("2.1", "failed")])


def test_a_rollback_is_tried_and_proves_itself(rig: Rig) -> None:
    rig.tried("system_2.1")
    rig.updater.settle()
    rig.updater.roll_back(Kind.SYSTEM, "ada")
    rig.slots.restart()
    rig.updater.settle()

    assert (rig.slots.committed(), rig.stages()[-1][1]) == (Slot.A, "good")


def test_there_is_no_rollback_to_what_never_worked(rig: Rig) -> None:
    with pytest.raises(BundleRefused, match="nothing that has proved itself"):
        rig.updater.roll_back(Kind.SYSTEM, "ada")


def test_nets_go_back_at_a_person_s_word(rig: Rig) -> None:
    rig.tried("models_5")
    rig.updater.settle()
    rig.updater.roll_back(Kind.MODELS, "ada")

    assert (rig.shelf.serves, rig.restarts) == (["old"], ["gate", "proof", "gate"])


def test_nets_that_were_left_do_not_stand_in_the_way_of_others(rig: Rig) -> None:
    rig.tried("models_5")
    rig.updater.settle()
    rig.updater.roll_back(Kind.MODELS, "ada")

    rig.tried("models_4")
    assert rig.shelf.serves == ["old", "4"]


def test_nets_that_serve_do(rig: Rig) -> None:
    rig.tried("models_5")
    rig.updater.settle()

    assert "older than 5" in rig.install("models_4").reason


def test_what_runs_is_confirmed_where_nothing_is_on_trial(rig: Rig) -> None:
    assert rig.updater.settle() is None
    assert rig.slots.state(Slot.A) is SlotState.GOOD
    assert rig.trials.all() == ()


def test_nothing_waits_for_a_restart_where_nothing_is_installed(rig: Rig) -> None:
    assert rig.updater.restart() is None
    assert rig.restarts == []


# -- several at once, and starts that nobody asked for -------------------------------------------------


def test_a_refusal_between_install_and_restart_leaves_one_trial(rig: Rig) -> None:
    rig.install("system_2.1")
    rig.install("system_1.9")
    rig.updater.restart()
    rig.slots.restart()
    rig.updater.settle()

    assert rig.stages() == [("1.9", "refused"), ("2.1", "good")]
    assert rig.updater.restart() is None


def test_of_two_that_were_installed_the_newer_is_tried(rig: Rig) -> None:
    rig.install("system_2.1")
    rig.tried("system_2.2")
    rig.updater.settle()

    assert rig.stages() == [("2.1", "given_up"), ("2.2", "good")]
    assert "2.2 was installed in its place" in rig.trials.all()[0].reason
    assert rig.updater.restart() is None


def test_a_bundle_that_is_offered_again_amid_its_trial_does_not_end_it(rig: Rig) -> None:
    rig.tried("system_2.1")
    with pytest.raises(BundleRefused, match="on trial"):
        rig.install("system_2.1")
    rig.updater.settle()

    assert rig.stages() == [("2.1", "good")]


def test_an_application_serves_only_from_its_restart_on(rig: Rig) -> None:
    rig.install("application_2.1")
    before = list(rig.releases.serves)
    rig.reboots()
    waiting = rig.updater.settle()
    rig.updater.restart()

    assert waiting is not None
    assert (str(waiting.stage), before, rig.releases.serves) == ("installed", ["old"], ["old", "2.1"])


def test_nets_wait_whatever_the_gate_does_by_itself(rig: Rig) -> None:
    rig.install("models_5")
    rig.facts = lambda since: Facts(ended=True)
    waiting = rig.updater.settle()
    rig.reboots()
    after_a_cut = rig.updater.settle()

    assert waiting is not None
    assert (waiting, waiting.stage) == (after_a_cut, Stage.INSTALLED)
    assert (rig.shelf.serves, rig.restarts) == (["old"], [])


def test_nets_that_a_cut_left_serving_are_put_to_the_proof(rig: Rig) -> None:
    rig.install("models_5")
    rig.shelf.serve()
    rig.reboots()
    rig.facts = lambda since: Facts()
    rig.updater.settle()

    assert (rig.stages(), rig.shelf.serves) == ([("5", "back")], ["old"])


def test_after_a_restart_of_the_board_all_of_its_boot_speaks_for_nets(rig: Rig) -> None:
    rig.clock.advance(7.0)
    rig.tried("models_5")
    rig.facts = lambda since: Facts() if since else WELL
    rig.reboots()
    rig.updater.settle()

    assert rig.stages() == [("5", "good")]


def test_a_slot_that_the_board_gave_way_to_proves_itself_and_is_told(rig: Rig) -> None:
    rig.tried("system_2.1")
    rig.updater.settle()
    rig.slots.give_way()
    rig.updater.settle()

    last = rig.trials.all()[-1]
    assert (rig.slots.committed(), str(last.stage), last.slot, last.reason) == (Slot.A, "good", "a", GAVE_WAY)


def test_a_slot_that_the_board_gave_way_to_is_not_kept_where_the_gate_does_not_work(rig: Rig) -> None:
    rig.tried("system_2.1")
    rig.updater.settle()
    rig.slots.give_way()
    rig.facts = lambda since: Facts()
    rig.updater.settle()

    assert (rig.slots.committed(), rig.stages()[-1][1], rig.restarts) == (Slot.B, "back", ["board", "board"])


@pytest.mark.parametrize(("name", "restarted"), [("system_2.1", "board"), ("models_5", "gate")])
def test_the_way_back_waits_for_a_gate_at_rest(rig: Rig, name: str, restarted: str) -> None:
    rig.tried(name)
    rig.facts = lambda since: Facts(ended=True)
    rested_s = rig.clock.monotonic() + 30.0
    rig.busy = lambda: "" if rig.clock.monotonic() >= rested_s else "the gate is not at rest (actuate)"
    rig.updater.settle()

    assert (rig.clock.monotonic(), rig.restarts[-1]) == (rested_s, restarted)


def test_the_way_back_does_not_wait_for_ever(rig: Rig) -> None:
    rig.tried("system_2.1")
    began_s = rig.clock.monotonic()
    rig.facts = lambda since: Facts(ended=True)
    rig.busy = lambda: "the gate is not at rest (it says nothing)"
    rig.updater.settle()

    assert (rig.clock.monotonic() - began_s, rig.restarts) == (REST_S, ["board", "board"])


# -- cancelled by the fleet server ---------------------------------------------------------------------


def waiting(rig: Rig, name: str) -> None:
    rig.updater.install(rig.bundle(name), silent, action="8")


def test_a_system_that_is_given_up_is_not_the_next_one(rig: Rig) -> None:
    waiting(rig, "system_2.1")
    given_up = rig.updater.give_up("8")
    restarted = rig.updater.restart()
    rig.slots.restart()

    assert given_up == rig.trials.all()[-1]
    assert (restarted, rig.slots.current(), rig.stages()) == (None, Slot.A, [("2.1", "given_up")])


@pytest.mark.parametrize("name", ["application_2.1", "models_5"])
def test_an_application_and_nets_that_are_given_up_never_serve(rig: Rig, name: str) -> None:
    waiting(rig, name)
    rig.updater.give_up("8")

    assert rig.updater.restart() is None
    assert (rig.shelf.waits, rig.releases.waits) == (False, False)
    assert (rig.shelf.serves, rig.releases.serves) == (["old"], ["old"])


def test_what_is_given_up_may_be_installed_again(rig: Rig) -> None:
    waiting(rig, "system_2.1")
    rig.updater.give_up("8")
    rig.tried("system_2.1")
    rig.updater.settle()

    assert rig.stages() == [("2.1", "given_up"), ("2.1", "good")]


def test_what_is_on_trial_is_not_given_up(rig: Rig) -> None:
    waiting(rig, "system_2.1")
    rig.updater.restart()

    with pytest.raises(BundleRefused, match=r"system 2\.1 is tried already"):
        rig.updater.give_up("8")
    assert (rig.slots.primary(), rig.stages()) == (Slot.B, [("2.1", "trying")])


def test_nor_is_what_another_hand_has_started(rig: Rig) -> None:
    waiting(rig, "system_2.1")
    rig.slots.restart()

    with pytest.raises(BundleRefused, match="tried already"):
        rig.updater.give_up("8")


def test_nor_is_what_has_proved_itself(rig: Rig) -> None:
    waiting(rig, "system_2.1")
    rig.updater.restart()
    rig.slots.restart()
    rig.updater.settle()

    with pytest.raises(BundleRefused, match="tried already"):
        rig.updater.give_up("8")
    assert rig.stages() == [("2.1", "good")]


def test_of_an_action_that_nobody_knows_nothing_is_given_up(rig: Rig) -> None:
    rig.install("system_2.1")

    assert rig.updater.give_up("8") is None
    assert rig.stages() == [("2.1", "installed")]


# -- what is called good is what runs ------------------------------------------------------------------


def test_an_application_that_waits_ends_with_the_system_that_it_waited_on(rig: Rig) -> None:
    rig.install("application_2.1")
    rig.tried("system_2.2")
    rig.releases.drop()  # those of another image
    rig.updater.settle()

    assert rig.stages() == [("2.1", "given_up"), ("2.2", "good")]
    assert rig.trials.all()[0].reason == ANOTHER_SYSTEM


def test_an_application_on_trial_is_not_good_where_another_system_runs(rig: Rig) -> None:
    rig.tried("application_2.1")
    rig.releases.back()  # those of another image
    rig.updater.settle()

    assert (rig.stages(), rig.trials.all()[0].reason) == ([("2.1", "back")], ANOTHER_SYSTEM)


def test_while_an_application_waits_the_slot_that_runs_is_confirmed(rig: Rig) -> None:
    rig.slots.set_state(Slot.B, SlotState.BAD)
    rig.install("application_2.1")
    confirmed: list[Slot] = []
    rig.slots.set_state = lambda slot, state: confirmed.append(slot)  # type: ignore[method-assign]
    rig.updater.settle()

    assert confirmed == [Slot.A]


@pytest.mark.parametrize("name", ["application_2.1", "models_5"])
def test_who_goes_back_amid_a_proof_ends_it(rig: Rig, name: str) -> None:
    kind = Kind(name.split("_")[0])
    rig.tried(name)
    rig.updater.roll_back(kind, "ada")
    rig.updater.settle()

    assert [(one.stage, one.reason) for one in rig.trials.all()] == [(Stage.BACK, "ada asked to go back")]
    assert (rig.shelf.serves, rig.releases.serves) == (["old"], ["old"])


def test_a_proof_that_is_under_way_does_not_overrule_who_goes_back(rig: Rig) -> None:
    rig.tried("application_2.1")
    rig.busy = lambda: ""

    def facts(since: int) -> Facts:
        if rig.stages()[-1] == ("2.1", "trying"):
            rig.updater.roll_back(Kind.APPLICATION, "ada")
        return WELL

    rig.facts = facts
    ended = rig.updater.settle()

    assert ended == rig.trials.all()[-1]
    assert (rig.stages(), rig.releases.serves) == ([("2.1", "back")], ["old"])


def test_who_goes_back_amid_a_system_s_proof_leaves_no_trial_behind(rig: Rig) -> None:
    rig.tried("system_2.1")
    rig.updater.roll_back(Kind.SYSTEM, "ada")
    rig.slots.restart()
    rig.updater.settle()

    assert (rig.slots.committed(), rig.trials.pending()) == (Slot.A, None)
    assert [one.stage for one in rig.trials.all()] == [Stage.BACK, Stage.GOOD]


def test_what_waits_is_given_up_by_who_goes_back(rig: Rig) -> None:
    rig.tried("application_2.1")
    rig.updater.settle()
    rig.install("application_2.2")
    rig.updater.roll_back(Kind.APPLICATION, "ada")

    assert [one.stage for one in rig.trials.all()] == [Stage.GOOD, Stage.GIVEN_UP, Stage.BACK]
    assert (rig.updater.restart(), rig.releases.serves) == (None, ["old"])
