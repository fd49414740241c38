"""What the two actuators' cycles answer: they go on, or they are done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from .base import Commands, Memory

C = TypeVar("C")


@dataclass(frozen=True)
class Going(Generic[C]):
    """The cycle goes on."""

    cycle: C
    commands: Commands = ()


@dataclass(frozen=True)
class Done:
    """The cycle ended, and what it leaves behind."""

    memory: Memory
    commands: Commands = ()
