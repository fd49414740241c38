"""A gate's surroundings on fakes: a fed camera, nets that are played, a clock that the test turns."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, cast

import numpy as np
from gpiozero.pins.mock import MockFactory

from appliance.clock import ManualClock
from appliance.config import Config
from appliance.events import Tick
from appliance.faults import GateFault
from appliance.gate.gate import Gate
from appliance.gate.ports import FaultMet, FaultOver, Message
from appliance.hw.base import BaseCamera
from appliance.hw.gpio import Pins
from appliance.hw.led import FakeStatusLed
from appliance.record.audit import AuditLog
from appliance.record.chain import Link
from appliance.record.store import Store
from appliance.runtime.gatework import Mouth
from appliance.runtime.live import LiveGate, MakeWriter, Setting, make_writer
from appliance.runtime.optics import Load
from appliance.runtime.upkeep import Meters
from appliance.sight import AnyPicture, Box, Character, Detection, Effort, Frame, Kind, Picture
from appliance.vision.base import BaseDetector, BasePlateReader, ReadResult
from appliance.vision.factory import Recognition

PATIENCE_S = 20.0
"""Of real time, for threads of a busy computer; what is waited for comes in milliseconds."""
TICK_S = 0.02
OPEN, CLOSE, LIGHTS = "GPIO17", "GPIO27", "GPIO22"
OPEN_BUTTON, STOP_BUTTON = "GPIO23", "GPIO24"
PINS = (OPEN, CLOSE, LIGHTS, OPEN_BUTTON, STOP_BUTTON)


def a_clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc), start_s=100.0)


def a_config(path: Path = Path("gatehouse.db"), **changes: Any) -> Config:
    """A barrier with two buttons, lights that shine at rest, and one camera."""
    values = {
        "board": "sim",
        "pin_factory": "mock",
        "barrier": {"restore": "stay"},
        "cameras": {"front": {"driver": "sim", "frozen_s": 60.0}},
        "outputs": {
            "open": {"pin": OPEN, "max_on_s": 9.0},
            "close": {"pin": CLOSE, "max_on_s": 9.0},
            "lights": {"pin": LIGHTS, "start": True, "shutdown": True},
        },
        "inputs": {"open_button": {"pin": OPEN_BUTTON}, "stop_button": {"pin": STOP_BUTTON}},
        "record": {"path": path},
        # The clock runs as fast as this computer; threads do not.
        "vision": {"loop_limit_s": 60.0},
        **changes,
    }
    return Config.model_validate(values)


class FedCamera(BaseCamera):
    """One picture a turn of the clock, each unlike the one before."""

    def __init__(self, clock: ManualClock, name: str = "front") -> None:
        self.name = name
        self.opened = 0
        self.efforts: list[Effort] = []
        self._error: Exception | None = None
        self._clock = clock
        self._turned = threading.Event()
        self._seq = 0

    def turn(self) -> None:
        self._turned.set()

    def break_with(self, error: Exception) -> bool:
        """Raise this at the next read; True, as a step that is done."""
        self._error = error
        return True

    def open(self) -> None:
        self.opened += 1

    def look(self, effort: Effort) -> None:
        self.efforts.append(effort)

    def read(self, timeout_s: float) -> Frame:
        self._turned.wait(0.01)
        self._turned.clear()
        error, self._error = self._error, None
        if error is not None:
            raise error
        self._seq += 1
        image = np.full((90, 160, 3), self._seq % 251, np.uint8)
        return Frame(self.name, self._seq, self._clock.monotonic(), Picture.of(image))

    def close(self) -> None:
        """Nothing is held."""


class PlayedDetector(BaseDetector):
    """Sees one plate in each picture."""

    def __init__(self) -> None:
        self.seen_since_break = 0
        self._error: Exception | None = None

    def break_with(self, error: Exception) -> bool:
        """Raise this at the next picture; True, as a step that is done."""
        self._error, self.seen_since_break = error, -1
        return True

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        self.seen_since_break += 1
        error, self._error = self._error, None
        if error is not None:
            raise error
        return (Detection(Kind.PLATE, 0.9, Box(50.0, 40.0, 110.0, 60.0)),)


class PlayedReader(BasePlateReader):
    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        return ReadResult(tuple(Character(char, 0.95) for char in "AB12CDE"), "AB12 CDE")


def played(*faults: GateFault) -> Recognition:
    return Recognition(PlayedDetector(), PlayedReader(), "played", faults)


def a_load(*outcomes: Recognition | Exception) -> Load:
    """One outcome a call."""
    left = list(outcomes)

    def load(config: Config) -> Recognition:
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return load


class Heard:
    """A gate that only hears. `lines` are the messages as words, faults with + and -."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def post(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def mouth(self) -> Mouth:
        mouth = Mouth()
        mouth.open(cast(Gate, self))
        return mouth

    @property
    def lines(self) -> list[str]:
        return [_word(message) for message in self.messages]


def _word(message: Message) -> str:
    if isinstance(message, FaultMet):
        return f"+{message.fault.kind()}"
    if isinstance(message, FaultOver):
        return f"-{message.kind}"
    return type(message).__name__


def wait_for(true: Callable[[], bool], turn: Callable[[], None] = lambda: None) -> None:
    """Turn until it is true; an error after PATIENCE_S."""
    end_s = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not true():
        assert time.monotonic() < end_s, "waited in vain"
        turn()
        pause.wait(0.001)


class LiveRig:
    """A LiveGate on mock pins, driven by its own `ended`: each round is one turn of the clock."""

    def __init__(
        self,
        folder: Path,
        load: Load | None = None,
        writer: MakeWriter = make_writer,
        meters: Meters | None = None,
        **changes: Any,
    ) -> None:
        self.clock = a_clock()
        self.led = FakeStatusLed()
        self.camera = FedCamera(self.clock)
        self.factory = MockFactory()
        # The factory forgets its pins when it is closed; their last levels are looked at after that.
        self.pins = {name: self.factory.pin(name) for name in PINS}
        self.config = a_config(folder / "gatehouse.db", **changes)
        self.live = LiveGate(
            Setting(
                self.config,
                self.clock,
                Pins(self.factory),
                {"front": self.camera},
                environ={},
                load=load or a_load(played()),
                writer=writer,
                meters=meters,
                led=self.led,
            )
        )

    @property
    def state(self) -> str:
        return str(self.live.gate.machine.state.name)

    def level(self, pin: str) -> bool:
        return bool(self.pins[pin].state)

    def press(self, pin: str) -> bool:
        """Hold a button from now on; True, as a step that is done."""
        self.pins[pin].drive_low()
        return True

    def run(self, *steps: Callable[[], object]) -> bool:
        """Run through the steps, one after the other, each again until it answers True."""
        left = list(steps)
        end_s = time.monotonic() + PATIENCE_S

        def ended() -> bool:
            assert time.monotonic() < end_s, f"waited in vain, {len(left)} steps left, {self.state}"
            self.clock.advance(TICK_S)
            self.camera.turn()
            if left and left[0]():
                left.pop(0)
            self.live.gate.post(Tick())  # the next round comes at once
            return not left

        return self.live.run(ended)

    def links(self) -> list[Link]:
        with closing(Store.open_to_read(self.config.record)) as store:
            return list(AuditLog(store).walk())

    def kinds(self) -> list[str]:
        """Kinds of the entries, transitions left out."""
        return [link.kind for link in self.links() if link.kind not in ("transition", "sighted", "genesis")]


def subjects(links: Sequence[Link], kind: str) -> list[str]:
    return [link.subject for link in links if link.kind == kind]
