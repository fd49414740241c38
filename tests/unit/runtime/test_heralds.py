"""The heralds that a configuration names."""

from __future__ import annotations

import os
import select
import tty
from typing import Any, cast

from gpiozero.pins.mock import MockFactory

from appliance.config import Config
from appliance.gate.gate import Gate
from appliance.gate.ports import FaultMet, Message
from appliance.hw.cards import wiegand
from appliance.hw.gpio import Pins
from appliance.hw.osdp import build
from appliance.runtime.gatework import Mouth
from appliance.runtime.heralds import Herald, build_heralds

from .rig import a_clock, wait_for

POLL, RAW = 0x60, 0x50


class Ear:
    """A gate that only listens."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def post(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def faults(self) -> list[str]:
        return [message.fault.kind() for message in self.messages if isinstance(message, FaultMet)]


def heralds(ear: Ear, factory: MockFactory, **sections: Any) -> tuple[Herald, ...]:
    mouth = Mouth()
    mouth.open(cast(Gate, ear))
    config = Config.model_validate({"pin_factory": "mock", "cards": {"numbers": {"AB123": 77}}, **sections})
    return build_heralds(config, a_clock(), Pins(factory), mouth)


def test_a_gate_has_none_unless_they_are_named() -> None:
    assert heralds(Ear(), MockFactory()) == ()


def test_a_plate_goes_out_as_pulses() -> None:
    factory, ear = MockFactory(), Ear()
    (herald,) = heralds(ear, factory, wiegand={"data0": "GPIO22", "data1": "GPIO23"})
    herald.start()
    pins = [factory.pin(name) for name in ("GPIO22", "GPIO23")]
    for pin in pins:
        pin.clear_states()
    herald.present("AB 123")
    wait_for(lambda: sum(len(pin.states) for pin in pins) == 2 + 2 * 26)
    herald.stop()
    bits = wiegand(77, 26)
    edges = sorted((line, state.state) for line, pin in enumerate(pins) for state in pin.states[1:])
    assert [edges.count((line, True)) for line in (0, 1)] == [bits.count(False), bits.count(True)]
    assert ear.faults == []


def polled(panel: int) -> bytes:
    """The first answer to a panel that asks again, as panels do: opening a port throws away what waits."""
    reply = b""
    while len(reply) < 7:
        if not reply:
            os.write(panel, build(3, 4, POLL))
        if select.select([panel], [], [], 0.05)[0]:
            reply += os.read(panel, 64)
    return reply


def test_a_plate_goes_to_the_panel_that_asks() -> None:
    far, near = os.openpty()
    tty.setraw(near)
    (herald,) = heralds(Ear(), MockFactory(), osdp={"port": os.ttyname(near), "address": 3})
    herald.start()
    herald.present("AB 123")
    reply = polled(far)
    herald.stop()
    for end in (far, near):
        os.close(end)
    assert reply[6] == RAW


def test_a_port_that_is_not_there_is_told_once() -> None:
    ear = Ear()
    (herald,) = heralds(ear, MockFactory(), osdp={"port": "/dev/nothing"})
    herald.start()
    wait_for(lambda: ear.faults != [])
    herald.stop()
    assert ear.faults == ["herald_fault"]
