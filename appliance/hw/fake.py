"""Fake parts for tests and demonstrations: they record history and refuse what silicon refuses."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ..faults import (
    ConfigFault,
    GateFault,
    LinkFault,
    OutputFailed,
    PowerFault,
    SensorLost,
    ThermalFault,
    WatchdogFault,
)
from .base import (
    BaseInput,
    BaseOutput,
    BasePower,
    BaseSerialLink,
    BaseThermal,
    BaseWatchdog,
    InputSpec,
    OutputSpec,
    PowerMode,
)
from .link import CarLevels, Message, Packet, unpack


class FakePins:
    """The pins of one board: each may be claimed once, and keeps its level when it is given back.

    `wires` are the levels on the input pins, logical (True is active).
    """

    def __init__(self) -> None:
        self.wires: dict[str, bool] = {}
        self.levels: dict[str, bool] = {}
        self._claimed: set[str] = set()

    def claim(self, pin: str, name: str) -> None:
        if pin in self._claimed:
            raise ConfigFault(f"pin {pin} is already in use; give it a free pin", part=name)
        self._claimed.add(pin)

    def give_back(self, pin: str) -> None:
        self._claimed.discard(pin)


class FakeOutput(BaseOutput):
    """`history` is every level written, the start level first. `broken` fails all writes, `stuck`
    holds the pin at a level whatever is written.
    """

    def __init__(self, spec: OutputSpec, pins: FakePins) -> None:
        self.spec = spec
        self.history: list[bool] = []
        self.broken = False
        self.stuck: bool | None = None
        self._pins = pins
        self._open = False

    def open(self) -> None:
        if self._open:
            raise OutputFailed("it was opened twice", part=self.spec.name)
        self._pins.claim(self.spec.pin, self.spec.name)
        self._open = True
        try:
            self.set(self.spec.start)
        except OutputFailed:
            self._give_back()
            raise

    def set(self, on: bool) -> None:
        self._refuse_closed()
        if self.broken:
            raise OutputFailed("the write failed", part=self.spec.name)
        self.history.append(on)
        self._pins.levels[self.spec.pin] = on if self.stuck is None else self.stuck
        if self.is_on != on:
            raise OutputFailed("it reads back wrong", part=self.spec.name)

    @property
    def is_on(self) -> bool:
        self._refuse_closed()
        return self._pins.levels[self.spec.pin]

    def close(self) -> None:
        if not self._open:
            return
        try:
            self.set(self.spec.shutdown)
        finally:
            self._give_back()

    def _give_back(self) -> None:
        self._open = False
        self._pins.give_back(self.spec.pin)

    def _refuse_closed(self) -> None:
        if not self._open:
            raise OutputFailed("it is not open", part=self.spec.name)


class FakeInput(BaseInput):
    """Reads its pin's wire; a wire that was never set is open. `lost` True makes it unreadable."""

    def __init__(self, spec: InputSpec, pins: FakePins) -> None:
        self.spec = spec
        self.lost = False
        self._pins = pins
        self._open = False

    def open(self) -> None:
        if self._open:
            raise SensorLost("it was opened twice", part=self.spec.name)
        self._pins.claim(self.spec.pin, self.spec.name)
        self._open = True

    def read(self) -> bool:
        if self.lost or not self._open:
            raise SensorLost("the pin cannot be read", part=self.spec.name)
        return self._pins.wires.get(self.spec.pin, self.spec.normally_closed)

    def close(self) -> None:
        if self._open:
            self._pins.give_back(self.spec.pin)
        self._open = False


class FakeLink(BaseSerialLink):
    """A link to `peer`, which gives its answers to each message. `unplugged` True cuts it, `deaf`
    True loses what is sent.
    """

    def __init__(self, peer: Callable[[bytes], list[bytes]]) -> None:
        self.history: list[bytes] = []
        self.unplugged = False
        self.deaf = False
        self._peer = peer
        self._inbox: deque[bytes] = deque()
        self._open = False

    def open(self) -> None:
        if self.unplugged:
            raise LinkFault("the port is not there", part="serial")
        self._open = True

    def send(self, payload: bytes) -> None:
        self._refuse_unplugged()
        self.history.append(payload)
        if not self.deaf:
            self._inbox.extend(self._peer(payload))

    def receive(self, timeout_s: float) -> bytes | None:
        self._refuse_unplugged()
        return self._inbox.popleft() if self._inbox else None

    def close(self) -> None:
        self._open = False
        self._inbox.clear()

    def _refuse_unplugged(self) -> None:
        if self.unplugged or not self._open:
            raise LinkFault("the port is gone", part="serial")


class FakeCarPeer:
    """The car's controller, as `link` describes it, its time limit left out (`forget` is that)."""

    def __init__(self) -> None:
        self.levels = CarLevels()
        self._newest: int | None = None

    def forget(self) -> None:
        """The peer heard nothing for three heartbeats, or restarted."""
        self.levels = CarLevels()
        self._newest = None

    def __call__(self, message: bytes) -> list[bytes]:
        packet = unpack(message)
        if packet is None or not self._accepts(packet):
            return []
        self._newest = packet.number
        self.levels = packet.levels if packet.kind is Message.SET else CarLevels()
        return [Packet(Message.ACK, packet.number, self.levels).packed()]

    def _accepts(self, packet: Packet) -> bool:
        if packet.kind is Message.HELLO:
            return True
        if packet.kind is not Message.SET or self._newest is None:
            return False
        return 0 < (packet.number - self._newest) % 0x10000 < 0x8000


class FakeWatchdog(BaseWatchdog):
    """`history` is what it was told. `broken` True makes every message fail."""

    def __init__(self) -> None:
        self.history: list[str] = []
        self.broken = False

    def ready(self) -> None:
        self._told("ready")

    def feed(self) -> None:
        self._told("feed")

    def status(self, text: str) -> None:
        self._told(f"status {text}")

    def stopping(self) -> None:
        self._told("stopping")

    def _told(self, message: str) -> None:
        if self.broken:
            raise WatchdogFault("nobody listens", part="watchdog")
        self.history.append(message)


class FakePower(BasePower):
    """`history` is the modes set; `fault`, when given, is raised instead."""

    def __init__(self, fault: PowerFault | None = None) -> None:
        self.history: list[PowerMode] = []
        self.fault = fault

    def set_mode(self, mode: PowerMode) -> None:
        _raise(self.fault)
        self.history.append(mode)


class FakeThermal(BaseThermal):
    """Zones as they were set; `fault`, when given, is raised instead."""

    def __init__(self, zones: dict[str, float], fault: ThermalFault | None = None) -> None:
        self.zones = zones
        self.fault = fault

    def read(self) -> dict[str, float]:
        _raise(self.fault)
        return dict(self.zones)


def _raise(fault: GateFault | None) -> None:
    if fault is not None:
        raise fault
