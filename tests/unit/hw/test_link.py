"""The car over the serial link: a peer that answers, one that does not, and a port that goes."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.commands import CloseBarrier, EnableCar, Horn, Lights, ReleaseCar, StopBarrier
from appliance.faults import LinkFault, MachineFault, PeerRefused
from appliance.hw.actuator import Order
from appliance.hw.car import CarOnLink
from appliance.hw.car_messages import (
    LONGEST_FIRMWARE,
    Ack,
    CarLevels,
    CarMessage,
    Hello,
    SetLevels,
    Version,
    Welcome,
    pack,
    unpack,
)
from appliance.hw.fake import FakeCarPeer, FakeLink
from appliance.hw.link import CarLink
from appliance.hw.notices import Notice

from .rig import a_clock

HEARTBEAT_S = 0.2
RELEASED = CarLevels()
ENABLED = CarLevels(enable=True)


class Drive:
    """A car on a fake link, its peer connected unless told otherwise."""

    def __init__(self, *, connected: bool = True) -> None:
        self.clock = a_clock()
        self.peer = FakeCarPeer(self.clock.monotonic)
        self.link = FakeLink(self.peer)
        tags = count(100)
        self.wire = CarLink(self.link, HEARTBEAT_S, lambda: next(tags))
        self.car = CarOnLink(self.wire)
        if connected:
            self.run(0.4)

    def order(self, order: Order) -> CarLevels:
        self.car.perform(order, self.clock.monotonic())
        return self.peer.levels

    def run(self, seconds: float) -> list[Notice]:
        """Tick every 20 ms for `seconds`."""
        notices: list[Notice] = []
        for _ in range(round(seconds / 0.02)):
            self.clock.advance(0.02)
            notices += self.car.tick(self.clock.monotonic())
        return notices

    def kinds(self, seconds: float) -> list[str]:
        return [type(notice).__name__ for notice in self.run(seconds)]

    def sent(self) -> list[CarMessage]:
        return [message for message in map(unpack, self.link.history) if message is not None]


def test_a_car_is_enabled_and_released() -> None:
    drive = Drive()
    assert drive.order(EnableCar("a1")) == ENABLED
    assert drive.kinds(10.0) == []
    assert drive.peer.levels == ENABLED
    assert drive.order(ReleaseCar()) == RELEASED


def test_stop_releases_a_car() -> None:
    drive = Drive()
    drive.order(EnableCar("a1"))
    assert drive.order(StopBarrier()) == RELEASED


def test_lights_stay_and_the_horn_ends() -> None:
    drive = Drive()
    drive.order(Lights(True))
    assert drive.order(Horn(0.5)) == CarLevels(lights=True, horn=True)
    drive.run(0.6)
    assert drive.peer.levels == CarLevels(lights=True)


def test_a_barriers_order_is_refused() -> None:
    with pytest.raises(MachineFault):
        Drive().order(CloseBarrier())


def test_a_car_is_not_enabled_before_its_peer_answered() -> None:
    drive = Drive(connected=False)
    with pytest.raises(LinkFault, match="does not answer"):
        drive.order(EnableCar("a1"))
    assert drive.peer.levels == RELEASED


# -- greeting -----------------------------------------------------------------------------------------


def test_the_first_tick_opens_the_port_and_greets() -> None:
    drive = Drive(connected=False)
    assert drive.kinds(0.04) == []
    assert [type(message) for message in drive.sent()] == [Hello]
    assert drive.wire.up


def test_the_peer_says_what_it_is() -> None:
    peer = Drive().wire.peer
    assert peer is not None
    assert (peer.firmware, str(peer.version), peer.dead_man_ms) == ("fake 1.0", "1.0", 600)


REFUSED = [
    ({"version": Version(2, 0)}, "speaks protocol 2.0, the gate 1.0"),
    ({"able": CarLevels(lights=True)}, "cannot enable the car"),
]


@pytest.mark.parametrize(("changes", "why"), REFUSED)
def test_a_peer_that_cannot_be_trusted_is_refused(changes: dict[str, object], why: str) -> None:
    drive = Drive(connected=False)
    drive.peer.welcome = replace(drive.peer.welcome, **changes)  # type: ignore[arg-type]
    drive.run(1.0)
    fault = drive.wire.tick(drive.clock.monotonic())
    assert isinstance(fault, PeerRefused)
    assert why in str(fault)
    assert not drive.wire.up


def test_a_peer_that_would_stay_enabled_too_long_is_refused() -> None:
    class Stubborn(FakeCarPeer):
        def __call__(self, data: bytes) -> list[bytes]:
            found = [unpack(answer) for answer in super().__call__(data)]
            return [pack(replace(each, dead_man_ms=601)) for each in found if isinstance(each, Welcome)]

    drive = Drive(connected=False)
    drive.link = FakeLink(Stubborn(drive.clock.monotonic))
    drive.wire = CarLink(drive.link, HEARTBEAT_S, lambda: 7)
    drive.car = CarOnLink(drive.wire)
    assert drive.kinds(1.0) == ["FaultRaised"]
    assert not drive.wire.up


def test_a_newer_minor_version_is_welcome() -> None:
    drive = Drive(connected=False)
    drive.peer.welcome = replace(drive.peer.welcome, version=Version(1, 9))
    drive.run(0.4)
    assert drive.order(EnableCar("a1")) == ENABLED


def test_a_refused_peer_is_met_again_once_it_has_other_firmware() -> None:
    drive = Drive(connected=False)
    good = drive.peer.welcome
    drive.peer.welcome = replace(good, version=Version(2, 0))
    assert drive.kinds(1.0) == ["FaultRaised"]
    drive.peer.welcome = good
    assert drive.kinds(1.0) == ["FaultCleared"]


def test_what_a_peer_cannot_drive_is_not_asked_of_it() -> None:
    drive = Drive(connected=False)
    drive.peer.welcome = replace(drive.peer.welcome, able=ENABLED)
    drive.run(0.4)
    drive.order(EnableCar("a1"))
    assert drive.order(Lights(True)) == ENABLED
    assert drive.kinds(5.0) == []


# -- silence ------------------------------------------------------------------------------------------


def test_a_silent_peer_is_a_fault_once() -> None:
    drive = Drive()
    drive.link.deaf = True
    assert drive.kinds(0.3) == []
    assert drive.kinds(5.0) == ["FaultRaised"]


def test_a_peer_that_never_answered_is_a_fault() -> None:
    drive = Drive(connected=False)
    drive.link.deaf = True
    assert drive.kinds(2.0) == ["FaultRaised"]


def test_a_peer_that_hears_nothing_releases_within_three_heartbeats() -> None:
    drive = Drive()
    drive.order(EnableCar("a1"))
    drive.link.deaf = True
    drive.clock.advance(3 * HEARTBEAT_S)
    assert drive.peer.levels == ENABLED
    drive.clock.advance(0.001)
    assert drive.peer.levels == RELEASED


def test_a_link_that_returns_leaves_the_car_released() -> None:
    drive = Drive()
    drive.order(EnableCar("a1"))
    drive.link.deaf = True
    drive.run(1.0)
    drive.link.deaf = False
    assert drive.kinds(1.0) == ["FaultCleared"]
    assert drive.peer.levels == RELEASED


def test_an_order_after_a_lost_link_does_not_enable_again() -> None:
    drive = Drive()
    drive.order(EnableCar("a1"))
    drive.link.deaf = True
    drive.run(1.0)
    drive.link.deaf = False
    drive.run(1.0)
    assert drive.order(Lights(True)) == CarLevels(lights=True)


def test_a_peer_that_restarted_is_greeted_and_not_enabled() -> None:
    drive = Drive()
    drive.order(EnableCar("a1"))
    drive.peer.forget()
    assert drive.kinds(2.0) == ["FaultRaised", "FaultCleared"]
    assert drive.peer.levels == RELEASED


def test_one_lost_message_is_no_event_and_is_repeated_soon() -> None:
    drive = Drive()
    drive.link.deaf = True
    drive.order(EnableCar("a1"))
    drive.link.deaf = False
    assert drive.kinds(0.06) == []
    assert drive.peer.levels == ENABLED


def test_an_answered_state_is_repeated_only_at_each_heartbeat() -> None:
    drive = Drive()
    before = len(drive.link.history)
    drive.run(2.0)
    assert 9 <= len(drive.link.history) - before <= 10


def test_an_answer_with_other_levels_is_no_answer() -> None:
    drive = Drive()
    answer = drive.peer.__call__

    def contrary(data: bytes) -> list[bytes]:
        found = [unpack(each) for each in answer(data)]
        return [pack(replace(each, levels=ENABLED)) for each in found if isinstance(each, Ack)]

    drive.link.peer = contrary
    assert drive.kinds(2.0) == ["FaultRaised"]


@pytest.mark.parametrize(
    "stale", [Welcome(99, 1, 7, 600), Welcome(100, 60_000, 7, 600), Ack(100, 1, RELEASED)]
)
def test_an_answer_to_another_message_is_no_answer(stale: CarMessage) -> None:
    drive = Drive(connected=False)
    drive.link.peer = lambda _: [pack(stale)]
    drive.run(0.4)
    assert not drive.wire.up


# -- the port -----------------------------------------------------------------------------------------


def test_an_unplugged_port_is_a_fault_and_is_opened_again() -> None:
    drive = Drive()
    drive.link.unplugged = True
    assert drive.kinds(3.0) == ["FaultRaised"]
    drive.link.unplugged = False
    assert drive.kinds(8.0) == ["FaultCleared"]
    drive.order(EnableCar("a2"))
    assert drive.peer.levels == ENABLED


def test_a_port_that_stays_away_is_tried_ever_more_seldom() -> None:
    drive = Drive()
    drive.link.unplugged = True
    drive.run(60.0)
    assert drive.link.opened == 1 + 3 + 6  # at 1, 3 and 7 s, then every 8


def test_safe_releases_at_once() -> None:
    drive = Drive()
    drive.order(EnableCar("a1"))
    drive.car.safe()
    assert drive.peer.levels == RELEASED


def test_safe_fails_only_where_the_peer_was_in_reach() -> None:
    drive = Drive()
    drive.link.unplugged = True
    with pytest.raises(LinkFault):
        drive.car.safe()
    drive.run(0.1)
    drive.car.safe()
    assert not drive.wire.up


# -- repeated messages --------------------------------------------------------------------------------


def test_the_number_wraps_without_a_break() -> None:
    drive = Drive()
    drive.wire._number = drive.peer._newest = 0xFFFE
    drive.order(EnableCar("a1"))
    assert drive.kinds(2.0) == []
    assert drive.peer.levels == ENABLED


def test_a_replayed_enable_does_not_enable() -> None:
    drive = Drive()
    drive.order(EnableCar("a1"))
    enable = drive.link.history[-1]
    drive.order(ReleaseCar())
    assert drive.peer(enable) == []
    assert drive.peer.levels == RELEASED


def test_a_whole_session_replayed_does_not_enable() -> None:
    drive = Drive()
    drive.order(EnableCar("a1"))
    session = list(drive.link.history)
    drive.peer.forget()
    drive.run(2.0)
    for message in session:
        drive.peer(message)
        assert drive.peer.levels == RELEASED


def test_a_doubled_greeting_does_not_begin_a_second_session() -> None:
    drive = Drive()
    drive.order(EnableCar("a1"))
    assert drive.peer(drive.link.history[0]) == []
    assert drive.peer.levels == ENABLED


# -- bytes --------------------------------------------------------------------------------------------

WORD = st.integers(0, 0xFFFF)
BYTE = st.integers(0, 0xFF)
VERSIONS = st.builds(Version, BYTE, BYTE)
LEVELS = st.builds(CarLevels, st.booleans(), st.booleans(), st.booleans())
NAMES = st.text("abcXYZ 0.9-_", max_size=LONGEST_FIRMWARE)
MESSAGES = st.one_of(
    st.builds(Hello, WORD, WORD, WORD, VERSIONS),
    st.builds(Welcome, WORD, WORD, WORD, WORD, LEVELS, NAMES, VERSIONS),
    st.builds(SetLevels, WORD, WORD, LEVELS),
    st.builds(Ack, WORD, WORD, LEVELS),
)


@given(MESSAGES)
def test_every_message_survives_packing(message: CarMessage) -> None:
    assert unpack(pack(message)) == message


@given(st.binary(max_size=20))
def test_other_bytes_are_no_message_or_one_that_begins_the_same(data: bytes) -> None:
    message = unpack(data)
    assert message is None or data[:5] == pack(message)[:5]


@pytest.mark.parametrize(
    "data", [b"", b"\2\0\0\0\1", b"\2\0\0\0\1\x08", b"\2\0\0\0\1\1\1", b"\1\0\0\0\1\1", b"\4" * 9]
)
def test_a_short_or_senseless_message_is_none(data: bytes) -> None:
    assert unpack(data) is None


def test_what_a_later_minor_version_adds_is_passed_over() -> None:
    hello = Hello(1, 2, 200, Version(1, 1))
    assert unpack(pack(hello) + b"more") == hello


def test_a_firmware_s_name_brings_no_control_characters_into_a_log() -> None:
    welcome = Welcome(1, 2, 3, 600, firmware="evil\x1b[2J\n1.0")
    found = unpack(pack(welcome))
    assert isinstance(found, Welcome)
    assert found.firmware == "evil[2J1.0"
