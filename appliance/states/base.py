"""What every state shares: names, triggers, inputs, and the shape of a reaction."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar, Union

from ..authority import Authority
from ..commands import Command
from ..config.schema import Barrier, Buttons, Car, Exit
from ..events import Event, Limit, Presence
from ..faults import ActiveFault, Effect
from ..words import Word


class StateName(Word):
    BOOT = "boot"
    WARMUP = "warmup"
    IDLE_ROI = "idle_roi"
    RECOGNIZE = "recognize"
    ACTUATE = "actuate"
    FAULT = "fault"


class Trigger(Word):
    """Why the machine leaves a state. The table in `machine.py` says where it goes."""

    CHECKED = "checked"
    TRUSTED = "trusted"
    VEHICLE_SEEN = "vehicle_seen"
    VEHICLE_LEFT = "vehicle_left"
    AUTHORISED = "authorised"
    RESTORE = "restore"
    CYCLE_DONE = "cycle_done"
    COLD = "cold"
    FAILED = "failed"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Policy:
    """The part of the configuration that the machine follows."""

    actuator: str = "barrier"
    armed: bool = True
    barrier: Barrier = field(default_factory=Barrier)
    car: Car = field(default_factory=Car)
    buttons: Buttons = field(default_factory=Buttons)
    exit: Exit = field(default_factory=Exit)

    @property
    def drives_barrier(self) -> bool:
        return self.actuator != "car"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The levels of one moment: what sensors, vision and the fault board say now.

    `roi` and `zone` are vision's: a vehicle stands in the region of interest, or so near the arm
    that it vetoes closing. Both are UNKNOWN while the camera is in doubt. `tracks` are the vehicles
    in the ROI now, as (camera, track id); `spent` are authorities already used.
    """

    policy: Policy
    stop: bool = False
    loop: Presence = Presence.NOT_FITTED
    beam: Presence = Presence.NOT_FITTED
    zone: Presence = Presence.UNKNOWN
    roi: Presence = Presence.UNKNOWN
    opened: Limit = Limit.NOT_FITTED
    closed: Limit = Limit.NOT_FITTED
    tracks: frozenset[tuple[str, int]] = frozenset()
    doubted: frozenset[str] = frozenset()
    """Names of cameras whose frames decide nothing (law 8)."""
    faults: tuple[ActiveFault, ...] = ()
    spent: frozenset[str] = frozenset()
    checked: bool = False
    """Outputs are claimed and inputs answer."""
    warm: bool = False
    """Every engine has read its golden frames (law 13)."""

    @property
    def vetoed(self) -> bool:
        """Something is, or may be, where the arm comes down (law 2)."""
        return self.loop.vetoes or self.beam.vetoes or self.zone.vetoes

    @property
    def under_arm(self) -> bool:
        """A vehicle is surely passing: what is merely unknown proves no passage."""
        if self.loop is Presence.NOT_FITTED and self.beam is Presence.NOT_FITTED:
            return self.zone is Presence.PRESENT
        return Presence.PRESENT in (self.loop, self.beam)

    @property
    def vehicle_under_arm(self) -> bool:
        """A vehicle, not a person: people break a beam, but no loop."""
        return self.under_arm if self.loop is Presence.NOT_FITTED else self.loop is Presence.PRESENT

    @property
    def limits_disagree(self) -> bool:
        """The arm cannot be up and down (law 6)."""
        return self.opened is Limit.ON and self.closed is Limit.ON

    def suffers(self, effect: Effect) -> bool:
        """True when a fault at least as severe as `effect` is active."""
        return any(f.effect.severity >= effect.severity for f in self.faults)

    def has_fault(self, kind: str) -> bool:
        return any(f.kind == kind for f in self.faults)


@dataclass(frozen=True, slots=True)
class Memory:
    """What one state hands to the next. `arm_closed` is a belief, True only after it was seen.

    `rested_s` is when the motor was last released: the dead time outlives a state (law 4).
    """

    arm_closed: bool = False
    rested_s: float = float("-inf")
    authority: Authority | None = None


Commands = tuple[Command, ...]


class State(ABC):
    """Where the gate is. Frozen: a reaction returns the next state and never changes this one."""

    __slots__ = ()
    name: ClassVar[StateName]

    @classmethod
    @abstractmethod
    def enter(cls, memory: Memory, inputs: Inputs, now: float) -> tuple[State, Commands]:
        """The state as it begins at `now`, and the commands of its beginning."""

    @abstractmethod
    def react(self, event: Event, inputs: Inputs, now: float) -> Reaction:
        """What follows from `event`; STOP and STOP_NOW have been dealt with before."""

    @abstractmethod
    def stopped(self, inputs: Inputs, now: float) -> tuple[State, Commands]:
        """The same state with STOP held: nothing moves (law 3)."""

    def abandoned(self, now: float) -> Commands:
        """What is still owed when a fault ends this state."""
        return ()

    @abstractmethod
    def memory(self) -> Memory:
        """What a following state needs to know."""


@dataclass(frozen=True, slots=True)
class Stay:
    """The gate stays in this state, perhaps with other data."""

    state: State
    commands: Commands = ()


@dataclass(frozen=True, slots=True)
class Leave:
    """The gate leaves; the table says where to."""

    trigger: Trigger
    memory: Memory
    commands: Commands = ()


Reaction = Union[Stay, Leave]
