"""Fake parts for tests and demonstrations: they record history and refuse what silicon refuses."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from itertools import count

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
from .car_messages import Ack, CarLevels, Hello, SetLevels, Welcome, pack, unpack


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
    True loses what is sent. `opened` counts the tries.
    """

    def __init__(self, peer: Callable[[bytes], list[bytes]]) -> None:
        self.history: list[bytes] = []
        self.unplugged = False
        self.deaf = False
        self.opened = 0
        self.peer = peer
        self._inbox: deque[bytes] = deque()
        self._open = False

    def open(self) -> None:
        self.opened += 1
        if self.unplugged:
            raise LinkFault("the port is not there", part="serial")
        self._open = True

    def send(self, payload: bytes) -> None:
        self._refuse_unplugged()
        self.history.append(payload)
        if not self.deaf:
            self._inbox.extend(self.peer(payload))

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
    """The car's controller, as `link` and `car_messages` describe it. `clock` gives seconds.

    `welcome` is what it says of itself; the dead-man time in it is its own limit.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.welcome = Welcome(0, 0, session=0, dead_man_ms=2000, firmware="fake 1.0")
        self._clock = clock
        self._levels = CarLevels()
        self._greeting: Hello | None = None
        self._sessions = count(1)
        self._session: int | None = None
        self._newest = 0
        self._heard_s = 0.0
        self._dead_man_s = 0.0

    @property
    def levels(self) -> CarLevels:
        """What it drives now: nothing once it has heard nothing for its dead-man time."""
        self._age()
        return self._levels

    def forget(self) -> None:
        """Everything released, no session: the dead-man time is over, or the peer restarted."""
        self._levels, self._session = CarLevels(), None

    def _age(self) -> None:
        if self._clock() - self._heard_s > self._dead_man_s:
            self.forget()

    def __call__(self, data: bytes) -> list[bytes]:
        message = unpack(data)
        if isinstance(message, Hello):
            return [] if self._repeats(message) else [pack(self._greet(message))]
        if isinstance(message, SetLevels) and self._fresh(message):
            self._newest, self._heard_s = message.number, self._clock()
            self._levels = message.levels.within(self.welcome.able)
            return [pack(Ack(message.tag, message.number, self._levels))]
        return []

    def _repeats(self, hello: Hello) -> bool:
        last = self._greeting
        return last is not None and last.tag == hello.tag and not _newer(hello.number, last.number)

    def _greet(self, hello: Hello) -> Welcome:
        self.forget()
        self._greeting = hello
        dead_man_ms = min(self.welcome.dead_man_ms, 3 * hello.heartbeat_ms)
        session = next(self._sessions) % 0x10000
        if hello.version.major == self.welcome.version.major:
            self._session, self._newest, self._heard_s = session, hello.number, self._clock()
            self._dead_man_s = dead_man_ms / 1000
        answer = replace(self.welcome, tag=hello.tag, number=hello.number)
        return replace(answer, session=session, dead_man_ms=dead_man_ms)

    def _fresh(self, message: SetLevels) -> bool:
        self._age()
        return message.tag == self._session and _newer(message.number, self._newest)


def _newer(number: int, than: int) -> bool:
    return 0 < (number - than) % 0x10000 < 0x8000


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
