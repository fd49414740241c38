"""The OSDP device, frame by frame: what a panel may ask, in which order, and how often."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.hw.cards import wiegand
from appliance.hw.osdp import CAPABILITIES, PeripheralDevice, build, check

ADDRESS = 5
CRC, SUM = 4, 0
POLL, ID, CAP, LSTAT, LED, CHLNG = 0x60, 0x61, 0x62, 0x64, 0x69, 0x76
ACK, NAK, PDID, PDCAP, LSTATR, RAW = 0x40, 0x41, 0x45, 0x46, 0x48, 0x50
CARD = wiegand(77, 26)


class Panel:
    """Asks the device, and takes its replies apart."""

    def __init__(self) -> None:
        self.device = PeripheralDevice(ADDRESS, serial=9, baud=9600, card_limit_s=5.0)
        self.now_s = 100.0

    def raw(self, data: bytes) -> bytes:
        return self.device.receive(data, self.now_s)

    def ask(
        self, code: int, sequence: int = 0, data: bytes = b"", *, kind: int = CRC, to: int = ADDRESS
    ) -> tuple[int, bytes]:
        reply = self.raw(build(to, sequence | kind, code, data))
        assert reply[:1] == b"\xff"
        frame = reply[1:]
        size = 2 if kind else 1
        assert (frame[1], frame[4]) == (to | 0x80, sequence | kind)
        assert (int.from_bytes(frame[2:4], "little"), check(frame[:-size], kind)) == (
            len(frame),
            frame[-size:],
        )
        return frame[5], frame[6:-size]


@pytest.mark.parametrize("kind", [CRC, SUM])
def test_a_device_says_what_it_is(kind: int) -> None:
    panel = Panel()
    assert panel.ask(ID, kind=kind) == (PDID, b"\0\0\0\1\1" + b"\x09\0\0\0" + b"\1\0\0")
    assert panel.ask(CAP, 1, kind=kind) == (PDCAP, CAPABILITIES)
    assert panel.ask(LSTAT, 2, kind=kind) == (LSTATR, b"\0\0")
    assert panel.ask(POLL, 3, kind=kind) == (ACK, b"")


def test_a_card_is_given_at_the_next_poll_and_once() -> None:
    panel = Panel()
    panel.device.present(CARD, panel.now_s)
    assert panel.ask(POLL, 0) == (RAW, b"\0\1" + b"\x1a\0" + bytes.fromhex("000026c0"))
    assert panel.ask(POLL, 1) == (ACK, b"")


def test_a_reply_that_was_lost_is_given_again_and_a_card_not_twice() -> None:
    panel = Panel()
    panel.ask(POLL, 0)
    panel.device.present(CARD, panel.now_s)
    first = panel.ask(POLL, 1)
    assert panel.ask(POLL, 1) == first
    assert panel.ask(POLL, 2) == (ACK, b"")


def test_a_card_that_nobody_asks_for_is_dropped() -> None:
    panel = Panel()
    panel.device.present(CARD, panel.now_s)
    panel.now_s += 5.1
    assert panel.ask(POLL) == (ACK, b"")


def test_cards_for_a_panel_that_never_asks_do_not_pile_up() -> None:
    panel = Panel()
    for _ in range(100):
        panel.device.present(CARD, panel.now_s)
        panel.now_s += 5.1
    assert len(panel.device._cards) == 1


def test_a_number_out_of_order_is_refused_and_zero_begins_anew() -> None:
    panel = Panel()
    assert [panel.ask(POLL, n)[0] for n in (0, 1, 2, 3, 1)] == [ACK] * 5
    assert panel.ask(POLL, 3) == (NAK, b"\4")
    assert panel.ask(POLL, 0) == (ACK, b"")


@pytest.mark.parametrize(("code", "why"), [(LED, b"\3"), (0xFE, b"\3"), (CHLNG, b"\5")])
def test_what_it_cannot_do_is_refused(code: int, why: bytes) -> None:
    assert Panel().ask(code) == (NAK, why)


def test_a_secured_message_is_refused() -> None:
    frame = build(ADDRESS, CRC | 8, 2, b"\x15" + bytes([POLL]))
    assert Panel().raw(frame)[6:8] == bytes([NAK, 5])


def test_messages_to_others_are_none_of_its_business() -> None:
    panel = Panel()
    assert panel.raw(build(ADDRESS + 1, CRC, POLL)) == b""
    assert panel.device.heard_s is None
    assert panel.ask(ID, to=0x7F)[0] == PDID


def test_a_damaged_message_is_refused_and_the_next_is_heard() -> None:
    panel = Panel()
    damaged = bytearray(build(ADDRESS, CRC, POLL))
    damaged[5] ^= 1
    assert panel.raw(bytes(damaged))[6:8] == bytes([NAK, 1])
    assert panel.ask(POLL) == (ACK, b"")


def test_a_message_in_pieces_is_one_unless_it_takes_too_long() -> None:
    panel, frame = Panel(), build(ADDRESS, CRC, POLL)
    assert panel.raw(frame[:3]) == b""
    assert panel.raw(frame[3:]) != b""
    assert panel.raw(frame[:3]) == b""
    panel.now_s += 0.2
    assert panel.ask(POLL) == (ACK, b"")


@given(st.binary(max_size=60))
def test_noise_before_a_message_costs_no_more_than_that_message(noise: bytes) -> None:
    panel = Panel()
    panel.device.present(CARD, panel.now_s)
    panel.raw(noise)
    panel.now_s += 0.2
    assert panel.ask(POLL)[0] == RAW
