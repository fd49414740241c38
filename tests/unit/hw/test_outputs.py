"""The output bank: laws 4 and 5 below everything else, one example each."""

from __future__ import annotations

import pytest

from appliance.faults import ConfigFault, InterlockBroken, OnTimeExceeded, OutputFailed
from appliance.hw.base import OutputSpec
from appliance.hw.fake import FakeOutput, FakePins
from appliance.hw.outputs import OutputBank

from .rig import CLOSE, DEAD_TIME_S, ENABLE, HORN, LAMP, LIGHTS, OPEN, OutputRig, a_clock


def test_outputs_start_and_end_at_their_declared_levels() -> None:
    rig = OutputRig(OPEN, CLOSE, LAMP)
    assert rig.on() == {"lamp"}
    rig.bank.energise("open")
    rig.bank.close()
    assert rig.on() == {"lamp"}


def test_open_then_close_after_the_dead_time() -> None:
    rig = OutputRig(OPEN, CLOSE)
    rig.bank.energise("open")
    rig.bank.release("open")
    rig.clock.advance(DEAD_TIME_S)
    rig.bank.energise("close")
    assert rig.on() == {"close"}


def test_within_the_dead_time_nothing_is_written() -> None:
    rig = OutputRig(OPEN, CLOSE)
    rig.bank.energise("open")
    rig.bank.release("open")
    rig.clock.advance(DEAD_TIME_S - 0.01)
    with pytest.raises(InterlockBroken, match="dead time"):
        rig.bank.energise("close")
    assert rig.outputs["close"].history == [False]


def test_the_dead_time_counts_from_the_release_not_from_the_energising() -> None:
    rig = OutputRig(OPEN, CLOSE)
    rig.bank.energise("open")
    rig.clock.advance(5.0)
    rig.bank.release("open")
    assert not rig.bank.permits("close")


def test_the_same_direction_needs_no_dead_time() -> None:
    rig = OutputRig(OPEN, CLOSE)
    rig.bank.energise("open")
    rig.bank.release("open")
    rig.bank.energise("open")
    assert rig.on() == {"open"}


def test_a_process_before_may_have_moved_the_arm_so_a_start_is_a_release() -> None:
    rig = OutputRig(OPEN, CLOSE, rested=False)
    with pytest.raises(InterlockBroken):
        rig.bank.energise("open")


@pytest.mark.parametrize(("first", "second"), [("open", "close"), ("close", "open")])
def test_asking_for_both_releases_both(first: str, second: str) -> None:
    rig = OutputRig(OPEN, CLOSE)
    rig.bank.energise(first)
    with pytest.raises(InterlockBroken):
        rig.bank.energise(second)
    assert rig.on() == set()


def test_an_opposite_that_reads_back_on_refuses_although_it_was_never_written() -> None:
    rig = OutputRig(OPEN, CLOSE)
    rig.pins.levels[CLOSE.pin] = True
    with pytest.raises(InterlockBroken):
        rig.bank.energise("open")
    assert rig.on() == set()


def test_an_opposite_that_was_written_on_refuses_although_it_reads_back_off() -> None:
    rig = OutputRig(OPEN, CLOSE)
    rig.bank.energise("open")
    rig.pins.levels[OPEN.pin] = False
    with pytest.raises(InterlockBroken):
        rig.bank.energise("close")
    assert rig.outputs["close"].history == [False, False]


def test_a_direction_that_cannot_be_released_blocks_the_other() -> None:
    rig = OutputRig(OPEN, CLOSE)
    rig.bank.energise("open")
    rig.outputs["open"].broken = True
    with pytest.raises(OutputFailed):
        rig.bank.release("open")
    rig.clock.advance(60.0)
    assert not rig.bank.permits("close")


def test_an_output_that_fails_to_switch_on_is_off() -> None:
    rig = OutputRig(ENABLE)
    rig.outputs["enable"].stuck = False
    with pytest.raises(OutputFailed):
        rig.bank.energise("enable")
    assert not rig.bank.is_on("enable")
    assert rig.outputs["enable"].history == [False, True, False]


def test_an_output_is_released_before_its_on_time_is_reported() -> None:
    rig = OutputRig(OPEN, CLOSE)
    rig.bank.energise("open")
    rig.clock.advance(9.1)
    faults = rig.bank.guard(rig.clock.monotonic())
    assert [(type(f), f.part) for f in faults] == [(OnTimeExceeded, "open")]
    assert rig.on() == set()


def test_an_output_within_its_on_time_stays() -> None:
    rig = OutputRig(OPEN, CLOSE)
    rig.bank.energise("open")
    rig.clock.advance(8.9)
    assert rig.bank.guard(rig.clock.monotonic()) == ()
    assert rig.on() == {"open"}


def test_writing_on_again_does_not_renew_the_on_time() -> None:
    rig = OutputRig(HORN)
    rig.bank.set("horn", True)
    rig.clock.advance(1.5)
    rig.bank.set("horn", True)
    rig.clock.advance(1.0)
    assert len(rig.bank.guard(rig.clock.monotonic())) == 1


def test_the_guard_tries_again_what_it_could_not_release() -> None:
    rig = OutputRig(HORN)
    rig.bank.energise("horn")
    rig.clock.advance(3.0)
    rig.outputs["horn"].broken = True
    assert [type(f) for f in rig.bank.guard(rig.clock.monotonic())] == [OutputFailed]
    rig.outputs["horn"].broken = False
    assert [type(f) for f in rig.bank.guard(rig.clock.monotonic())] == [OnTimeExceeded]
    assert rig.on() == set()


def test_release_motion_leaves_lights_and_lamp() -> None:
    rig = OutputRig(OPEN, CLOSE, ENABLE, LIGHTS, LAMP)
    for name in ("open", "enable", "lights"):
        rig.bank.energise(name)
    rig.bank.release_motion()
    assert rig.on() == {"lights", "lamp"}


def test_one_broken_output_does_not_keep_the_others_on() -> None:
    rig = OutputRig(OPEN, ENABLE, LIGHTS)
    for name in ("open", "enable", "lights"):
        rig.bank.energise(name)
    rig.outputs["open"].broken = True
    with pytest.raises(OutputFailed):
        rig.bank.all_shutdown()
    assert rig.on() == {"open"}


def test_verify_is_silent_while_the_pins_agree() -> None:
    rig = OutputRig(OPEN, CLOSE, LAMP)
    rig.bank.energise("open")
    rig.bank.verify()


@pytest.mark.parametrize(
    ("name", "found", "words"), [("open", True, "should be off"), ("lamp", False, "should be on")]
)
def test_verify_finds_a_pin_that_differs(name: str, found: bool, words: str) -> None:
    rig = OutputRig(OPEN, LAMP)
    rig.pins.levels[rig.outputs[name].spec.pin] = found
    with pytest.raises(OutputFailed, match=words):
        rig.bank.verify()


def test_verify_releases_both_directions_that_read_back_on() -> None:
    rig = OutputRig(OPEN, CLOSE)
    rig.pins.levels.update({OPEN.pin: True, CLOSE.pin: True})
    with pytest.raises(InterlockBroken):
        rig.bank.verify()
    assert rig.on() == set()


def test_what_is_not_fitted_is_off_and_refuses() -> None:
    rig = OutputRig(OPEN)
    assert not rig.bank.is_on("horn")
    with pytest.raises(ConfigFault, match="not configured"):
        rig.bank.energise("horn")


FORBIDDEN = [
    OutputSpec("horn", "GPIO1", start=True, max_on_s=1.0),
    OutputSpec("horn", "GPIO1", shutdown=True, max_on_s=1.0),
    OutputSpec("lamp", "GPIO1", start=True, shutdown=True, max_on_s=1.0),
    OutputSpec("enable", "GPIO1", start=True, shutdown=True),
    OutputSpec("open", "GPIO1"),
]


@pytest.mark.parametrize("spec", FORBIDDEN)
def test_levels_that_forbid_each_other_are_a_configuration_fault(spec: OutputSpec) -> None:
    with pytest.raises(ConfigFault, match=f"outputs.{spec.name}"):
        OutputBank([FakeOutput(spec, FakePins())], a_clock(), dead_time_s=1.0)


@pytest.mark.parametrize("spec", [OPEN, CLOSE, ENABLE, HORN, LAMP, OutputSpec("lamp", "GPIO1", start=True)])
def test_levels_that_agree_are_accepted(spec: OutputSpec) -> None:
    OutputBank([FakeOutput(spec, FakePins())], a_clock(), dead_time_s=1.0)


def test_a_bank_that_cannot_claim_all_gives_back_what_it_claimed() -> None:
    pins = FakePins()
    twice = [FakeOutput(OPEN, pins), FakeOutput(OutputSpec("lamp", OPEN.pin), pins)]
    with pytest.raises(ConfigFault, match="already in use"):
        OutputBank(twice, a_clock(), dead_time_s=1.0).open()
    FakeOutput(OPEN, pins).open()


def test_a_closed_bank_has_nothing_to_release() -> None:
    rig = OutputRig(OPEN)
    rig.bank.close()
    rig.bank.release_motion()
    rig.bank.all_shutdown()
    rig.bank.close()
