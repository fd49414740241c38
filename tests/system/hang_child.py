"""A live gate on mock pins in which one part fails; prints what happens, with monotonic seconds.

    python hang_child.py detector|machine|process|gpu|nothing RECORD

detector: the first one hangs, a second one sees. machine: its thread hangs while OPEN is energised. process:
it is killed once it serves. gpu: it is lost as often as its backend serves; the next of the chain is well.

The gate's own clock is the computer's. A watcher outside the gate presses OPEN and reads the output.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from gpiozero.pins.mock import MockFactory

from appliance.cli.run import STAYS_DOWN
from appliance.config import Config
from appliance.faults import GpuLost
from appliance.hw.base import BaseCamera
from appliance.hw.gpio import Pins
from appliance.hw.system_clock import SystemClock
from appliance.runtime.live import LiveGate, Setting, stop_on_signals
from appliance.sight import AnyPicture, Box, Detection, Frame, Picture
from appliance.vision.base import BaseDetector, BasePlateReader, ReadResult
from appliance.vision.factory import Recognition

CALM_S = 3.0
"""All is well for so long after the nets are loaded."""
MACHINE_HANGS_S = 5.0
OPEN, CLOSE, BUTTON = "GPIO17", "GPIO27", "GPIO23"


def tell(word: str) -> None:
    print(f"{time.monotonic():.3f} {word}", flush=True)


def a_config(record: Path) -> Config:
    outputs = {name: {"pin": pin, "max_on_s": 9.0} for name, pin in (("open", OPEN), ("close", CLOSE))}
    return Config.model_validate(
        {
            "board": "sim",
            "pin_factory": "mock",
            "barrier": {"restore": "stay", "open_s": 2.0},
            "cameras": {"front": {"driver": "sim"}},
            "outputs": outputs,
            "inputs": {"open_button": {"pin": BUTTON}},
            "record": {"path": record},
            "infer": {"chain": ["onnxruntime-cuda", "onnxruntime"]},
        }
    )


class NoisyCamera(BaseCamera):
    """Ten pictures a second, each unlike the one before."""

    name = "front"

    def __init__(self) -> None:
        self._seq = 0

    def open(self) -> None:
        """Always there."""

    def read(self, timeout_s: float) -> Frame:
        time.sleep(0.1)
        self._seq += 1
        image = np.full((90, 160, 3), self._seq % 251, np.uint8)
        return Frame(self.name, self._seq, time.monotonic(), Picture.of(image))

    def close(self) -> None:
        """Nothing is held."""


class FailingDetector(BaseDetector):
    """Sees nothing, and fails once `after_s` has passed."""

    def __init__(self, fail: Callable[[], None], after_s: float) -> None:
        self._fail = fail
        self._fails_at_s = time.monotonic() + after_s

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        if time.monotonic() >= self._fails_at_s:
            self._fail()
        return ()


def hang() -> None:
    """As a vendor's call does."""
    tell("hung")
    threading.Event().wait()


def lose_gpu() -> None:
    tell("lost")
    raise GpuLost("Xid 79", part="cuda")


class Nets:
    """Detectors of one gate, the first of which may fail."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._loads = 0

    def load(self, config: Config) -> Recognition:
        self._loads += 1
        backend = config.infer.chain[0]
        tell(f"loaded {backend} {self._loads}")
        fail, after_s = hang, float("inf")
        if self._part == "detector" and self._loads == 1:
            after_s = CALM_S
        if self._part == "gpu" and backend == "onnxruntime-cuda":
            fail, after_s = lose_gpu, 1.0
        return Recognition(FailingDetector(fail, after_s), NoReader(), backend, ())


class NoReader(BasePlateReader):
    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        return ReadResult((), "")


class Watcher(threading.Thread):
    """Presses OPEN at `press_s` and tells of every change of an output."""

    def __init__(self, factory: MockFactory, press_s: float) -> None:
        super().__init__(daemon=True)
        self.opened = threading.Event()
        self._outputs = {"open": factory.pin(OPEN), "close": factory.pin(CLOSE)}
        self._button = factory.pin(BUTTON)
        self._press_s = time.monotonic() + press_s

    def run(self) -> None:
        levels = dict.fromkeys(self._outputs, False)
        while True:
            time.sleep(0.005)
            if time.monotonic() >= self._press_s:
                self._press_s = float("inf")
                tell("pressed")
                self._button.drive_low()
            for name, pin in self._outputs.items():
                if bool(pin.state) != levels[name]:
                    levels[name] = not levels[name]
                    tell(f"{name} {'on' if levels[name] else 'off'}")
                    self.opened.set()


def main(part: str, record: Path) -> int:
    factory, config = MockFactory(), a_config(record)
    watcher = Watcher(factory, CALM_S + 2.0)
    setting = Setting(
        config, SystemClock(vouched=True), Pins(factory), {"front": NoisyCamera()}, load=Nets(part).load
    )
    gate, asked = LiveGate(setting), stop_on_signals()
    if gate.down:
        gate.stay_down()
        return STAYS_DOWN
    left = [part == "machine"]
    dies_s = time.monotonic() + 1.0
    tell("began")

    def ended() -> bool:
        if part == "process" and time.monotonic() > dies_s:
            os.kill(os.getpid(), signal.SIGKILL)
        if left[0] and watcher.opened.is_set():
            left[0] = False
            tell("hung")
            time.sleep(MACHINE_HANGS_S)
            tell("woke")
        return asked.is_set()

    watcher.start()
    return 0 if gate.run(ended) else 1


if __name__ == "__main__":
    code = main(sys.argv[1], Path(sys.argv[2]))
    sys.exit(code)
