"""Where the checks look: this board's files, its tools, its configuration."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..config import Config
from ..hw.board import Board

TOOL_LIMIT_S = 5.0
"""systemctl, vcgencmd and nvpmodel answer within some ten milliseconds; one that hangs tells nothing."""

Ask = Callable[..., str | None]
"""Run a tool by its words; what it wrote, or None where it is missing, fails or hangs."""


def ask_tool(*words: str) -> str | None:
    try:
        done = subprocess.run(
            words, capture_output=True, check=False, timeout=TOOL_LIMIT_S, text=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def readable_and_writable(place: Path) -> bool:
    """Whether this user may use a device, asked without opening it."""
    return os.access(place, os.R_OK | os.W_OK)


@dataclass(frozen=True, slots=True)
class Site:
    """`root` is the folder that holds proc, sys, dev and run: "/" on a board."""

    config: Config
    board: Board
    root: Path = Path("/")
    ask: Ask = ask_tool
    may_use: Callable[[Path], bool] = readable_and_writable
    own_pid: int = field(default_factory=os.getpid)

    def text(self, place: str) -> str:
        """A file below `root`, stripped; empty where it cannot be read."""
        try:
            return (self.root / place).read_bytes().decode("utf-8", "replace").strip("\0\n ")
        except OSError:
            return ""

    def number(self, place: str) -> float | None:
        """A file that holds one number, None where it does not."""
        try:
            return float(self.text(place))
        except ValueError:
            return None

    def found(self, pattern: str) -> list[Path]:
        """The places below `root` that match, sorted."""
        return sorted(self.root.glob(pattern))

    def device(self, name: str) -> Path:
        """A device's place below `root`, by its ordinary path: "/dev/ttyUSB0"."""
        return self.root / name.lstrip("/")
