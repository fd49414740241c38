"""Contracts of the hardware seams. A driver is opened, used and closed; close is idempotent.

Every driver converts its vendor's errors into `appliance.faults` at its border, with `from`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

from ..faults import GateFault
from ..sight import Effort, Frame
from ..words import Word

DriverT = TypeVar("DriverT", bound="Driver")


class Driver(ABC):
    """The lifecycle that all drivers share."""

    @abstractmethod
    def open(self) -> None:
        """Claim the device. Raises the room's fault when it cannot."""

    @abstractmethod
    def close(self) -> None:
        """Give the device back, outputs at their shutdown level. May be called twice."""

    def __enter__(self: DriverT) -> DriverT:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class BaseCamera(Driver):
    """A source of frames."""

    name: str

    @abstractmethod
    def read(self, timeout_s: float) -> Frame:
        """The next frame, waiting at most `timeout_s`.

        Raises CameraLost when none came. A file source raises EndOfFootage at its end.
        """

    def look(self, effort: Effort) -> None:
        """How hard the pictures are looked at from now on; from any thread, before or after opening.

        A camera with a smaller stream of the same view may give that one while it is only watched.
        """


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """What an output must declare (law 5). Levels are logical: True is energised."""

    name: str
    pin: str
    active_high: bool = True
    start: bool = False
    shutdown: bool = False
    max_on_s: float | None = None


class BaseOutput(Driver):
    """A digital output that knows its start level, its shutdown level and its maximum on-time."""

    spec: OutputSpec

    @abstractmethod
    def set(self, on: bool) -> None:
        """Drive the output. Raises OutputFailed when the write fails or reads back wrong."""

    @property
    @abstractmethod
    def is_on(self) -> bool:
        """The level that the pin reads back."""


@dataclass(frozen=True, slots=True)
class InputSpec:
    """A digital input. `active_high` False is a contact to ground with a pull-up.

    The pull is the level of an open wire: idle for a normally open contact, active for a normally
    closed one, so that a broken wire reads as active (STOP, loop and beam want this). With
    `external_pull` a resistor outside does it, and the board's own stays off. Active for longer than
    `stuck_s` is reported, and counts all the same.
    """

    name: str
    pin: str
    active_high: bool = False
    debounce_s: float = 0.02
    normally_closed: bool = False
    external_pull: bool = False
    stuck_s: float = float("inf")


class BaseInput(Driver):
    """A digital input."""

    spec: InputSpec

    @abstractmethod
    def read(self) -> bool:
        """True when active. Raises SensorLost when the pin cannot be read."""


class BaseSerialLink(Driver):
    """A byte link to a peer that controls a car or a relay board."""

    @abstractmethod
    def send(self, payload: bytes) -> None:
        """Queue one message. Raises LinkFault when the port is gone."""

    @abstractmethod
    def receive(self, timeout_s: float) -> bytes | None:
        """One whole message, or None after `timeout_s`. Raises LinkFault when the port is gone."""


class BaseWatchdog(ABC):
    """The supervisor that restarts a gate that stops feeding it."""

    @abstractmethod
    def ready(self) -> None: ...

    @abstractmethod
    def feed(self) -> None: ...

    @abstractmethod
    def status(self, text: str) -> None: ...

    @abstractmethod
    def stopping(self) -> None: ...


class PowerMode(Word):
    SAVING = "saving"
    FULL = "full"


class BasePower(ABC):
    """The board's power mode."""

    @abstractmethod
    def set_mode(self, mode: PowerMode) -> None:
        """Raises PowerModeFailed when the board refuses."""


class BaseThermal(ABC):
    """The board's temperatures."""

    @abstractmethod
    def read(self) -> dict[str, float]:
        """Degrees Celsius by zone. Raises ThermometerLost when none can be read."""


def do_all(acts: Iterable[Callable[[], None]]) -> None:
    """Do all, whatever fails; then raise the first failure."""
    failures: list[GateFault] = []
    for act in acts:
        try:
            act()
        except GateFault as fault:
            failures.append(fault)
    if failures:
        raise failures[0]


class EndOfFootage(Exception):
    """A file source has given its last frame."""
