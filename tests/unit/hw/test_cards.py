"""Plates as cards, and cards as pulses."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.faults import ConfigFault, GateFault, OutputFailed
from appliance.hw.base import OutputSpec
from appliance.hw.cards import Bits, Cards, derived, wiegand
from appliance.hw.fake import FakeOutput, FakePins
from appliance.hw.gpio import make_factory
from appliance.hw.wiegand import INTERVAL_S, PULSE_S, BasePair, GpioPair, Waits, WiegandSender

from .chips import lgpio_chip

WAIT_S = 5.0


def text(bits: Bits) -> str:
    return "".join("1" if bit else "0" for bit in bits)


def test_a_26_bit_card_is_as_the_standard_draws_it() -> None:
    # Facility 1, card 1: 0000 0001 0000 | 0000 0000 0001; the first half has one 1, so has the second.
    assert text(wiegand(1 << 16 | 1, 26)) == "1" + "000000010000" + "000000000001" + "0"


@given(st.integers(0, 2**24 - 1))
def test_every_half_of_a_card_has_its_parity(number: int) -> None:
    bits = wiegand(number, 26)
    assert (sum(bits[:13]) % 2, sum(bits[13:]) % 2) == (0, 1)
    assert int(text(bits[1:-1]), 2) == number


@pytest.mark.parametrize(("number", "size"), [(2**24, 26), (2**32, 34), (-1, 26)])
def test_a_number_that_does_not_fit_is_refused(number: int, size: int) -> None:
    with pytest.raises(ValueError, match="bits"):
        wiegand(number, size)


def test_a_plate_has_the_owner_s_number_however_it_is_written() -> None:
    cards = Cards({"AB-123 CD": 77}, derive=False)
    assert (cards.number("ab123cd", 24), cards.number("XY9", 24)) == (77, None)


def test_a_derived_number_is_the_same_on_every_gate() -> None:
    cards = Cards({}, derive=True)
    assert cards.number("B-MW 2041", 24) == derived("BMW2041", 24) == 0x9CF94A
    assert derived("BMW2041", 32) >> 8 == 0x9CF94A


class Tape(BasePair):
    """Keeps what is sent; `broken` fails all."""

    def __init__(self) -> None:
        self.sent: list[Bits] = []
        self.broken = False
        self.done = threading.Semaphore(0)

    def open(self) -> None: ...

    def close(self) -> None: ...

    def send(self, bits: Bits) -> None:
        broken = self.broken
        self.sent.append(bits)
        self.done.release()
        if broken:
            raise OutputFailed("the write failed", part="wiegand.data0")


def a_sender(
    pair: BasePair, told: list[GateFault], over: list[str] | None = None, *, derive: bool = False
) -> WiegandSender:
    cards = Cards({"AB123": 77, "BIG": 2**30}, derive=derive)
    ended = [] if over is None else over
    return WiegandSender(pair, cards, 26, told.append, lambda kind, part: ended.append(part), lambda s: None)


def test_a_sender_sends_the_card_of_a_plate_and_none_of_one_without() -> None:
    tape, told = Tape(), list[GateFault]()
    sender = a_sender(tape, told)
    sender.start()
    sender.present("XY 9")
    sender.present("AB 123")
    assert tape.done.acquire(timeout=WAIT_S)
    sender.stop()
    assert (tape.sent, told) == ([wiegand(77, 26)], [])


def test_a_number_that_does_not_fit_and_a_failing_line_are_told() -> None:
    tape, told = Tape(), list[GateFault]()
    tape.broken = True
    sender = a_sender(tape, told)
    sender.start()
    sender.present("BIG")
    sender.present("AB123")
    assert tape.done.acquire(timeout=WAIT_S)
    sender.stop()
    assert [fault.kind() for fault in told] == ["herald_fault", "herald_fault"]


def test_a_line_that_works_again_is_told() -> None:
    tape, told, over = Tape(), list[GateFault](), list[str]()
    tape.broken = True
    sender = a_sender(tape, told, over)
    sender.start()
    for _ in range(2):
        sender.present("AB123")
        assert tape.done.acquire(timeout=WAIT_S)
        tape.broken = False
    sender.stop()
    assert over == ["wiegand"]


def test_more_cards_than_can_wait_are_told() -> None:
    told = list[GateFault]()
    sender = a_sender(Tape(), told, derive=True)
    for number in range(20):
        sender.present(f"PLATE{number}")
    assert {str(fault.detail) for fault in told} == {f"PLATE{n}: too many cards wait" for n in range(8, 20)}


def test_cards_that_wait_are_dropped_at_the_end() -> None:
    tape = Tape()

    def rest(seconds: float) -> None:
        sender._ending.wait(WAIT_S)

    cards = Cards({}, derive=True)
    sender = WiegandSender(tape, cards, 26, lambda fault: None, lambda kind, part: None, rest)
    sender.start()
    for number in range(8):
        sender.present(f"PLATE{number}")
    assert tape.done.acquire(timeout=WAIT_S)
    sender.stop()
    assert len(tape.sent) == 1


class Defect(Tape):
    """A pair that fails as no driver should."""

    def send(self, bits: Bits) -> None:
        self.done.release()
        raise RuntimeError("a defect")


def test_a_sender_that_ends_says_so() -> None:
    pair, told = Defect(), list[GateFault]()
    sender = a_sender(pair, told)
    sender.start()
    sender.present("AB123")
    assert pair.done.acquire(timeout=WAIT_S)
    sender.stop()
    assert [str(fault.detail) for fault in told] == ["the sender ended: RuntimeError('a defect')"]


DATA0 = OutputSpec("wiegand.data0", "GPIO22")
DATA1 = OutputSpec("wiegand.data1", "GPIO23")


def test_each_bit_is_one_pulse_on_its_line() -> None:
    pins, waits = FakePins(), list[tuple[float, bool, bool]]()
    lines = FakeOutput(DATA0, pins), FakeOutput(DATA1, pins)

    def wait(seconds: float) -> None:
        waits.append((seconds, lines[0].is_on, lines[1].is_on))

    with GpioPair(*lines, Waits(wait, wait)) as pair:
        pair.send((False, True))
    rest_s = INTERVAL_S - PULSE_S
    assert waits == [
        (PULSE_S, True, False),
        (rest_s, False, False),
        (PULSE_S, False, True),
        (rest_s, False, False),
    ]


def test_a_line_is_released_although_a_wait_is_broken_off() -> None:
    pins = FakePins()
    lines = FakeOutput(DATA0, pins), FakeOutput(DATA1, pins)

    def broken(seconds: float) -> None:
        raise KeyboardInterrupt

    with GpioPair(*lines, Waits(broken, broken)) as pair, pytest.raises(KeyboardInterrupt):
        pair.send((True,))
    assert pins.levels == {"GPIO22": False, "GPIO23": False}


def test_a_line_that_does_not_close_leaves_the_other_one_free() -> None:
    pins = FakePins()
    lines = FakeOutput(DATA0, pins), FakeOutput(DATA1, pins)
    pair = GpioPair(*lines, Waits(lambda s: None, lambda s: None))
    pair.open()
    lines[0].broken = True
    with pytest.raises(OutputFailed, match="data0"):
        pair.close()
    pins.claim(DATA1.pin, "another")


@pytest.mark.parametrize(("active_high", "idle"), [(True, 0), (False, 1)])
def test_lgpio_pulses_both_lines_as_one_group(active_high: bool, idle: int) -> None:
    with lgpio_chip() as chip:
        from appliance.hw.lgpio_wave import WavePair

        pair = WavePair("GPIO22", "BOARD16", make_factory("lgpio"), lambda s: None, active_high=active_high)
        with pair:
            pair.send((False, True))
        rest = 3 * idle
        waves = [(rest ^ 1, 3, 50), (rest, 3, 950), (rest ^ 2, 3, 50), (rest, 3, 950)]
        assert chip.calls == [("group", (22, 23), (idle, idle)), ("wave", 22, tuple(waves)), ("free", 22)]


def test_the_vendor_s_lgpio_has_what_is_used_of_it() -> None:
    vendor = pytest.importorskip("lgpio", reason="the package lgpio is not installed")
    pulse = vendor.pulse(1, 3, 50)

    assert (pulse.group_bits, pulse.group_mask, pulse.pulse_delay) == (1, 3, 50)
    assert isinstance(vendor.TX_WAVE, int)
    assert all(
        callable(getattr(vendor, n)) for n in ("group_claim_output", "group_free", "tx_wave", "tx_busy")
    )


def test_a_wiegand_line_has_one_owner() -> None:
    with lgpio_chip():
        from appliance.hw.lgpio_wave import WavePair

        pins = make_factory("lgpio")
        one, two = (
            WavePair("GPIO22", other, pins, lambda s: None, active_high=True) for other in ("GPIO23", "24")
        )
        with one, pytest.raises(ConfigFault, match="already in use"):
            two.open()
        with pytest.raises(OutputFailed, match="not open"):
            one.send((True,))
