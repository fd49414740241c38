"""The gate's hands: pins, outputs, inputs and the actuator, as the configuration names them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from ..clock import Clock
from ..config import Config
from ..faults import GateFault
from ..hw.actuator import BaseActuator
from ..hw.adc import make_input
from ..hw.barrier import BarrierActuator
from ..hw.base import BaseSerialLink, do_all
from ..hw.car import CarOnLink, CarOnPins
from ..hw.gpio import GpioOutput, Pins
from ..hw.inputs import InputBank
from ..hw.link import CarLink
from ..hw.outputs import OutputBank
from ..hw.pulse import PulseActuator
from ..hw.reader import ReaderActuator
from ..hw.serial_link import PortConfig, SerialLink
from ..hw.specs import input_specs, output_specs


@dataclass(frozen=True, slots=True)
class Hands:
    """Everything that the gate acts by. Open claims the outputs first, close gives them back last.

    `port` is the car's, which its actuator opens; None where no car is on a serial link.
    """

    pins: Pins
    outputs: OutputBank
    inputs: InputBank
    actuator: BaseActuator
    port: BaseSerialLink | None = None

    def open(self) -> None:
        """Claim all pins. Raises OutputFailed or ConfigFault; nothing stays claimed then."""
        self.outputs.open()
        try:
            self.inputs.open()
        except GateFault:
            self.close()
            raise

    def close(self) -> None:
        """Shutdown level everywhere, then the pins and the port are free. Raises as their drivers do."""
        try:
            self.actuator.safe()
        finally:
            # The port after the pins: one that nothing drains may hold its closing up.
            ports = [] if self.port is None else [self.port.close]
            do_all([self.inputs.close, self.outputs.close, *ports])


def build_hands(config: Config, clock: Clock, pins: Pins, car_port: BaseSerialLink | None = None) -> Hands:
    """Build drivers for every pin of `config` on `pins`; nothing is claimed yet. Raises ConfigFault.

    `car_port` stands in for the serial port of the configuration: the twin's.
    """
    outputs = OutputBank(
        [GpioOutput(spec, pins) for spec in output_specs(config.outputs, config.barrier)],
        clock,
        dead_time_s=config.barrier.dead_time_s,
    )
    inputs = InputBank(
        [make_input(spec, pins, config.end_of_line) for spec in input_specs(config.inputs, config.buttons)],
        config.buttons,
        exit_free=config.exit.mode == "free",
    )
    port = car_port or _port(config)
    return Hands(pins, outputs, inputs, _actuator(config, outputs, port), port)


def _port(config: Config) -> BaseSerialLink | None:
    if config.gate.actuator == "car" and config.car.channel == "serial":
        return SerialLink(PortConfig(config.serial.port, config.serial.baud))
    return None


def _actuator(config: Config, outputs: OutputBank, port: BaseSerialLink | None) -> BaseActuator:
    if config.gate.actuator == "barrier":
        return BarrierActuator(outputs)
    if config.gate.actuator == "reader":
        return ReaderActuator(outputs)
    if config.gate.actuator == "pulse":
        return PulseActuator(outputs, config.barrier.pulse_s)
    if port is None:
        return CarOnPins(outputs)
    return CarOnLink(CarLink(port, config.serial.heartbeat_s, lambda: secrets.randbelow(0x10000)))
