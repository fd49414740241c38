"""Puts the gate itself together from its hands, its record, its access and its eyes."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from ..clock import Clock
from ..config import Config
from ..faults import GateFault
from ..gate.faultboard import FaultBoard
from ..gate.gate import Gate, Parts
from ..gate.ports import EyePort, FaultMet, FaultOver, HeraldPort, Message, WatchdogPort
from ..gate.senses import Senses, Sight
from ..machine import Machine
from ..states import Policy
from .hands import Hands
from .ports import Doorman, Scribe


class Mouth:
    """Faults on their way from a worker's thread to the gate. Posts before there is a gate wait."""

    def __init__(self) -> None:
        self._gate: Gate | None = None
        self._early: list[Message] = []
        self._lock = threading.Lock()

    def open(self, gate: Gate) -> None:
        """From now on everything goes to `gate`, first what came too early."""
        with self._lock:
            for message in self._early:
                gate.post(message)
            self._early.clear()
            self._gate = gate

    def post(self, message: Message) -> None:
        with self._lock:
            post = self._early.append if self._gate is None else self._gate.post
            post(message)

    def raised(self, fault: GateFault) -> None:
        self.post(FaultMet(fault))

    def cleared(self, kind: str, part: str = "") -> None:
        self.post(FaultOver(kind, part))


def policy_of(config: Config) -> Policy:
    """What of the configuration the machine follows."""
    return Policy(
        actuator=config.gate.actuator,
        armed=config.gate.armed,
        barrier=config.barrier,
        car=config.car,
        buttons=config.buttons,
        exit=config.exit,
    )


def build_gate(
    config: Config,
    clock: Clock,
    hands: Hands,
    doorman: Doorman,
    scribe: Scribe,
    watchdog: WatchdogPort,
    eyes: Sequence[EyePort],
    heralds: Sequence[HeraldPort] = (),
) -> Gate:
    """A gate in boot. Its pins are claimed by the caller, who then posts SelfCheckPassed."""
    return Gate(
        Parts(
            machine=Machine(),
            panel=hands.inputs,
            actuator=hands.actuator,
            access=doorman,
            writer=scribe,
            senses=Senses(policy_of(config), _sights(config)),
            board=FaultBoard(),
            watchdog=watchdog,
            eyes=eyes,
            clock=clock,
            loop_limit_s=config.vision.loop_limit_s,
            heralds=heralds,
        )
    )


def _sights(config: Config) -> dict[str, Sight]:
    """A scene stays true until the next one is overdue: the wait at idle rate, and the frame's limit."""
    waits_s = 1.0 / config.vision.idle_fps
    return {n: Sight(c.frame_limit_s + waits_s, c.guards) for n, c in config.cameras.items()}
