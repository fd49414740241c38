"""Taps on engines and nets: they pass everything through and count what it took."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from ..config.schema import Infer
from ..infer.base import BaseBackend, BaseSession, ModelFile
from ..infer.chain import MakeBackend, make_backend
from ..infer.lane import Array, Arrays, Lane
from ..sight import AnyPicture, Box, Detection
from ..vision.base import BaseDetector, BasePlateReader, ReadResult

T = TypeVar("T")

Timer = Callable[[], float]
Run = Callable[[], object]


@dataclass
class Log:
    """What engines did since `clear`: their seconds, and each of their runs, to be done again."""

    timer: Timer
    busy_s: float = 0.0
    runs: list[Run] = field(default_factory=list)

    def timed(self, run: Callable[[], T]) -> T:
        """Do it, and note it. What it runs on may change later: a run takes as long on any picture."""
        start_s = self.timer()
        answer = run()
        self.busy_s += self.timer() - start_s
        self.runs.append(run)
        return answer

    def clear(self) -> None:
        self.busy_s, self.runs = 0.0, []


class TappedSession(BaseSession):
    """An engine whose runs are logged."""

    def __init__(self, session: BaseSession, log: Log) -> None:
        self.inputs, self.outputs, self.metadata = session.inputs, session.outputs, session.metadata
        self._session = session
        self._log = log

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        return self._log.timed(partial(self._session.infer, feeds))

    def lane(self, shapes: Mapping[str, tuple[int, ...]]) -> Lane:
        return _TappedLane(self._session.lane(shapes), self._log)

    def close(self) -> None:
        self._session.close()


class _TappedLane(Lane):
    """On a GPU a run is two: what queues it, and what waits for its answers."""

    def __init__(self, lane: Lane, log: Log) -> None:
        self.inputs, self.addresses, self.specs = lane.inputs, lane.addresses, lane.specs
        self._lane = lane
        self._log = log

    def run(self) -> Mapping[str, Array]:
        return self._log.timed(self._lane.run)

    def run_there(self, stream: int) -> None:
        self._log.timed(partial(self._lane.run_there, stream))

    def read(self, names: Sequence[str]) -> Mapping[str, Array]:
        return self._log.timed(partial(self._lane.read, names))

    def close(self) -> None:
        self._lane.close()


class Tap:
    """Makes backends whose engines are logged; the log is that of the backend that serves."""

    def __init__(self, timer: Timer, make: MakeBackend = make_backend) -> None:
        self.log = Log(timer)
        self._make = make

    def backend(self, name: str, infer: Infer) -> BaseBackend:
        self.log = Log(self.log.timer)
        return _TappedBackend(self._make(name, infer), self.log)


class _TappedBackend(BaseBackend):
    def __init__(self, backend: BaseBackend, log: Log) -> None:
        self.name, self.threaded, self.device = backend.name, backend.threaded, backend.device
        self.most = backend.most
        self._backend = backend
        self._log = log

    def load(self, model: ModelFile) -> BaseSession:
        return TappedSession(self._backend.load(model), self._log)


class TimedDetector(BaseDetector):
    """A detector that notes the seconds of each call, one picture at a time."""

    def __init__(self, detector: BaseDetector, timer: Timer) -> None:
        self.seconds: list[float] = []
        self.area: Box | None = None
        """What it was last asked to look at."""
        self._detector = detector
        self._timer = timer

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        self.area = roi
        start = self._timer()
        found = self._detector.detect(picture, roi)
        self.seconds.append(self._timer() - start)
        return found


class TimedReader(BasePlateReader):
    """A reader that notes the seconds of each call."""

    def __init__(self, reader: BasePlateReader, timer: Timer) -> None:
        self.seconds: list[float] = []
        self._reader = reader
        self._timer = timer

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        start = self._timer()
        result = self._reader.read(picture, plate)
        self.seconds.append(self._timer() - start)
        return result
