"""Capture of one camera: frames into its mailbox, and the truth about whether they are alive."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Protocol

from ..clock import Clock
from ..config.schema import Camera
from ..faults import CameraFrozen, CameraLost, GateFault
from ..sight import Frame, Picture, host
from .base import FaultSink
from .sit import Sit, stay

# Every eighth row: sensor noise or a codec's refresh changes one of them, at a fraction of a ms.
_ROW_STEP = 8
_FIRST_RETRY_S = 0.5
# A camera that boots takes some ten seconds; asking more rarely only delays its return.
_LONGEST_RETRY_S = 10.0
_FIRST_THAW_S = 10.0
# A frozen camera is opened anew, ever more seldom: a still night may only look frozen.
_LONGEST_THAW_S = 600.0
# A driver that waits for a frame until its limit still has to return; one that is later does not.
_HUNG_MARGIN_S = 2.0


class FrameSource(Protocol):
    """What capture needs of a camera driver."""

    def open(self) -> None: ...

    def read(self, timeout_s: float) -> Frame: ...

    def close(self) -> None: ...


class Capture:
    """One camera's frames, stepped by a thread or by a test.

    A camera without frames is reported as CameraLost, closed, and opened again with back-off. One
    whose picture has not changed at all for `frozen_s` is reported as CameraFrozen; its frames no
    longer reach the mailbox (law 8), and it is opened anew where that lasts. Both are cleared by the first
    good frame.

    A driver that does not return cannot be reported by the thread that it holds: `watch` is called by
    another one.
    """

    def __init__(
        self,
        name: str,
        source: FrameSource,
        settings: Camera,
        clock: Clock,
        deliver: Callable[[Frame], None],
        faults: FaultSink,
    ) -> None:
        self._name = name
        self._source = source
        self._frozen_s = settings.frozen_s
        self._clock = clock
        self._deliver = deliver
        self._faults = faults
        self._active: GateFault | None = None
        self._telling = Lock()
        self._began_s: float | None = None
        self._opened = False
        self._retry_s = _FIRST_RETRY_S
        self._retry_at_s = float("-inf")
        self._print = 0
        self._still = False
        self._changed_s = clock.monotonic()
        self._thaw_s = _FIRST_THAW_S
        self._thaw_at_s: float | None = None

    @property
    def wait_s(self) -> float:
        """Seconds until a step has something to do: 0, or what is left of the back-off."""
        return 0.0 if self._opened else max(0.0, self._retry_at_s - self._clock.monotonic())

    @property
    def unchanged(self) -> bool:
        """The last picture was the one before it: the camera may be about to freeze."""
        return self._still

    def step(self) -> bool:
        """Fetch one frame. True when it was delivered. What else the source raises passes through."""
        if self.wait_s > 0:
            return False
        self._began_s = self._clock.monotonic()
        try:
            return self._fetch()
        finally:
            self._began_s = None

    @property
    def held_s(self) -> float:
        """For how long the step under way has not returned; 0 between steps."""
        began_s = self._began_s
        return 0.0 if began_s is None else self._clock.monotonic() - began_s

    def watch(self) -> None:
        """Report a step that has not returned in time as CameraLost; from the supervisor's thread."""
        held_s = self.held_s
        if held_s > self._frozen_s + _HUNG_MARGIN_S:
            self._raise(CameraLost(f"its driver has not returned for {held_s:.1f} s", part=self._name))

    def close(self) -> None:
        """Give the camera back. May be called twice."""
        self._opened = False
        self._source.close()

    def _fetch(self) -> bool:
        try:
            self._ensure_open()
            frame = self._source.read(self._frozen_s)
        except CameraLost as fault:
            self._lose(fault)
            return False
        return self._judge(frame)

    def _ensure_open(self) -> None:
        if self._opened:
            return
        self._source.open()
        self._opened = True
        self._changed_s = self._clock.monotonic()

    def _lose(self, fault: CameraLost) -> None:
        self._raise(CameraLost(fault.detail, part=self._name))
        self.close()
        self._retry_at_s = self._clock.monotonic() + self._retry_s
        self._retry_s = min(2 * self._retry_s, _LONGEST_RETRY_S)

    def _judge(self, frame: Frame) -> bool:
        now_s, seen = self._clock.monotonic(), fingerprint(frame)
        self._still = seen == self._print
        if seen != self._print:
            self._print, self._changed_s = seen, now_s
        elif now_s - self._changed_s >= self._frozen_s:
            self._raise(CameraFrozen(f"for {now_s - self._changed_s:.1f} s", part=self._name))
            self._thaw(now_s)
            return False
        elif isinstance(self._active, CameraFrozen):
            return False
        self._recover()
        self._deliver(frame)
        return True

    def _thaw(self, now_s: float) -> None:
        """Have a camera that has been frozen for long opened anew by the next step."""
        if self._thaw_at_s is not None and now_s >= self._thaw_at_s:
            self.close()
            self._thaw_at_s = None
            self._thaw_s = min(2 * self._thaw_s, _LONGEST_THAW_S)
        if self._thaw_at_s is None:
            self._thaw_at_s = now_s + self._thaw_s

    def _raise(self, fault: GateFault) -> None:
        with self._telling:
            if self._active is not None and self._active.kind() == fault.kind():
                return
            self._clear()
            self._active = fault
            self._faults.raised(fault)

    def _recover(self) -> None:
        self._retry_s = _FIRST_RETRY_S
        self._thaw_s, self._thaw_at_s = _FIRST_THAW_S, None
        with self._telling:
            self._clear()

    def _clear(self) -> None:
        if self._active is not None:
            self._faults.cleared(self._active.kind(), self._name)
            self._active = None


def fingerprint(frame: Frame) -> int:
    """The driver's own print of a frame's picture, else one of its pixels: equal pictures have equal ones."""
    return checksum(host(frame.picture)) if frame.fingerprint is None else frame.fingerprint


def checksum(picture: Picture) -> int:
    """A cheap print of a picture's planes."""
    seen = 0
    for plane in picture.planes:
        seen = zlib.crc32(plane[::_ROW_STEP].tobytes(), seen)
    return seen


class CaptureThread(Thread):
    """Steps one capture until stopped, or until its source raises what capture does not know.

    `sit` is called at the thread's top: what the driver starts sits where it does. The supervisor sees the
    thread's end (`is_alive`); `error` says why it ended, None when stopped.
    """

    def __init__(self, name: str, capture: Capture, sit: Sit = stay) -> None:
        super().__init__(name=f"capture-{name}", daemon=True)
        self._capture = capture
        self._sit = sit
        self._stopping = Event()
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self._sit()
            while not self._stopping.is_set():
                # Waiting, even for no time, costs more than all else that is done for a frame here.
                if not self._capture.step():
                    self._stopping.wait(self._capture.wait_s)
        except Exception as error:  # noqa: BLE001 - a task's top: it ends here, and the supervisor sees it
            self.error = error
        finally:
            self._capture.close()

    @property
    def held_s(self) -> float:
        """For how long the driver has held this thread; 0 while it does not."""
        return self._capture.held_s

    def watch(self) -> None:
        """Called by the supervisor now and then: names the camera whose driver holds this thread."""
        self._capture.watch()

    def stop(self, timeout_s: float = 2.0) -> None:
        """End the thread; a driver that hangs is left behind after `timeout_s`."""
        self._stopping.set()
        self.join(timeout_s)
