"""What the gate's outputs move in the twin: a motor, an operator that runs by itself, a car's release."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ...config import Config
from ..fake import FakeCarPeer
from .arm import Arm

Motion = tuple[bool, bool]
"""Whether the way opens, and whether it closes."""


class BaseOperator(ABC):
    """Turns energised outputs into motion, step by step."""

    @abstractmethod
    def drive(self, energised: frozenset[str], arm: Arm) -> Motion: ...

    def judged(self, energised: frozenset[str]) -> frozenset[str]:
        """The outputs as the referee knows them, by what they do."""
        return energised


class HeldOperator(BaseOperator):
    """Moves while an output is on."""

    def drive(self, energised: frozenset[str], arm: Arm) -> Motion:
        return "open" in energised, "close" in energised


class ImpulseOperator(BaseOperator):
    """Starts at the beginning of an impulse, runs to its limit, and stands still after `stop`."""

    def __init__(self) -> None:
        self._before: frozenset[str] = frozenset()
        self._heading = ""

    def drive(self, energised: frozenset[str], arm: Arm) -> Motion:
        begun = energised - self._before
        self._before = energised
        for direction in ("open", "close"):
            if direction in begun:
                self._heading = direction
        done = arm.at_open if self._heading == "open" else arm.at_closed
        if "stop" in energised or done:
            self._heading = ""
        return self._heading == "open", self._heading == "close"

    def judged(self, energised: frozenset[str]) -> frozenset[str]:
        """A motion counts as long as it lasts, not as long as the impulse that began it."""
        under_way = {self._heading} if self._heading else set()
        return (energised - {"open", "close"}) | under_way


class CarRelease(BaseOperator):
    """The way is free while the car is enabled, over a pin or by its controller on the serial link."""

    def __init__(self, peer: FakeCarPeer | None) -> None:
        self._peer = peer

    def drive(self, energised: frozenset[str], arm: Arm) -> Motion:
        enabled = self._enabled(energised)
        return enabled, not enabled and not arm.at_closed

    def judged(self, energised: frozenset[str]) -> frozenset[str]:
        """Enabling a car lets somebody in as opening does; releasing it comes down on nobody."""
        return energised | {"open"} if self._enabled(energised) else energised

    def _enabled(self, energised: frozenset[str]) -> bool:
        return "enable" in energised or (self._peer is not None and self._peer.levels.enable)


def make_operator(config: Config, peer: FakeCarPeer | None) -> BaseOperator:
    """The counterpart of `gate.actuator`. `peer` is the car's controller where there is one."""
    if config.gate.actuator == "car":
        return CarRelease(peer)
    return ImpulseOperator() if config.gate.actuator == "pulse" else HeldOperator()
