"""The gate's eyes in real time: nets that warm up in the background, captures, and the loops' thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ..clock import Clock
from ..config import Config
from ..events import EnginesTrusted
from ..faults import EngineFailed, EyesClosed, GateFault, GpuLost
from ..hw.base import BaseCamera
from ..infer.libraries import read_ahead
from ..sight import Easing, Effort
from .captures import Captures, Renew
from .eyelog import EyeLog
from .gatework import Mouth
from .ladder import Part, Trouble
from .nerves import Nerves, OpticsStats
from .seats import Role, Seats

if TYPE_CHECKING:
    from ..vision.factory import Recognition
    from ..vision.thread import VisionThread
    from .sighted import Sighted

log = logging.getLogger(__name__)

WARMUP_LIMIT_S = 120.0
"""Loading and proving the nets takes seconds on a Pi; longer than this, the load itself has hung."""
BUILDING = ("tensorrt",)
"""Backends that may have to build their engines first, each in a child that has a deadline of its own."""
# In a set: detector, reader, landmarks, face, liveness, vehicle.
_MOST_NETS = 6
RETRY_S = 10.0
"""Nets that failed are tried again: a disk or an accelerator may have come back."""
FAILING_LIMIT_S = 3.0
"""Watching, a gate looks twice a second; engines that failed for so long do not come back by themselves."""
MOST_LEFT = 2
"""Each thread that hangs keeps its nets, some 200 MB; more of them is the process's case."""

Load = Callable[[Config], "Recognition"]


def _nobody() -> None:
    """No one wants to know."""


def load_recognition(config: Config) -> Recognition:
    """The nets that the configuration names, proved on their golden frames (law 13)."""
    # In the background, like the nets themselves: the buttons do not wait for what looks at pictures.
    read_ahead("cv2")
    from ..vision.factory import build_recognition

    return build_recognition(config.vision, config.infer)


def warmup_limit_s(config: Config) -> float:
    """How long loading may take before it counts as hung."""
    builds = any(name in BUILDING for name in config.infer.chain)
    return WARMUP_LIMIT_S + (_MOST_NETS * config.infer.build_limit_s if builds else 0.0)


class Optics:
    """All cameras as one eye. The gate may ask it to look before its nets are loaded.

    `start` begins loading in the background; the gate's buttons work meanwhile. `check` is called
    once in a while by the supervisor: it names what has died or hangs, and tells the log of frames that are
    lost. What is to be done about it the supervisor knows: `mend` it, or let it `rest`. `stats` may be asked
    from any thread. `noticed` is called when something is seen for the first time, by the loops' thread.
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
        renew: Renew | None = None,
    ) -> None:
        self._config = config
        self._clock = clock
        self._mouth = mouth
        self._load = load
        self._retry_s = retry_s
        self._nerves = Nerves(config, clock, mouth, seats or Seats(config.threads, mouth), noticed)
        self._mailboxes = {name: self._nerves.mailbox() for name in cameras}
        self._captures = Captures(config, clock, cameras, self._mailboxes, self._nerves, mouth, renew)
        self._log = EyeLog(clock, self._nerves.drops, self._nerves.stopwatch)
        self._stopping = threading.Event()
        self._effort = Effort.WATCH
        self._easing = Easing()
        self._looking = threading.Lock()
        self._sighted: Sighted | None = None
        self._loading_s = clock.monotonic()
        self._warmup: threading.Thread | None = None
        self._load_error: Exception | None = None
        self._vision: VisionThread | None = None
        self._left: list[threading.Thread] = []
        self._backend = config.infer.chain[0]
        self._resting: Trouble | None = None

    # -- the gate's side ---------------------------------------------------------------------------

    def look(self, effort: Effort) -> None:
        # A loop that opens its eyes just now must not be left with the effort of before.
        with self._looking:
            self._effort = effort
            if self._sighted is not None:
                self._sighted.look(effort)
        self._captures.look(effort)
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
        """When the slowest loop last came round; loading counts as life for as long as it may take.

        So do eyes that rest: there is no loop that could hang, and the ladder has done what it could.
        """
        now_s = self._clock.monotonic()
        if self._resting is not None:
            return now_s
        if self._sighted is not None:
            return self._sighted.beat_s
        return now_s if now_s - self._loading_s <= warmup_limit_s(self._config) else self._loading_s

    def stats(self) -> OpticsStats:
        loops = self._sighted.loops if self._sighted is not None else ()
        seen = {loop.name: loop.processed for loop in loops}
        return OpticsStats(seen, self._nerves.drops.tally(), self._nerves.stopwatch.timings())

    # -- the supervisor's side ---------------------------------------------------------------------

    def start(self) -> None:
        """Open the cameras and load the nets, each in its own thread."""
        self._captures.start()
        self._start_warmup()

    def stop(self) -> None:
        """End all threads; a vendor call that hangs is left behind."""
        self._stopping.set()
        self._captures.stop()
        if self._vision is not None:
            self._vision.stop()
        if self._sighted is not None:
            self._sighted.close()

    def check(self) -> list[Trouble]:
        """What died or hangs, eyes that rest included: each until it is mended."""
        self._log.look()
        ailment = self._resting or self._ailment()
        return [*self._captures.check(), *([ailment] if ailment else [])]

    def mend(self, trouble: Trouble) -> None:
        """Start anew what is in trouble: a camera, the loops' thread, or the eyes with nets loaded afresh."""
        if trouble.part is Part.CAMERA:
            self._captures.reopen(trouble.name)
        elif self._thread_alone_died():
            self._start_vision()
        else:
            self._abandon()
            self._resting = None
            self._start_warmup()

    def rest(self, trouble: Trouble) -> None:
        """Nothing can be done now: close the eyes, and say so. A camera's trouble leaves them open."""
        if trouble.part is not Part.EYES or self._resting is not None:
            return
        self._abandon()
        self._resting = trouble
        self._mouth.raised(EyesClosed(trouble.why))

    # -- what is wrong -----------------------------------------------------------------------------

    def _ailment(self) -> Trouble | None:
        why = self._why_loading() if self._sighted is None else self._why_blind(self._sighted)
        if not why:
            return None
        self._left = [thread for thread in self._left if thread.is_alive()]
        errors = (self._load_error, self._vision.error if self._vision is not None else None)
        stuck = any(isinstance(error, GpuLost) for error in errors) or len(self._left) >= MOST_LEFT
        return Trouble(Part.EYES, why, backend=self._backend, stuck=stuck)

    def _why_loading(self) -> str:
        if self._warmup is not None and self._load_error is not None:
            return f"loading: {self._load_error!r}"
        took_s = self._clock.monotonic() - self._loading_s
        return f"loading hangs for {took_s:.0f} s" if took_s > warmup_limit_s(self._config) else ""

    def _why_blind(self, sighted: Sighted) -> str:
        silent_s = self._clock.monotonic() - sighted.beat_s
        if self._vision is not None and not self._vision.is_alive():
            return f"inference loop: {self._vision.error!r}"
        if silent_s > self._config.vision.loop_limit_s:
            return f"the inference loop hangs for {silent_s:.1f} s"
        if sighted.desk.given_up:
            return "the plate reader hangs"
        failing_s = sighted.watched.failing_s
        return f"every detection fails for {failing_s:.1f} s" if failing_s > FAILING_LIMIT_S else ""

    def _thread_alone_died(self) -> bool:
        """It died of one picture, and not of its nets: they worked since they were last started."""
        sighted, vision = self._sighted, self._vision
        return sighted is not None and vision is not None and not vision.is_alive() and sighted.watched.worked

    def _abandon(self) -> None:
        """Let go of nets and threads, however they are: what hangs is left behind, and ends if it wakes."""
        with self._looking:
            sighted, self._sighted = self._sighted, None
            warmup, self._warmup = self._warmup, None
        if sighted is not None:
            sighted.close()
        if self._vision is not None:
            self._vision.stop(0.0)
        self._left.extend(t for t in (self._vision, warmup) if t is not None and t.is_alive())
        self._vision = None

    # -- threads -----------------------------------------------------------------------------------

    def _start_vision(self) -> None:
        if self._sighted is not None:
            self._sighted.watched.worked = False
            thread = self._sighted.thread()
            # Started first: the supervisor takes one that does not run for one that died.
            thread.start()
            self._vision = thread

    def _start_warmup(self) -> None:
        self._loading_s, self._load_error = self._clock.monotonic(), None
        self._warmup = threading.Thread(target=self._warm_up, name="warmup", daemon=True)
        self._warmup.start()

    def _warm_up(self) -> None:
        # The nets' own threads are started here, and stay in the seat of the thread that loads them.
        self._nerves.seat(Role.VISION)()
        try:
            while not self._stopping.is_set() and not self._loaded():
                self._stopping.wait(self._retry_s)
        except Exception as error:  # noqa: BLE001 - the task's top: it ends here, and the gate hears of it
            if self._expected():
                self._mouth.raised(EngineFailed(f"loading ended: {error!r}", part="warmup"))
                self._load_error = error

    def _expected(self) -> bool:
        """Whether this thread is the one that is to open the eyes, and not one that was given up."""
        return self._warmup is threading.current_thread()

    def _loaded(self) -> bool:
        """Whether no further try is wanted. Raises what is no fault of an engine's, and GpuLost."""
        if not self._expected():
            return True
        self._loading_s = self._clock.monotonic()
        try:
            recognition = self._load(self._config)
        except GpuLost:
            raise
        except GateFault as fault:
            # Nobody would clear what a load that was given up says of the past.
            if self._expected():
                self._mouth.raised(fault)
            return False
        took_s = self._clock.monotonic() - self._loading_s
        log.info("recognition ready on %s after %.1f s", recognition.backend, took_s)
        self._open_eyes(recognition)
        return True

    def _open_eyes(self, recognition: Recognition) -> None:
        from .sighted import open_eyes

        sighted = open_eyes(self._nerves, recognition, self._mailboxes)
        sighted.warm()
        with self._looking:
            if not self._expected():
                sighted.close()
                return
            sighted.look(self._effort)
            sighted.ease(self._easing)
            self._sighted, self._backend = sighted, recognition.backend
            self._start_vision()
        for fault in recognition.faults:
            self._mouth.raised(fault)
        for kind in ("engine_failed", "extra_missing", "engine_untrusted", "eyes_closed"):
            self._mouth.cleared(kind)
        self._mouth.post(EnginesTrusted())
