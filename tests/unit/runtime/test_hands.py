"""Hands and cameras as the configuration names them, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory

from appliance.__main__ import explain
from appliance.config.schema import Buttons, Camera, Infer
from appliance.events import Presence
from appliance.faults import CameraLost, ConfigFault, LinkFault, SensorLost
from appliance.hw.barrier import BarrierActuator
from appliance.hw.base import InputSpec
from appliance.hw.cameras.footage import FootageCamera
from appliance.hw.car import CarOnLink, CarOnPins
from appliance.hw.fake import FakeCarPeer, FakeInput, FakeLink, FakePins
from appliance.hw.gpio import Pins
from appliance.hw.inputs import InputBank
from appliance.hw.pulse import PulseActuator
from appliance.runtime.cameras import LiveFootage, build_camera
from appliance.runtime.decoding import GpuMemory
from appliance.runtime.hands import Hands, build_hands
from appliance.vision.pixels import bgr

from .rig import CLOSE, LIGHTS, OPEN, PINS, FedCamera, a_clock, a_config


def some_hands(factory: MockFactory, **changes: Any) -> Hands:
    return build_hands(a_config(**changes), a_clock(), Pins(factory))


NO_GPU = GpuMemory(Infer())
CAR = {"outputs": {"enable": {"pin": OPEN}}, "inputs": {}}


@pytest.mark.parametrize(
    ("changes", "actuator"),
    [
        ({}, BarrierActuator),
        ({"gate": {"actuator": "pulse"}}, PulseActuator),
        ({"gate": {"actuator": "car"}, **CAR}, CarOnPins),
        ({"gate": {"actuator": "car"}, "car": {"channel": "serial"}, **CAR}, CarOnLink),
    ],
)
def test_the_actuator_is_the_named_one(changes: dict[str, Any], actuator: type) -> None:
    assert type(some_hands(MockFactory(), **changes).actuator) is actuator


def test_a_car_on_pins_needs_its_output() -> None:
    with pytest.raises(ConfigFault) as refused:
        some_hands(MockFactory(), gate={"actuator": "car"})

    assert explain(refused.value) == "outputs.enable: a car on gpio needs it; name its pin"


def test_nothing_is_claimed_before_it_is_opened() -> None:
    factory = MockFactory()
    some_hands(factory)

    assert [factory.pin(name).function for name in PINS] == ["input"] * len(PINS)


def test_open_claims_and_close_gives_back_at_shutdown_level() -> None:
    clock, factory = a_clock(), MockFactory()
    pins = {name: factory.pin(name) for name in (OPEN, CLOSE, LIGHTS)}
    hands = build_hands(a_config(), clock, Pins(factory))
    hands.open()
    claimed = [pin.function for pin in pins.values()]
    clock.advance(a_config().barrier.dead_time_s)
    hands.outputs.energise("open")
    hands.close()

    assert claimed == ["output"] * 3
    assert [bool(pin.state) for pin in pins.values()] == [False, False, True]


def test_close_releases_the_car_and_gives_its_port_back() -> None:
    clock = a_clock()
    peer = FakeCarPeer(clock.monotonic)
    port = FakeLink(peer)
    sections: dict[str, Any] = {"gate": {"actuator": "car"}, "car": {"channel": "serial"}, **CAR}
    config = a_config(**sections)
    hands = build_hands(config, clock, Pins(MockFactory()), port)
    hands.open()
    hands.actuator.tick(clock.monotonic())
    sent = len(port.history)
    hands.close()

    assert len(port.history) == sent + 1
    with pytest.raises(LinkFault, match="the port is gone"):
        port.receive(0.0)


class Clinging(FakeInput):
    """An input that fails as it is closed."""

    def close(self) -> None:
        raise SensorLost("the chip is gone", part=self.spec.name)


def test_an_input_that_does_not_close_leaves_no_output_energised() -> None:
    clock, factory = a_clock(), MockFactory()
    inputs = InputBank([Clinging(InputSpec("loop", "GPIO5"), FakePins())], Buttons())
    hands = replace(build_hands(a_config(), clock, Pins(factory)), inputs=inputs)
    hands.open()
    clock.advance(a_config().barrier.dead_time_s)
    hands.outputs.energise("open")
    with pytest.raises(SensorLost, match="the chip is gone"):
        hands.close()

    assert factory.pin(OPEN).function == "input"


def test_an_input_on_a_used_pin_gives_the_outputs_back() -> None:
    factory = MockFactory()
    hands = some_hands(factory, inputs={"loop": {"pin": OPEN}})
    with pytest.raises(ConfigFault, match="GPIO17"):
        hands.open()
    again = some_hands(factory)
    again.open()  # refused, were a pin still claimed

    assert again.outputs.fitted("open")


def test_the_inputs_are_those_of_the_configuration() -> None:
    hands = some_hands(MockFactory(), inputs={"loop": {"pin": "GPIO5"}})
    hands.open()
    panel = hands.inputs.poll(0.0)

    assert (panel.loop, panel.beam) == (Presence.CLEAR, Presence.NOT_FITTED)


def test_a_camera_without_a_driver_is_one_line() -> None:
    camera = Camera(driver="sim")
    with pytest.raises(ConfigFault) as refused:
        build_camera("front", camera, a_clock(), NO_GPU)

    known = "argus, file, nvdec, picamera2, rtsp, v4l2"
    line = f'cameras.front: driver = "sim" is not available here; use one of: {known}'
    assert explain(refused.value) == line


@pytest.mark.parametrize("driver", ["v4l2", "rtsp", "file", "nvdec"])
def test_a_known_driver_is_built_and_not_opened(driver: str) -> None:
    camera = Camera.model_validate({"driver": driver, "source": "rtsp://nowhere.invalid/1"})

    assert build_camera("front", camera, a_clock(), NO_GPU).name == "front"


def a_picture(folder: Path) -> Path:
    import cv2
    import numpy as np

    path = folder / "one.png"
    cv2.imwrite(str(path), np.zeros((8, 8, 3), np.uint8))
    return path


def test_footage_that_ends_is_a_lost_camera_and_begins_anew(tmp_path: Path) -> None:
    clock = a_clock()
    footage = FootageCamera("front", a_picture(tmp_path), clock)
    camera = LiveFootage(footage, 15.0, clock, wait=clock.advance)
    camera.open()
    first = camera.read(1.0)
    with pytest.raises(CameraLost, match=r"one\.png"):
        camera.read(1.0)
    camera.close()
    camera.open()

    assert bgr(camera.read(1.0).picture).shape == bgr(first.picture).shape


def read_at(fps: float, busy_s: float, timeout_s: float = 2.0) -> list[float]:
    """When each of four pictures is read, in seconds, by a reader that is busy after each."""
    clock = a_clock()
    fed = FedCamera(clock)
    fed.turn()
    camera = LiveFootage(fed, fps, clock, wait=clock.advance)
    camera.open()
    times = []
    for _ in range(4):
        times.append(camera.read(timeout_s).captured_s - 100.0)
        clock.advance(busy_s)
    return times


@pytest.mark.parametrize(
    ("fps", "busy_s", "times"),
    [
        (4.0, 0.0, [0.0, 0.25, 0.5, 0.75]),
        (4.0, 0.125, [0.0, 0.25, 0.5, 0.75]),
        (4.0, 0.5, [0.0, 0.5, 1.0, 1.5]),
        (0.25, 0.0, [0.0, 2.0, 4.0, 6.0]),
    ],
)
def test_footage_comes_at_its_rate_and_never_later_than_it_is_waited_for(
    fps: float, busy_s: float, times: list[float]
) -> None:
    assert read_at(fps, busy_s) == times


def test_footage_that_is_not_there_is_a_lost_camera(tmp_path: Path) -> None:
    camera = build_camera("front", Camera(driver="file", source=str(tmp_path / "no.mp4")), a_clock(), NO_GPU)

    with pytest.raises(CameraLost, match=r"no\.mp4: there is no such file"):
        camera.open()
