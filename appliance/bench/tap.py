"""Taps on engines and nets: they pass everything through and count what it took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..config.schema import Infer
from ..infer.base import Array, Arrays, BaseBackend, BaseSession, ModelFile
from ..infer.chain import MakeBackend, make_backend
from ..sight import AnyPicture, Box, Detection
from ..vision.base import BaseDetector, BasePlateReader, ReadResult

Timer = Callable[[], float]


class TappedSession(BaseSession):
    """An engine whose runs are counted. `last` is the input of the last one."""

    def __init__(self, session: BaseSession, timer: Timer) -> None:
        self.inputs, self.outputs, self.metadata = session.inputs, session.outputs, session.metadata
        self.session = session
        self.busy_s = 0.0
        self.last: Arrays | None = None
        self._timer = timer

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        self.last = feeds
        start = self._timer()
        answer = self.session.infer(feeds)
        self.busy_s += self._timer() - start
        return answer

    def close(self) -> None:
        self.session.close()

    def clear(self) -> None:
        self.busy_s, self.last = 0.0, None


@dataclass
class Tap:
    """Makes backends whose sessions are tapped; `sessions` are those of the backend that serves."""

    timer: Timer
    make: MakeBackend = make_backend
    sessions: list[TappedSession] = field(default_factory=list)

    def backend(self, name: str, infer: Infer) -> BaseBackend:
        self.sessions = []
        return _TappedBackend(self.make(name, infer), self)

    def clear(self) -> None:
        for session in self.sessions:
            session.clear()

    @property
    def busy_s(self) -> float:
        """Seconds in all engines since `clear`."""
        return sum(session.busy_s for session in self.sessions)


class _TappedBackend(BaseBackend):
    def __init__(self, backend: BaseBackend, tap: Tap) -> None:
        self.name = backend.name
        self._backend = backend
        self._tap = tap

    def load(self, model: ModelFile) -> BaseSession:
        session = TappedSession(self._backend.load(model), self._tap.timer)
        self._tap.sessions.append(session)
        return session


class TimedDetector(BaseDetector):
    """A detector that notes the seconds of each call."""

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
