"""The serial driver over a real pseudo-terminal pair: loss, garbage, unplugging."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
import serial

from appliance.faults import LinkFault
from appliance.hw import serial_link
from appliance.hw.framing import MAX_PAYLOAD, FrameReader, encode
from appliance.hw.serial_link import PortConfig, SerialLink

WAIT_S = 2.0


class Cable:
    """A pseudo-terminal: `device` is the gate's end, `far` the peer's descriptor."""

    def __init__(self) -> None:
        self.far, near = os.openpty()
        self.device = os.ttyname(near)
        os.close(near)
        self._cut = False

    def say(self, data: bytes) -> None:
        os.write(self.far, data)

    def hear(self) -> list[bytes]:
        return FrameReader().feed(os.read(self.far, 4096))

    def cut(self) -> None:
        if not self._cut:
            os.close(self.far)
        self._cut = True


@pytest.fixture
def cable() -> Iterator[Cable]:
    cable = Cable()
    yield cable
    cable.cut()


@pytest.fixture
def link(cable: Cable) -> Iterator[SerialLink]:
    with SerialLink(PortConfig(cable.device)) as link:
        yield link


def test_a_message_goes_out_in_one_frame(cable: Cable, link: SerialLink) -> None:
    link.send(b"\0hello\0")
    assert cable.hear() == [b"\0hello\0"]


def test_messages_come_in_one_by_one(cable: Cable, link: SerialLink) -> None:
    cable.say(encode(b"one") + encode(b"two"))
    assert link.receive(WAIT_S) == b"one"
    assert link.receive(0.0) == b"two"
    assert link.receive(0.0) is None


def test_a_message_in_two_pieces_is_one(cable: Cable, link: SerialLink) -> None:
    frame = encode(b"one")
    cable.say(frame[:3])
    assert link.receive(0.05) is None
    cable.say(frame[3:])
    assert link.receive(WAIT_S) == b"one"


def test_garbage_and_a_lost_byte_cost_one_message(cable: Cable, link: SerialLink) -> None:
    cable.say(b"\xff\x13garbage\0" + encode(b"lost")[1:] + encode(b"kept"))
    assert link.receive(WAIT_S) == b"kept"
    assert link.damaged == 2


def test_control_characters_are_data(cable: Cable, link: SerialLink) -> None:
    every = bytes(range(MAX_PAYLOAD))
    cable.say(encode(every))
    assert link.receive(WAIT_S) == every
    link.send(every)
    assert cable.hear() == [every]


def test_what_lay_in_the_port_before_is_not_ours(cable: Cable) -> None:
    cable.say(encode(b"stale"))
    with SerialLink(PortConfig(cable.device)) as link:
        assert link.receive(0.05) is None


def test_an_unplugged_port_is_a_fault_for_reader_and_writer(cable: Cable, link: SerialLink) -> None:
    cable.cut()
    with pytest.raises(LinkFault) as read:
        link.receive(WAIT_S)
    with pytest.raises(LinkFault) as written:
        link.send(b"x")
    assert read.value.__cause__ is not None
    assert written.value.__cause__ is not None


def send_until_refused(link: SerialLink) -> None:
    for _ in range(1000):
        link.send(bytes(MAX_PAYLOAD))


def test_a_port_that_nobody_drains_is_a_fault(link: SerialLink) -> None:
    with pytest.raises(LinkFault, match="timeout"):
        send_until_refused(link)


def test_what_nobody_drains_is_dropped_so_that_closing_does_not_wait_for_it(
    cable: Cable, link: SerialLink
) -> None:
    sent = _fill(link)
    os.set_blocking(cable.far, False)
    assert len(_drained(cable.far)) < sent // 2


def _fill(link: SerialLink) -> int:
    """Send until the port takes no more: how many bytes it had taken."""
    frame, sent = b"x" * MAX_PAYLOAD, 0
    with suppress(LinkFault):
        while True:
            link.send(frame)
            sent += len(frame)
    return sent


def _drained(far: int) -> bytes:
    got = b""
    with suppress(BlockingIOError):
        while True:
            got += os.read(far, 4096)
    return got


def test_a_port_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(LinkFault, match="/dev/nothing") as caught:
        SerialLink(PortConfig("/dev/nothing")).open()
    assert isinstance(caught.value.__cause__, serial.SerialException)


def test_a_port_in_use_is_a_fault(cable: Cable, link: SerialLink) -> None:
    with pytest.raises(LinkFault):
        SerialLink(PortConfig(cable.device)).open()


def test_a_closed_link_refuses_and_closes_again(cable: Cable) -> None:
    link = SerialLink(PortConfig(cable.device))
    link.close()
    with pytest.raises(LinkFault, match="not open"):
        link.receive(0.0)


class BrokenPort:
    """A port whose every use fails with one error of the vendor's."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        raise self._error


@pytest.mark.parametrize("kind", serial_link.PORT_ERRORS)
def test_every_port_error_is_mapped(kind: type[Exception]) -> None:
    link = SerialLink(PortConfig("/dev/ttyUSB0"))
    link._port._device = BrokenPort(kind("vendor words"))  # type: ignore[assignment]
    uses: list[Callable[[], object]] = [partial(link.send, b"x"), partial(link.receive, 0.0), link.close]
    for use in uses:
        with pytest.raises(LinkFault) as caught:
            use()
        assert isinstance(caught.value.__cause__, kind)
