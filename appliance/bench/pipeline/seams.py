"""Where the pipeline is listened to: the backend that serves, its lanes, and how long its nets were busy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...config.schema import Infer
from ...infer.base import BaseBackend, BaseSession, ModelFile
from ...infer.chain import MakeBackend, make_backend
from ...infer.device import BaseDevice
from ...infer.lane import Array, Arrays, Lane
from ...sight import AnyPicture, Box, Detection
from ...vision.base import BaseDetector, BasePlateReader, ReadResult, Shot

Timer = Callable[[], float]


class Seams:
    """Makes backends whose lanes are remembered, newest last, by the name of their net."""

    def __init__(self, make: MakeBackend = make_backend) -> None:
        self.lanes: dict[str, list[Lane]] = {}
        self.device: BaseDevice | None = None
        self._make = make

    def backend(self, name: str, infer: Infer) -> BaseBackend:
        backend = self._make(name, infer)
        self.lanes, self.device = {}, backend.device
        return _SeamedBackend(backend, self.lanes)


class _SeamedBackend(BaseBackend):
    def __init__(self, backend: BaseBackend, lanes: dict[str, list[Lane]]) -> None:
        self.name, self.threaded, self.device = backend.name, backend.threaded, backend.device
        self.most = backend.most
        self._backend = backend
        self._lanes = lanes

    def load(self, model: ModelFile) -> BaseSession:
        part = model.name.rpartition(".")[2]
        return _SeamedSession(self._backend.load(model), self._lanes.setdefault(part, []))


class _SeamedSession(BaseSession):
    def __init__(self, session: BaseSession, lanes: list[Lane]) -> None:
        self.inputs, self.outputs, self.metadata = session.inputs, session.outputs, session.metadata
        self._session = session
        self._lanes = lanes

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        return self._session.infer(feeds)

    def lane(self, shapes: Mapping[str, tuple[int, ...]]) -> Lane:
        lane = self._session.lane(shapes)
        self._lanes.append(lane)
        return lane

    def close(self) -> None:
        self._session.close()


class BusyDetector(BaseDetector):
    """Counts the seconds, pictures and calls of a detector."""

    def __init__(self, detector: BaseDetector, timer: Timer) -> None:
        self.most = detector.most
        self.busy_s = 0.0
        self.pictures = 0
        self.calls = 0
        self._detector = detector
        self._timer = timer

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        return self.detect_many((Shot(picture, roi),))[0]

    def detect_many(self, shots: Sequence[Shot]) -> tuple[tuple[Detection, ...], ...]:
        start_s = self._timer()
        found = self._detector.detect_many(shots)
        self.busy_s += self._timer() - start_s
        self.pictures += len(shots)
        self.calls += 1
        return found


class BusyReader(BasePlateReader):
    """Counts the seconds and plates of a reader."""

    def __init__(self, reader: BasePlateReader, timer: Timer) -> None:
        self.most = reader.most
        self.busy_s = 0.0
        self.plates = 0
        self._reader = reader
        self._timer = timer

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        return self.read_many(((picture, plate),))[0]

    def read_many(self, plates: Sequence[tuple[AnyPicture, Detection]]) -> tuple[ReadResult, ...]:
        start_s = self._timer()
        read = self._reader.read_many(plates)
        self.busy_s += self._timer() - start_s
        self.plates += len(plates)
        return read
