"""The wires between the world and the appliance's pins, on gpiozero's mock factory."""

from __future__ import annotations

from dataclasses import dataclass

from gpiozero.pins.mock import MockFactory, MockPin

from ...config import Config
from ...config.schema import Input, Output


@dataclass(frozen=True, slots=True)
class _Wire:
    pin: MockPin
    active_high: bool


class Wiring:
    """Reads the output pins and drives the input pins that the configuration names.

    Levels are logical: True is energised or active. An output pin that nobody has claimed as an
    output is not energised.
    """

    def __init__(self, config: Config, factory: MockFactory) -> None:
        outputs = {n: _wire(factory, o) for n, o in config.outputs if isinstance(o, Output)}
        inputs = {n: _wire(factory, i) for n, i in config.inputs if isinstance(i, Input)}
        self._outputs = tuple(outputs.items())
        self._inputs = inputs
        self.energised: frozenset[str] = frozenset()
        self.claimed: frozenset[str] = frozenset()

    def read(self) -> frozenset[str]:
        """The names of the outputs that are energised now."""
        claimed = [(n, w) for n, w in self._outputs if w.pin.function == "output"]
        self.claimed = frozenset([n for n, _ in claimed])
        self.energised = frozenset([n for n, w in claimed if bool(w.pin.state) == w.active_high])
        return self.energised

    def drive(self, name: str, active: bool) -> None:
        """Put an input at its level. An input that is not configured is not wired: nothing happens."""
        wire = self._inputs.get(name)
        if wire is None or wire.pin.function != "input":
            return
        high = active == wire.active_high
        if bool(wire.pin.state) != high:
            (wire.pin.drive_high if high else wire.pin.drive_low)()


def _wire(factory: MockFactory, part: Output | Input) -> _Wire:
    return _Wire(factory.pin(part.pin), part.active_high)
