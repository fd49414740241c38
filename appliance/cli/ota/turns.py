"""One at a time changes what is installed: a timer, a person and the proof may all come at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import wraps
from pathlib import Path
from time import sleep

from ...config import Config
from ...faults import ConfigFault
from ...update.own import alone

Act = Callable[[argparse.Namespace, Config], int]
_TAKEN = "An update is at work on this board (a fetch, an install or a proof); try again when it is done."


PATIENCE = 30
"""Seconds that a person's command waits: the timer's round is over by then, where it finds nothing."""


def in_turn(act: Act, *, patience: int = 0, wait: bool = False) -> Act:
    """`act` alone; who comes second says so and does nothing after so many seconds of `patience`, or waits.

    Raises ConfigFault where others could choose what is installed.
    """

    @wraps(act)
    def acting(args: argparse.Namespace, config: Config) -> int:
        with ExitStack() as turn:
            try:
                ours = _entered(turn, config.update.folder, patience, wait=wait)
            except OSError as error:
                remedy = "Run it as root, or name a folder of root's own."
                raise ConfigFault(f"update.folder: {error}. {remedy}") from error
            if not ours:
                print(_TAKEN, file=sys.stderr)
                return 1
            return act(args, config)

    return acting


def _entered(turn: ExitStack, folder: Path, patience: int, *, wait: bool) -> bool:
    for left in range(patience, -1, -1):
        with suppress(BlockingIOError):
            turn.enter_context(alone(folder, wait=wait))
            return True
        if left:
            sleep(1.0)
    return False
