"""The attendant: presses the gate's buttons for guests, hits STOP, and gets a jammed arm going again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from ...events import Button
from .arm import Arm
from .plan import Mishap, Standing, VisitPlan

_PRESS_S = 0.3
# The attendant looks at a guest this long before pressing OPEN.
_GUEST_S = 3.0
# The attendant touches nothing until the motor has been still for this long.
_QUIET_S = 1.5
# The attendant frees a jammed arm after this long even when the motor still pulls.
_GIVE_UP_S = 25.0
_LOOK_S = 0.25
_AGAIN_S = 6.0
_TRIES = 6

Script = Iterator[float]
"""What a person does, step by step; it yields how many seconds to wait."""


class Scene(Protocol):
    """What the attendant sees."""

    arm: Arm

    @property
    def still_s(self) -> float:
        """For how long the motor has had no power."""

    def waiting(self) -> VisitPlan | None:
        """Who stands at the line, first in the queue."""

    def waits_s(self) -> float:
        """For how long."""


class Attendant:
    """Does one thing at a time. `pressed` are the buttons held down at this moment."""

    def __init__(self, scene: Scene, reset_hold_s: float, say: Callable[[str], None]) -> None:
        self._scene = scene
        self._reset_s = reset_hold_s + 1.0
        self._say = say
        self._script: Script | None = None
        self._wake_s = 0.0
        self._until: dict[Button, float] = {}
        self._now_s = 0.0
        self._handled: int = 0
        self.pressed: frozenset[Button] = frozenset()

    @property
    def busy(self) -> bool:
        return self._script is not None

    def press(self, button: Button, seconds: float = _PRESS_S) -> None:
        self._until[button] = self._now_s + seconds
        self.pressed = frozenset(self._until)

    def step(self, now_s: float, mishap: Mishap | None) -> None:
        self._now_s = now_s
        if self._until:
            self._release(now_s)
        if self._script is None:
            self._script = self._wanted(mishap)
            self._wake_s = now_s
        elif now_s >= self._wake_s:
            self._go_on(self._script, now_s)

    def _release(self, now_s: float) -> None:
        self._until = {b: end for b, end in self._until.items() if now_s < end}
        self.pressed = frozenset(self._until)

    def _go_on(self, script: Script, now_s: float) -> None:
        wait = next(script, None)
        if wait is None:
            self._script = None
        else:
            self._wake_s = now_s + wait

    def _wanted(self, mishap: Mishap | None) -> Script | None:
        if mishap is Mishap.ARM_JAM:
            return self._mend()
        if mishap is Mishap.STOP_PRESSED:
            return self._stop()
        guest = self._scene.waiting()
        if guest and guest.standing is Standing.GUEST and self._scene.waits_s() > _GUEST_S:
            return self._let_in()
        return None

    def _mend(self) -> Script:
        start = self._now_s
        while self._scene.still_s < _QUIET_S and self._now_s - start < _GIVE_UP_S:
            yield _LOOK_S
        stopped = self._scene.still_s >= _QUIET_S
        self._scene.arm.jammed = False
        self._say("the attendant frees the arm")
        yield 1.0
        if stopped:
            self._say("the attendant holds SERVICE to reset the fault")
            self.press(Button.SERVICE, self._reset_s)
            yield self._reset_s + 0.5
        yield from self._let_in()

    def _stop(self) -> Script:
        self._say("the attendant holds STOP for a second")
        self.press(Button.STOP, 1.0)
        yield 2.0
        yield from self._let_in()

    def _let_in(self) -> Script:
        """Press OPEN, again if need be, until the one at the line who may pass has gone."""
        for _ in range(_TRIES):
            while self._scene.still_s < _QUIET_S:
                yield _LOOK_S
            guest = self._scene.waiting()
            if guest is None or not guest.may_pass:
                return
            self._say(f"the attendant presses OPEN for {guest.plate}")
            self.press(Button.OPEN)
            yield _AGAIN_S
