"""What `gatehouse check` tries on this board. Nothing here drives an output or changes the record."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..config import Config
from ..config.checks import Severity
from ..config.schema import Camera, EndOfLine, Infer, Input, Record
from ..faults import CameraLost, DiskFull, Effect, GateFault, RecordFailed
from ..hw.adc import make_input
from ..hw.base import BaseCamera
from ..hw.board import detect_board
from ..hw.gpio import Pins, make_factory
from ..hw.specs import input_spec
from ..hw.system_clock import SystemClock
from ..record.store import Store
from ..runtime.cameras import build_camera
from ..runtime.decoding import GpuMemory
from ..vision.factory import build_recognition

CAMERA_TIMEOUT_S = 5.0
"""A network camera sends its first whole picture within a few seconds."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one probe saw. `severity` None is fine."""

    part: str
    text: str
    severity: Severity | None = None


Probe = Callable[[], Iterator[Result]]


def probes(config: Config, detect: Callable[[], str] = detect_board) -> Iterator[tuple[str, Probe]]:
    """The probes that this configuration asks for, by the name of the part."""
    yield "board", partial(board, config.board, detect)
    yield "disk", partial(disk, config.record)
    yield "record", partial(record, config.record)
    yield "models", partial(models, config)
    for name, camera in config.cameras.items():
        yield f"camera {name}", partial(camera_picture, name, camera, config.infer)
    yield "pins", partial(pins, config)


def run_probe(part: str, probe: Probe) -> Iterator[Result]:
    """The results of one probe; the fault that ends it is one of them."""
    try:
        yield from probe()
    except GateFault as fault:
        severity = Severity.WARN if fault.effect is Effect.WARN else Severity.ERROR
        yield Result(part, str(fault), severity)


def board(configured: str, detect: Callable[[], str]) -> Iterator[Result]:
    found = detect()
    if configured in (found, "sim"):
        yield Result("board", configured)
    else:
        text = f'The profile "{configured}" is configured, but this is "{found}". Set board = "auto".'
        yield Result("board", text, Severity.WARN)


def disk(settings: Record) -> Iterator[Result]:
    """Raises RecordFailed or DiskFull."""
    folder = _existing(settings.path.absolute().parent)
    if not os.access(folder, os.W_OK):
        raise RecordFailed(f"{folder} cannot be written by this user", part="disk")
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < settings.min_free_mb:
        raise DiskFull(f"{free_mb} MB free, {settings.min_free_mb} MB wanted", part=str(folder))
    yield Result("disk", f"{free_mb} MB free in {folder}")


def record(settings: Record) -> Iterator[Result]:
    """Raises RecordLocked, RecordCorrupt or RecordFailed."""
    if not settings.path.exists():
        yield Result("record", f"{settings.path} will be made when the gate first runs")
        return
    store = Store.open_to_read(settings)
    try:
        store.query("SELECT count(*) FROM sqlite_master")
    finally:
        store.close()
    yield Result("record", f"{settings.path} opens")


def models(config: Config) -> Iterator[Result]:
    """Load the nets and let them read their golden frames. Raises EngineFailed, EngineUntrusted."""
    recognition = build_recognition(config.vision, config.infer)
    yield from (Result("models", str(fault), Severity.WARN) for fault in recognition.faults)
    yield Result("models", f"{config.vision.reader} reads its golden frames on {recognition.backend}")


def camera_picture(name: str, camera: Camera, infer: Infer) -> Iterator[Result]:
    """Raises CameraLost."""
    part = f"camera {name}"
    if camera.driver == "sim":
        yield Result(part, "the twin's")
        return
    with _camera(name, camera, infer) as device:
        picture = device.read(CAMERA_TIMEOUT_S).picture
    yield Result(part, f"{camera.source} gives pictures of {picture.width} x {picture.height}")


def _camera(name: str, camera: Camera, infer: Infer) -> BaseCamera:
    """The driver that the configuration names; only that one's library is imported."""
    if camera.driver in ("v4l2", "rtsp"):
        from ..hw.cameras.opencv import OpenCvCamera, OpenCvConfig

        config = OpenCvConfig(camera.driver, camera.source, camera.width, camera.height, camera.fps)
        return OpenCvCamera(name, config, SystemClock())
    if camera.driver == "file":
        from ..hw.cameras.footage import FootageCamera

        return FootageCamera(name, Path(camera.source), SystemClock())
    if camera.driver == "nvdec":
        return build_camera(name, camera, SystemClock(), GpuMemory(infer))
    raise CameraLost(f'this build has no driver "{camera.driver}"', part=f"camera {name}")


def pins(config: Config) -> Iterator[Result]:
    """Claim and read each input. Outputs stay unclaimed: claiming one sets its level."""
    factory = make_factory(config.pin_factory)
    try:
        for name, given in config.inputs:
            if given is not None:
                probe = partial(_input, name, given, factory, config.end_of_line)
                yield from run_probe(f"input {name}", probe)
    finally:
        factory.close()


def _input(name: str, given: Input, factory: Pins, resistors: EndOfLine) -> Iterator[Result]:
    spec = input_spec(name, given, given.debounce_s)
    with make_input(spec, factory, resistors) as line:
        level = "active" if line.read() else "idle"
    yield Result(f"input {name}", f"{given.pin} reads {level}")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())
