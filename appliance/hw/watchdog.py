"""The supervisor's watchdog: systemd's notify protocol, and who may feed it (law 9)."""

from __future__ import annotations

from collections.abc import Mapping

import sdnotify

from ..faults import WatchdogFault
from .base import BaseWatchdog
from .heartbeat import Heartbeat

FEED_EVERY_S = 1.0
"""A small part of the unit's WatchdogSec; more often only costs datagrams."""

# sdnotify meets an unset or empty NOTIFY_SOCKET with TypeError or IndexError, a dead one with
# OSError, and remembers a failed connection as a socket of None (AttributeError).
NOTIFY_ERRORS = (OSError, TypeError, IndexError, AttributeError)


class SystemdWatchdog(BaseWatchdog):
    """READY, STATUS, WATCHDOG and STOPPING to the socket that systemd named in NOTIFY_SOCKET.

    Never waits: where the supervisor does not read and the socket is full, the word is lost and raises
    WatchdogFault like any other that could not be told. The next feed tries again.
    """

    def __init__(self) -> None:
        try:
            self._notifier = sdnotify.SystemdNotifier(debug=True)
            # The machine's thread feeds: a supervisor that hangs must not hang the gate.
            self._notifier.socket.setblocking(False)
        except NOTIFY_ERRORS as error:
            raise WatchdogFault(f"NOTIFY_SOCKET: {error}", part="watchdog") from error

    def ready(self) -> None:
        self._tell("READY=1")

    def feed(self) -> None:
        self._tell("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Show `text` in `systemctl status`, on one line: a line break would begin another field."""
        self._tell("STATUS=" + " ".join(text.split()))

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, message: str) -> None:
        try:
            # sdnotify writes Latin-1, systemd reads UTF-8: the bytes pass through unchanged.
            self._notifier.notify(message.encode("utf-8").decode("latin-1"))
        except NOTIFY_ERRORS as error:
            raise WatchdogFault(str(error), part="watchdog") from error


class NullWatchdog(BaseWatchdog):
    """Nobody watches: a gate that was started by hand."""

    def ready(self) -> None:
        pass

    def feed(self) -> None:
        pass

    def status(self, text: str) -> None:
        pass

    def stopping(self) -> None:
        pass


def make_watchdog(environ: Mapping[str, str], *, enabled: bool = True) -> BaseWatchdog:
    """systemd's watchdog where it started this process, else the null one. Raises WatchdogFault."""
    if enabled and environ.get("NOTIFY_SOCKET"):
        return SystemdWatchdog()
    return NullWatchdog()


class FedByTick:
    """Feeds the watchdog from the machine's tick, and only while the inference loop beats (law 9).

    `loop_limit_s` bounds the age of the loop's heartbeat. Frames do not matter: a lost camera is a
    fault, not a reset.
    """

    def __init__(
        self,
        watchdog: BaseWatchdog,
        loop: Heartbeat,
        loop_limit_s: float,
        *,
        every_s: float = FEED_EVERY_S,
    ) -> None:
        self._watchdog = watchdog
        self._loop = loop
        self._loop_limit_s = loop_limit_s
        self._every_s = every_s
        self._fed_s = float("-inf")

    def ticked(self, now_s: float) -> bool:
        """The machine has ticked: whether the watchdog was fed. Raises WatchdogFault."""
        if self._loop.age_s(now_s) > self._loop_limit_s or now_s - self._fed_s < self._every_s:
            return False
        self._fed_s = now_s
        self._watchdog.feed()
        return True
