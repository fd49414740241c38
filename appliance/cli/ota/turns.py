"""One at a time changes what is installed: a timer, a person and the proof may all come at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps

from ...config import Config
from ...faults import ConfigFault
from ...update.own import alone

Act = Callable[[argparse.Namespace, Config], int]
_TAKEN = "An update is at work on this board (a fetch, an install or a proof); try again when it is done."


def in_turn(act: Act, *, wait: bool = False) -> Act:
    """`act` alone; who comes second says so and does nothing, or waits.

    Raises ConfigFault where others could choose what is installed.
    """

    @wraps(act)
    def acting(args: argparse.Namespace, config: Config) -> int:
        with ExitStack() as turn:
            try:
                turn.enter_context(alone(config.update.folder, wait=wait))
            except BlockingIOError:
                print(_TAKEN, file=sys.stderr)
                return 1
            except OSError as error:
                remedy = "Run it as root, or name a folder of root's own."
                raise ConfigFault(f"update.folder: {error}. {remedy}") from error
            return act(args, config)

    return acting
