"""From a button's debounced level to presses, holds and a stuck button."""

from __future__ import annotations

from ..config.schema import Buttons
from ..events import Button, ButtonPressed, Event, ServiceHeld
from ..faults import ButtonStuck
from .notices import Standing


class ButtonWatch:
    """Pure: levels and times in, events out.

    A button that is held when it first becomes readable acts only after it was let go once.
    `may_stick` False is for an exit loop, on which a vehicle may stand as long as it likes.
    """

    def __init__(self, button: Button, limits: Buttons, *, may_stick: bool = True) -> None:
        self._button = button
        self._holds = self._service_holds(limits)
        self._stuck_s = limits.stuck_s if may_stick else float("inf")
        self._standing = Standing()
        self._was: bool | None = None
        self._acts = False
        self._since_s = 0.0
        self._told = 0

    def update(self, level: bool | None, now_s: float) -> tuple[Event, ...]:
        """What the level at `now_s` means; None is a button that cannot be read."""
        events: tuple[Event, ...] = ()
        if level and not self._was:
            events = self._pushed(now_s)
        elif level:
            events = (*self._held(now_s), *self._stuck(now_s))
        elif level is False:
            events = self._standing.cleared(ButtonStuck, self._button.value)
        self._was = level
        return events

    def _service_holds(self, limits: Buttons) -> tuple[tuple[float, ServiceHeld], ...]:
        if self._button is not Button.SERVICE:
            return ()
        return (
            (limits.maintenance_hold_s, ServiceHeld(reset=False)),
            (limits.reset_hold_s, ServiceHeld(reset=True)),
        )

    def _pushed(self, now_s: float) -> tuple[Event, ...]:
        self._since_s, self._told = now_s, 0
        self._acts = self._was is False
        return (ButtonPressed(self._button, now_s),) if self._acts else ()

    def _held(self, now_s: float) -> tuple[Event, ...]:
        if not self._acts:
            return ()
        held_s = now_s - self._since_s
        due = [event for hold_s, event in self._holds if held_s >= hold_s]
        fresh, self._told = due[self._told :], len(due)
        return tuple(fresh)

    def _stuck(self, now_s: float) -> tuple[Event, ...]:
        held_s = now_s - self._since_s
        if held_s <= self._stuck_s:
            return ()
        fault = ButtonStuck(f"held for {held_s:.0f} s", part=self._button.value)
        return self._standing.raised(fault, now_s)
