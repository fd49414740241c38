"""The same task as a script does it: OpenCV decodes, NumPy prepares, and each net runs once a frame.

A thread a camera, one session of ONNX Runtime for all of them with its default settings, no tracking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Protocol

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ...clock import Clock
from ...faults import BenchFault, CameraLost, EngineFailed
from ...infer.onnxruntime import vendor
from ...sight import Box, Layout, Picture
from ..spread import Spread
from .capacity import Trial
from .film import EndlessCamera

if TYPE_CHECKING:
    from ...sight import Image

Float = NDArray[np.float32]
Wait = Callable[[float], object]

_STEP = 32
_GROUND = 114
# The detector's raw score from which a plate is read.
_LEAST = 0.2
_OVERLAP = 0.5
# The detector's class for plates.
_PLATE = 4
_READ = (192, 64)
# So often is looked at whether all cameras have begun.
_LOOK_S = 0.1
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


class Engine(Protocol):
    """What is used of onnxruntime.InferenceSession."""

    def get_inputs(self) -> Sequence[Any]: ...

    def run(self, outputs: Sequence[str], feeds: Mapping[str, Float]) -> Sequence[Any]: ...


class PlainNets:
    """A detector whose long side is `side` pixels, and a reader. Safe between threads, as the engines are."""

    def __init__(self, detector: Engine, reader: Engine, side: int) -> None:
        self._detector, self._reader = detector, reader
        self._side = side

    def texts(self, image: Image, area: Box) -> list[str]:
        """What the plates in `area` of an H x W x 3 BGR image say."""
        left, top = int(area.x1), int(area.y1)
        part = image[top : int(area.y2), left : int(area.x2)]
        scale = self._side / max(part.shape[:2])
        name = self._detector.get_inputs()[0].name
        boxes, scores = self._detector.run(["boxes", "scores"], {name: _blob(part, scale)})
        crops = (_cropped(part, box / scale) for box in _plates(boxes[0], scores[0]))
        return [self._text(crop) for crop in crops if crop.size]

    def _text(self, crop: Image) -> str:
        small = cv2.resize(crop, _READ)
        name = self._reader.get_inputs()[0].name
        (slots,) = self._reader.run(["chars"], {name: _planar(np.asarray(small, np.uint8))})
        return "".join(_ALPHABET[i] for i in slots[0].argmax(axis=1) if i < len(_ALPHABET))


def plain_nets(detector: Path, reader: Path, side: int, provider: str) -> PlainNets:
    """On a provider of ONNX Runtime's, "cpu" or "cuda". Raises EngineFailed where it does not serve."""
    return PlainNets(_session(detector, provider), _session(reader, provider), side)


def _session(path: Path, provider: str) -> Engine:
    with vendor(path.name):
        session: onnxruntime.InferenceSession = onnxruntime.InferenceSession(
            str(path), providers=[PROVIDERS[provider]]
        )
    if PROVIDERS[provider] not in session.get_providers():
        raise EngineFailed(f"{PROVIDERS[provider]} does not start here", part=path.name)
    engine: Engine = session
    return engine


def _blob(part: Image, scale: float) -> Float:
    """Scaled, at the top left of a grey ground of a multiple of 32."""
    height, width = (max(1, round(side * scale)) for side in part.shape[:2])
    ground = np.full((-(-height // _STEP) * _STEP, -(-width // _STEP) * _STEP, 3), _GROUND, np.uint8)
    ground[:height, :width] = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
    return _planar(ground)


def _planar(image: Image) -> Float:
    rgb = image[:, :, ::-1].astype(np.float32) / 255
    return np.ascontiguousarray(rgb.transpose(2, 0, 1)[None], np.float32)


def _plates(boxes: Float, scores: Float) -> Iterator[Float]:
    best, sure = scores.argmax(axis=1), scores.max(axis=1)
    places = np.flatnonzero((sure >= _LEAST) & (best == _PLATE))
    sizes = np.hstack([boxes[places, :2], boxes[places, 2:] - boxes[places, :2]])
    for kept in cv2.dnn.NMSBoxes(sizes.tolist(), sure[places].tolist(), _LEAST, _OVERLAP):
        yield boxes[places[int(kept)]]


def _cropped(image: Image, box: Float) -> Image:
    x1, y1, x2, y2 = (max(0, int(edge)) for edge in box)
    return image[y1:y2, x1:x2]


@dataclass(frozen=True, slots=True)
class PlainRun:
    """What the script did in one run. `texts` says how often each was read."""

    trial: Trial
    fps: float
    cpu_share: float
    texts: dict[str, int]


class _Script(Thread):
    """One camera: a picture, what is on it, the next picture."""

    def __init__(self, camera: EndlessCamera, nets: PlainNets, area: Box, clock: Clock) -> None:
        super().__init__(name=f"plain-{camera.name}", daemon=True)
        self.latencies_s: list[float] = []
        self.texts: list[str] = []
        self.lost: CameraLost | None = None
        self.stopping = Event()
        self._camera, self._nets, self._area, self._clock = camera, nets, area, clock

    def run(self) -> None:
        try:
            with self._camera:
                while not self.stopping.is_set():
                    self._look()
        except CameraLost as fault:
            self.lost = fault

    def _look(self) -> None:
        frame = self._camera.read(1.0)
        if not isinstance(frame.picture, Picture) or frame.picture.layout is not Layout.BGR:
            raise CameraLost("the script takes what OpenCV decodes", part=self._camera.name)
        self.texts += self._nets.texts(frame.picture.planes[0], self._area)
        self.latencies_s.append(self._clock.monotonic() - frame.captured_s)


def run_plain(
    cameras: Sequence[EndlessCamera],
    nets: PlainNets,
    area: Box,
    clock: Clock,
    cpu_s: Callable[[], float],
    wait: Wait,
    *,
    warm_s: float,
    seconds: float,
) -> PlainRun:
    """All cameras for `seconds`, `warm_s` after the last one was seen. Raises BenchFault when one is lost."""
    scripts = [_Script(camera, nets, area, clock) for camera in cameras]
    for script in scripts:
        script.start()
    while not all(script.latencies_s or script.lost for script in scripts):
        wait(_LOOK_S)
    wait(warm_s)
    before = [(len(script.latencies_s), camera.missed) for script, camera in zip(scripts, cameras)]
    start_s, start_cpu_s = clock.monotonic(), cpu_s()
    wait(seconds)
    took_s, took_cpu_s = clock.monotonic() - start_s, cpu_s() - start_cpu_s
    seen = [s for script, (heard, _) in zip(scripts, before) for s in list(script.latencies_s[heard:])]
    lost = sum(camera.missed - missed for camera, (_, missed) in zip(cameras, before))
    for script in scripts:
        script.stopping.set()
    for script in scripts:
        script.join()
        if script.lost is not None:
            raise BenchFault(script.lost.detail, part=script.lost.part)
    p95_ms = Spread.of(seen).p95 if seen else None
    trial = Trial(len(cameras), p95_ms, lost / max(1, lost + len(seen)))
    return PlainRun(trial, len(seen) / took_s, took_cpu_s / took_s / len(cameras), _counted(scripts))


def _counted(scripts: Sequence[_Script]) -> dict[str, int]:
    texts = [text for script in scripts for text in script.texts]
    return {text: texts.count(text) for text in sorted(set(texts), key=texts.count, reverse=True)[:8]}
