"""All inputs, read once a tick: debounced levels, and the events that they mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..config.schema import Buttons
from ..events import Button, Event, Limit, Presence
from ..faults import SensorLost, SensorStuck
from .base import BaseInput, Driver, do_all
from .buttons import ButtonWatch
from .debounce import Debouncer
from .notices import Standing

BUTTONS = {
    "open_button": Button.OPEN,
    "stop_button": Button.STOP,
    "service_button": Button.SERVICE,
    "exit": Button.EXIT,
}
_PRESENCE = {True: Presence.PRESENT, False: Presence.CLEAR, None: Presence.UNKNOWN}
_LIMIT = {True: Limit.ON, False: Limit.OFF, None: Limit.UNKNOWN}


@dataclass(frozen=True, slots=True)
class InputSnapshot:
    """The inputs at one moment. `stop` and `exit` are held levels; a STOP that cannot be read is
    held. `events` are presses, holds, and faults that came or went since the poll before.
    """

    at_s: float
    stop: bool
    loop: Presence
    beam: Presence
    opened: Limit
    closed: Limit
    exit: bool
    events: tuple[Event, ...]


class _Line:
    """One input with its debouncer and its fault."""

    def __init__(self, source: BaseInput) -> None:
        self.source = source
        self._debouncer = Debouncer(source.spec.debounce_s)
        self._standing = Standing()
        self._active_s: float | None = None
        self._unopened: SensorLost | None = None

    def open(self) -> None:
        """Claim it, once; why it does not answer is kept for the polls, which say no more than that."""
        try:
            self.source.open()
        except SensorLost as fault:
            detail = f"{fault.detail}; once that is mended, restart the gate"
            self._unopened = SensorLost(detail, part=fault.part)

    def poll(self, now_s: float) -> tuple[bool | None, tuple[Event, ...]]:
        """The level, None in doubt, and the fault that came or went."""
        name = self.source.spec.name
        try:
            raw: bool | None = self.source.read()
        except SensorLost as fault:
            self._debouncer.update(None, now_s)
            return None, self._standing.raised(self._unopened or fault, now_s)
        level = self._debouncer.update(raw, now_s)
        if self._debouncer.chatters:
            return None, self._standing.raised(SensorLost("it flickers without end", part=name), now_s)
        settled = self._standing.cleared(SensorLost, name) if level is not None else ()
        return level, (*settled, *self._stuck(level, now_s))

    def _stuck(self, level: bool | None, now_s: float) -> tuple[Event, ...]:
        """An input that is active beyond all likelihood is reported, and keeps its effect."""
        spec = self.source.spec
        if level is False:
            self._active_s = None
            return self._standing.cleared(SensorStuck, spec.name)
        if self._active_s is None:
            self._active_s = now_s
        active_s = now_s - self._active_s
        if active_s <= spec.stuck_s:
            return ()
        return self._standing.raised(SensorStuck(f"for {active_s:.0f} s", part=spec.name), now_s)


class InputBank(Driver):
    """Owns every input. `exit_free` True: the exit input is a loop, not a button."""

    def __init__(self, inputs: Iterable[BaseInput], buttons: Buttons, *, exit_free: bool = False) -> None:
        self._lines = {source.spec.name: _Line(source) for source in inputs}
        self._watches = {
            name: ButtonWatch(button, buttons, may_stick=not (exit_free and button is Button.EXIT))
            for name, button in BUTTONS.items()
            if name in self._lines
        }

    def open(self) -> None:
        """Claim all. A sensor that does not answer is no reason not to start: each poll says so."""
        for line in self._lines.values():
            line.open()

    def close(self) -> None:
        """Give every pin back. Tries all, then raises the first failure."""
        do_all(line.source.close for line in self._lines.values())

    def poll(self, now_s: float) -> InputSnapshot:
        """Read every input once. Never raises for a sensor: it is in doubt, and an event says so."""
        levels: dict[str, bool | None] = {}
        events: list[Event] = []
        for name, line in self._lines.items():
            levels[name], found = line.poll(now_s)
            events += found
        for name, watch in self._watches.items():
            events += watch.update(levels[name], now_s)
        return InputSnapshot(
            at_s=now_s,
            stop="stop_button" in levels and levels["stop_button"] is not False,
            loop=_presence("loop", levels),
            beam=_presence("beam", levels),
            opened=_limit("limit_open", levels),
            closed=_limit("limit_closed", levels),
            exit=levels.get("exit") is True,
            events=tuple(events),
        )


def _presence(name: str, levels: dict[str, bool | None]) -> Presence:
    return _PRESENCE[levels[name]] if name in levels else Presence.NOT_FITTED


def _limit(name: str, levels: dict[str, bool | None]) -> Limit:
    return _LIMIT[levels[name]] if name in levels else Limit.NOT_FITTED
