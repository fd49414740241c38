"""Which backend, with how many threads and in which precision, runs the nets fastest on this computer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from time import process_time

from ..config.schema import BACKENDS, Infer
from ..faults import BenchFault, EngineFailed, EngineUntrusted
from ..infer.base import BaseBackend, BaseSession, Precision
from ..infer.chain import MakeBackend, make_backend
from ..infer.lane import Arrays
from ..infer.models import MODEL, Manifest
from ..vision.proof import feed, frame, picture, prove_net
from .spread import Spread

# First runs at a new size allocate.
_WARM = 3
WORTH_IT = 0.9
"""More threads, and weights narrower than the manifest prefers, must save a tenth: the cores have other
work, and narrow weights cost a little accuracy."""
AUTO = "auto"
LIVE: Mapping[str, float] = {"reader": 0.5, "rec": 0.5, "vehicle": 0.1, MODEL: 0.1}
LIVE_NEVER = ("landmarks", "face", "liveness")
"""Runs of a net for one of the detector's, which is 1 as for a net that is unknown here. A visit is some
50 frames: its plate is read in half of them at most, and five say what the vehicle looks like. Faces are
looked at in photos alone.
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One net's file on one backend. `refusal` says why there are no times; `work_ms` is the processor time
    of a run at the median, of all threads together: that hardly changes while others compute.
    """

    net: str
    precision: Precision | None
    backend: str
    threads: int
    spread: Spread | None = None
    refusal: str = ""
    work_ms: float | None = None

    def as_json(self) -> dict[str, object]:
        times = None if self.spread is None else self.spread.as_json()
        return {
            "net": self.net,
            "precision": None if self.precision is None else str(self.precision),
            "backend": self.backend,
            "threads": self.threads,
            "golden": self.spread is not None,
            "refusal": self.refusal,
            "ms": times,
            "processor_ms": self.work_ms,
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """What to write beside the owner's file; `ms` is one frame of a visit, each net as often as the live
    gate runs it."""

    chain: tuple[str, ...]
    threads: int
    precision: str
    ms: float

    def as_settings(self) -> dict[str, object]:
        return {"chain": list(self.chain), "threads": self.threads, "precision": self.precision}


@dataclass(frozen=True, slots=True)
class Contest:
    """Every file of a set on every backend, with every number of threads that makes sense."""

    manifest: Manifest
    infer: Infer
    processors: int
    timer: Callable[[], float]
    runs: int
    make: MakeBackend = make_backend
    work: Callable[[], float] = process_time
    """Seconds of processor that this process has had."""

    def measure(self, names: Sequence[str] = BACKENDS) -> Iterator[Measured]:
        """One row a file, backend and number of threads. All that run one file take turns run by run, so that
        what else the computer does slows all alike."""
        runners: list[_Runner] = []
        for name in names:
            try:
                runners += self._runners(name)
            except EngineFailed as fault:
                yield Measured("", None, name, 0, refusal=fault.detail)
        for part, net in self.manifest.nets.items():
            for precision in net.precisions:
                yield from self._file(part, precision, runners)

    def _runners(self, name: str) -> Iterator[_Runner]:
        for threads in thread_counts(self.processors):
            backend = self.make(name, self.infer.model_copy(update={"threads": threads}))
            yield _Runner(backend, threads if backend.threaded else 0)
            if not backend.threaded:
                return

    def _file(self, part: str, precision: Precision, runners: Sequence[_Runner]) -> Iterator[Measured]:
        with ExitStack() as closing:
            sessions: dict[_Runner, BaseSession] = {}
            for runner in runners:
                try:
                    sessions[runner] = self._proven(runner.backend, part, precision, closing)
                except (EngineFailed, EngineUntrusted) as fault:
                    yield Measured(part, precision, runner.backend.name, runner.threads, refusal=fault.detail)
            for runner, (spread, work_ms) in self._timed(part, sessions).items():
                yield Measured(part, precision, runner.backend.name, runner.threads, spread, work_ms=work_ms)

    def _proven(
        self, backend: BaseBackend, part: str, precision: Precision, closing: ExitStack
    ) -> BaseSession:
        model = self.manifest.file_in(part, precision)
        session = backend.load(model)
        closing.callback(session.close)
        prove_net(session, self.manifest.nets[part], model)
        for _ in range(_WARM):
            session.infer(self._feeds(part))
        return session

    def _feeds(self, part: str) -> Arrays:
        """The first golden frame, where the net takes any size as large as a frame that the gate looks at."""
        net, side = self.manifest.nets[part], self.manifest.side
        shown = picture(net, net.golden[0])
        return feed(net, frame(shown, side) if side and "height" in net.input.dynamic else shown)

    def _timed(
        self, part: str, sessions: Mapping[_Runner, BaseSession]
    ) -> dict[_Runner, tuple[Spread, float]]:
        if not sessions:
            return {}
        feeds = self._feeds(part)
        took: dict[_Runner, list[tuple[float, float]]] = {runner: [] for runner in sessions}
        for _ in range(self.runs):
            for runner, session in sessions.items():
                start_s, work_s = self.timer(), self.work()
                session.infer(feeds)
                took[runner].append((self.timer() - start_s, self.work() - work_s))
        return {
            runner: (Spread.of([row[0] for row in rows]), Spread.of([row[1] for row in rows]).p50)
            for runner, rows in took.items()
        }


@dataclass(frozen=True, slots=True, eq=False)
class _Runner:
    """A backend with so many threads, 0 where it counts none."""

    backend: BaseBackend
    threads: int


def thread_counts(processors: int) -> tuple[int, ...]:
    """1, 2, 4 ... and all of them."""
    powers = [1 << bit for bit in range(processors.bit_length()) if 1 << bit <= processors]
    return tuple(dict.fromkeys((*powers, processors)))


def choose(manifest: Manifest, measured: Iterable[Measured]) -> Choice:
    """The fastest that answers all golden frames, behind it the others by their speed.

    Raises BenchFault when no backend runs all nets that the live gate does.
    """
    rows = [row for row in measured if row.spread is not None]
    best: dict[str, Choice] = {}
    for name in dict.fromkeys(row.backend for row in rows):
        own = [row for row in rows if row.backend == name]
        choice = _of_backend(manifest, name, own)
        if choice is not None:
            best[name] = choice
    if not best:
        raise BenchFault(
            "no backend answers the golden frames of every live net; run `gatehouse models verify`"
        )
    chain = sorted(best, key=lambda name: best[name].ms)
    first = best[chain[0]]
    return Choice(tuple(chain), first.threads, first.precision, first.ms)


def _of_backend(manifest: Manifest, name: str, rows: Sequence[Measured]) -> Choice | None:
    """Threads and precision of one backend: the modest ones, unless more is worth it."""
    picked: Choice | None = None
    for threads in sorted({row.threads for row in rows}):
        for precision in (AUTO, *Precision):
            ms = _whole(manifest, precision, [row for row in rows if row.threads == threads])
            if ms is not None and (picked is None or ms < WORTH_IT * picked.ms):
                picked = Choice((name,), threads, str(precision), ms)
    return picked


def _whole(manifest: Manifest, precision: str, rows: Sequence[Measured]) -> float | None:
    """Milliseconds of a frame of a visit, files as `infer.precision` would choose them; None if any lacks."""
    wanted = None if precision == AUTO else Precision(precision)
    have = {(row.net, row.precision): row.spread.p50 for row in rows if row.spread is not None}
    live = [(part, net.chosen(wanted)) for part, net in manifest.nets.items() if part not in LIVE_NEVER]
    if not all(file in have for file in live):
        return None
    return sum(LIVE.get(part, 1.0) * have[part, precision] for part, precision in live)
