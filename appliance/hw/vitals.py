"""What a board tells of its supply, its load and its power: contracts, and boards that tell nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..words import Word


class Trouble(Word):
    """What a firmware does to a board whose supply or cooling is too weak."""

    UNDERVOLTAGE = "undervoltage"
    CAPPED = "capped"
    """The processor's clock is limited."""
    THROTTLED = "throttled"
    SOFT_LIMIT = "soft_limit"
    """The firmware's own soft limit of temperature holds the clock down."""


@dataclass(frozen=True, slots=True)
class Supply:
    """Troubles that there are now, and those that there were since the board started."""

    now: frozenset[Trouble] = frozenset()
    been: frozenset[Trouble] = frozenset()


class BaseSupply(ABC):
    """The firmware's word on the supply."""

    @abstractmethod
    def read(self) -> Supply:
        """Raises SupplyUnread when nothing tells it."""


@dataclass(frozen=True, slots=True)
class Rail:
    """One supply rail, measured."""

    volts: float
    amperes: float

    @property
    def watts(self) -> float:
        return self.volts * self.amperes


@dataclass(frozen=True, slots=True)
class Gauges:
    """Measured power by rail, and how busy the GPU is (0 to 1), None where nothing tells it."""

    rails: Mapping[str, Rail] = field(default_factory=dict)
    gpu_load: float | None = None


class BaseGauges(ABC):
    """The board's meters."""

    @abstractmethod
    def read(self) -> Gauges:
        """What answers; a meter that does not is left out."""


class NullSupply(BaseSupply):
    """A board whose firmware says nothing of its supply."""

    def read(self) -> Supply:
        return Supply()


class NullGauges(BaseGauges):
    """A board without meters."""

    def read(self) -> Gauges:
        return Gauges()
