"""The cameras' threads: started, watched, and started anew with a fresh driver where one hangs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..clock import Clock
from ..config import Config
from ..hw.base import BaseCamera
from ..sight import Effort
from ..vision.capture import Capture, CaptureThread
from ..vision.mailbox import Mailbox
from .crew import Crew
from .gatework import Mouth
from .ladder import Part, Trouble
from .metering import meter
from .nerves import Nerves
from .seats import Role
from .valve import Valve

HUNG_S = 45.0
"""FFmpeg gives up an address that does not answer after 30 s; a driver that takes longer never returns."""
MOST_LEFT = 2
"""Each driver that hangs keeps a thread and its pictures; more of them is the process's case."""

Renew = Callable[[str], BaseCamera]
"""A fresh driver of the camera with this name."""


@dataclass(frozen=True, slots=True)
class _Post:
    """One camera's thread, and what it may say."""

    thread: CaptureThread
    valve: Valve


class Captures:
    """One thread a camera. `renew` None: a driver that hangs keeps its camera, and is only named."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        cameras: Mapping[str, BaseCamera],
        mailboxes: Mapping[str, Mailbox],
        nerves: Nerves,
        mouth: Mouth,
        renew: Renew | None,
    ) -> None:
        self._config = config
        self._clock = clock
        self._mailboxes = mailboxes
        self._nerves = nerves
        self._crew = Crew(config.cameras, mouth)
        self._renew = renew
        self._effort = Effort.WATCH
        self._cameras = {name: self._metered(name, camera) for name, camera in cameras.items()}
        self._posts: dict[str, _Post] = {}
        self._left: list[CaptureThread] = []

    def start(self) -> None:
        for name in self._cameras:
            self._start(name)

    def stop(self) -> None:
        """End all threads; a vendor call that hangs is left behind."""
        for post in self._posts.values():
            post.thread.stop()

    def look(self, effort: Effort) -> None:
        """Tell every camera how hard its pictures are looked at."""
        self._effort = effort
        for camera in list(self._cameras.values()):
            camera.look(effort)

    def check(self) -> list[Trouble]:
        """Threads that died or hang; a driver that does not return is reported as CameraLost, too."""
        for post in self._posts.values():
            post.thread.watch()
        return [trouble for name in self._posts for trouble in self._troubles(name)]

    def reopen(self, name: str) -> None:
        """A new thread for this camera; one that hangs is left behind with its driver."""
        post = self._posts[name]
        post.valve.shut()
        if post.thread.is_alive() and self._renew is not None:
            post.thread.stop(0.0)
            self._left.append(post.thread)
            self._cameras[name] = self._metered(name, self._renew(name))
        self._start(name)

    def _troubles(self, name: str) -> list[Trouble]:
        thread = self._posts[name].thread
        if not thread.is_alive():
            return [Trouble(Part.CAMERA, f"capture of {name}: {thread.error!r}", name)]
        if self._renew is None or thread.held_s <= HUNG_S:
            return []
        self._left = [left for left in self._left if left.is_alive()]
        stuck = len(self._left) >= MOST_LEFT
        return [Trouble(Part.CAMERA, f"capture of {name}: its driver hangs", name, stuck=stuck)]

    def _metered(self, name: str, camera: BaseCamera) -> BaseCamera:
        settings, spots = self._config.cameras[name], self._nerves.spots
        camera.look(self._effort)
        return meter(camera, settings, self._clock, spots, self._crew.raised)

    def _start(self, name: str) -> None:
        settings, deliver = self._config.cameras[name], self._mailboxes[name].put
        valve = Valve(self._crew)
        capture = Capture(name, self._cameras[name], settings, self._clock, deliver, valve)
        thread = CaptureThread(name, capture, self._nerves.seat(Role.CAPTURE))
        # Started first: the supervisor takes one that does not run for one that died.
        thread.start()
        self._posts[name] = _Post(thread, valve)
