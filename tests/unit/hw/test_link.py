"""The car over the serial link: a peer that answers, one that does not, and a port that goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.commands import CloseBarrier, EnableCar, Horn, Lights, ReleaseCar, StopBarrier
from appliance.faults import LinkFault, MachineFault
from appliance.hw.actuator import Order
from appliance.hw.car import CarOnLink
from appliance.hw.fake import FakeCarPeer, FakeLink
from appliance.hw.link import CarLevels, CarLink, Message, Packet, unpack
from appliance.hw.notices import Notice

from .rig import a_clock

HEARTBEAT_S = 0.2
RELEASED = CarLevels()
ENABLED = CarLevels(enable=True)


class Drive:
    """A car on a fake link, its peer connected unless told otherwise."""

    def __init__(self, *, connected: bool = True) -> None:
        self.clock = a_clock()
        self.peer = FakeCarPeer()
        self.link = FakeLink(self.peer)
        self.link.open()
        self.car = CarOnLink(CarLink(self.link, HEARTBEAT_S))
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


def test_a_silent_peer_is_a_fault_once() -> None:
    drive = Drive()
    drive.link.deaf = True
    assert drive.kinds(0.3) == []
    assert drive.kinds(5.0) == ["FaultRaised"]


def test_a_peer_that_never_answered_is_a_fault() -> None:
    drive = Drive(connected=False)
    drive.link.deaf = True
    assert drive.kinds(2.0) == ["FaultRaised"]


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


def test_one_lost_message_is_no_event() -> None:
    drive = Drive()
    drive.link.deaf = True
    drive.run(0.2)
    drive.link.deaf = False
    assert drive.kinds(2.0) == []


def test_an_unplugged_port_is_a_fault_and_is_opened_again() -> None:
    drive = Drive()
    drive.link.unplugged = True
    assert drive.kinds(3.0) == ["FaultRaised"]
    drive.link.unplugged = False
    assert drive.kinds(3.0) == ["FaultCleared"]
    drive.order(EnableCar("a2"))
    assert drive.peer.levels == ENABLED


def test_an_answer_with_other_levels_is_no_answer() -> None:
    def contrary(message: bytes) -> list[bytes]:
        packet = unpack(message)
        assert packet is not None
        return [Packet(Message.ACK, packet.number, CarLevels(enable=True)).packed()]

    drive = Drive(connected=False)
    drive.link = FakeLink(contrary)
    drive.link.open()
    drive.car = CarOnLink(CarLink(drive.link, HEARTBEAT_S))
    assert drive.kinds(2.0) == ["FaultRaised"]


def test_an_answer_to_an_old_message_is_no_answer() -> None:
    stale = Packet(Message.ACK, 60_000, RELEASED).packed()
    link = FakeLink(lambda _: [stale])
    link.open()
    car = CarLink(link, HEARTBEAT_S)
    car.tick(0.0)
    car.tick(0.1)
    assert not car.up


def test_safe_releases_at_once() -> None:
    drive = Drive()
    drive.order(EnableCar("a1"))
    drive.car.safe()
    assert drive.peer.levels == RELEASED


def test_the_number_wraps_without_a_break() -> None:
    drive = Drive()
    link = drive.car._link
    link._number = drive.peer._newest = 0xFFFE
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


@given(st.sampled_from(Message), st.integers(0, 0xFFFF), st.integers(0, 7))
def test_every_packet_survives_packing(kind: Message, number: int, bits: int) -> None:
    packet = Packet(kind, number, CarLevels.of(bits))
    assert unpack(packet.packed()) == packet


@given(st.binary(max_size=8))
def test_other_bytes_are_no_packet_or_one_that_packs_the_same(message: bytes) -> None:
    packet = unpack(message)
    assert packet is None or packet.packed() == message
