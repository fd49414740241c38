"""The gate's eyes in real time: nets that warm up in the background, captures, and the loops' thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from ..clock import Clock
from ..config import Config
from ..events import EnginesTrusted
from ..faults import EngineFailed, GateFault
from ..hw.base import BaseCamera
from ..sight import Easing, Effort
from ..vision.capture import Capture, CaptureThread
from ..vision.factory import Recognition, build_recognition
from ..vision.thread import VisionThread
from .eyelog import EyeLog
from .gatework import Mouth
from .seats import Role, Seats
from .sighted import Nerves, OpticsStats, Sighted

log = logging.getLogger(__name__)

WARMUP_LIMIT_S = 120.0
"""Loading and proving the nets takes seconds on a Pi; longer than this, the load itself has hung."""
BUILDING = ("tensorrt",)
"""Backends that may have to build their engines first, each in a child that has a deadline of its own."""
_MOST_NETS = 6
"""In a set: detector, reader, landmarks, face, liveness, vehicle."""
RETRY_S = 10.0
"""Nets that failed are tried again: a disk or an accelerator may have come back."""

Load = Callable[[Config], Recognition]


def _nobody() -> None:
    """No one wants to know."""


def load_recognition(config: Config) -> Recognition:
    """The nets that the configuration names, proved on their golden frames (law 13)."""
    return build_recognition(config.vision, config.infer)


def warmup_limit_s(config: Config) -> float:
    """How long loading may take before it counts as hung."""
    builds = any(name in BUILDING for name in config.infer.chain)
    return WARMUP_LIMIT_S + (_MOST_NETS * config.infer.build_limit_s if builds else 0.0)


class Optics:
    """All cameras as one eye. The gate may ask it to look before its nets are loaded.

    `start` begins loading in the background; the gate's buttons work meanwhile. `check` is called
    once in a while by the supervisor: it starts anew what has died, reports as CameraLost a camera whose
    driver does not return, and tells the log of frames that are lost. `stats` may be asked from any thread.
    `noticed` is called when something is seen for the first time, by the loops' thread.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        cameras: Mapping[str, BaseCamera],
        mouth: Mouth,
        load: Load = load_recognition,
        *,
        seats: Seats | None = None,
        retry_s: float = RETRY_S,
        noticed: Callable[[], None] = _nobody,
    ) -> None:
        self._config = config
        self._clock = clock
        self._cameras = cameras
        self._mouth = mouth
        self._load = load
        self._retry_s = retry_s
        self._nerves = Nerves(config, clock, mouth, seats or Seats(config.threads, mouth), noticed)
        self._mailboxes = {name: self._nerves.mailbox() for name in cameras}
        self._log = EyeLog(clock, self._nerves.drops, self._nerves.stopwatch)
        self._stopping = threading.Event()
        self._effort = Effort.WATCH
        self._easing = Easing()
        self._looking = threading.Lock()
        self._sighted: Sighted | None = None
        self._loading_s = clock.monotonic()
        self._vision: VisionThread | None = None
        self._captures: dict[str, CaptureThread] = {}

    # -- the gate's side ---------------------------------------------------------------------------

    def look(self, effort: Effort) -> None:
        # A loop that opens its eyes just now must not be left with the effort of before.
        with self._looking:
            self._effort = effort
            if self._sighted is not None:
                self._sighted.look(effort)
        self._nerves.wake.set()

    @property
    def effort(self) -> Effort:
        """How hard the gate wants it to look."""
        return self._effort

    @property
    def sees(self) -> bool:
        """Whether the nets are loaded and trusted."""
        return self._sighted is not None

    def ease(self, easing: Easing) -> None:
        """Look less from now on, as a hot board must; nets that are still to come do so, too."""
        with self._looking:
            self._easing = easing
            if self._sighted is not None:
                self._sighted.ease(easing)

    @property
    def beat_s(self) -> float:
        """When the slowest loop last came round; loading counts as life for as long as it may take."""
        if self._sighted is not None:
            return self._sighted.beat_s
        now_s = self._clock.monotonic()
        return now_s if now_s - self._loading_s <= warmup_limit_s(self._config) else self._loading_s

    def stats(self) -> OpticsStats:
        loops = self._sighted.loops if self._sighted is not None else ()
        seen = {loop.name: loop.processed for loop in loops}
        return OpticsStats(seen, self._nerves.drops.tally(), self._nerves.stopwatch.timings())

    # -- the supervisor's side ---------------------------------------------------------------------

    def start(self) -> None:
        """Open the cameras and load the nets, each in its own thread."""
        for name in self._cameras:
            self._start_capture(name)
        threading.Thread(target=self._warm_up, name="warmup", daemon=True).start()

    def stop(self) -> None:
        """End all threads; a vendor call that hangs is left behind."""
        self._stopping.set()
        for thread in (*self._captures.values(), *((self._vision,) if self._vision else ())):
            thread.stop()
        if self._sighted is not None:
            self._sighted.close()

    def check(self) -> list[str]:
        """Start anew what died; names and reasons of what did."""
        self._log.look()
        for thread in self._captures.values():
            thread.watch()
        died = [f"capture of {name}: {t.error!r}" for name, t in self._captures.items() if not t.is_alive()]
        for name in [name for name, thread in self._captures.items() if not thread.is_alive()]:
            self._start_capture(name)
        if self._vision is not None and not self._vision.is_alive():
            died.append(f"inference loop: {self._vision.error!r}")
            self._start_vision()
        return died

    # -- threads -----------------------------------------------------------------------------------

    def _start_capture(self, name: str) -> None:
        settings = self._config.cameras[name]
        mailbox = self._mailboxes[name]
        capture = Capture(name, self._cameras[name], settings, self._clock, mailbox.put, self._mouth)
        self._captures[name] = CaptureThread(name, capture, self._nerves.seat(Role.CAPTURE))
        self._captures[name].start()

    def _start_vision(self) -> None:
        if self._sighted is not None:
            thread = self._sighted.thread()
            # Started first: the supervisor takes one that does not run for one that died.
            thread.start()
            self._vision = thread

    def _warm_up(self) -> None:
        # The nets' own threads are started here, and stay in the seat of the thread that loads them.
        self._nerves.seat(Role.VISION)()
        try:
            while not self._stopping.is_set() and not self._loaded():
                self._stopping.wait(self._retry_s)
        except Exception as error:  # noqa: BLE001 - the task's top: it ends here, and the gate hears of it
            self._mouth.raised(EngineFailed(f"loading ended: {error!r}", part="warmup"))

    def _loaded(self) -> bool:
        self._loading_s = self._clock.monotonic()
        try:
            recognition = self._load(self._config)
        except GateFault as fault:
            self._mouth.raised(fault)
            return False
        took_s = self._clock.monotonic() - self._loading_s
        log.info("recognition ready on %s after %.1f s", recognition.backend, took_s)
        self._open_eyes(recognition)
        return True

    def _open_eyes(self, recognition: Recognition) -> None:
        for fault in recognition.faults:
            self._mouth.raised(fault)
        sighted = self._nerves.open_eyes(recognition, self._mailboxes)
        with self._looking:
            sighted.look(self._effort)
            sighted.ease(self._easing)
            self._sighted = sighted
        self._start_vision()
        for kind in ("engine_failed", "extra_missing", "engine_untrusted"):
            self._mouth.cleared(kind)
        self._mouth.post(EnginesTrusted())
