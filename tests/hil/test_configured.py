"""The gate as this board's own configuration wires it: everything claimed, nothing moved, no fault left.

Runs on the twin everywhere, and on the board where `make hil DEVICE=` says that this is one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

import pytest

from appliance.config import Config
from appliance.config.load import load_config
from appliance.hw.adc import make_input
from appliance.hw.board import detect_board
from appliance.hw.gpio import GpioOutput, Pins, make_factory
from appliance.hw.outputs import OutputBank
from appliance.hw.specs import input_specs, output_specs
from appliance.hw.system_clock import SystemClock
from appliance.runtime.cameras import build_camera
from appliance.runtime.decoding import GpuMemory
from appliance.vision.factory import build_recognition

ON_BOARD = "GATEHOUSE_HIL_BOARD"
CAMERA_S = 10.0
"""A network camera's first picture, a ribbon camera's start."""


@pytest.fixture(params=["twin", "board"])
def config(request: pytest.FixtureRequest) -> Config:
    if request.param == "twin":
        return load_config(None, "sim", environment={}).config
    if not os.environ.get(ON_BOARD):
        pytest.skip("no board: make hil DEVICE=user@host runs this there")
    return load_config(None, None, detect=detect_board).config


@pytest.fixture
def pins(config: Config) -> Iterator[Pins]:
    with closing(make_factory(config.pin_factory)) as pins:
        yield pins


def test_every_output_is_claimed_at_rest_and_left_there(config: Config, pins: Pins) -> None:
    outputs = [GpioOutput(spec, pins) for spec in output_specs(config.outputs, config.barrier)]
    bank = OutputBank(outputs, SystemClock(), dead_time_s=config.barrier.dead_time_s)
    with bank:
        bank.verify()
        claimed = {output.spec.name: output.is_on for output in outputs}
    with bank:
        bank.verify()
        again = {output.spec.name: output.is_on for output in outputs}

    assert claimed == {output.spec.name: output.spec.start for output in outputs}
    assert again == claimed


def test_every_input_is_read(config: Config, pins: Pins) -> None:
    for spec in input_specs(config.inputs, config.buttons):
        with make_input(spec, pins, config.end_of_line) as line:
            assert line.read() in (True, False)


def test_stop_is_not_held(config: Config, pins: Pins) -> None:
    """Pressed, cut or not wired: a gate that is armed would hold still."""
    specs = [spec for spec in input_specs(config.inputs, config.buttons) if spec.name == "stop_button"]
    if not specs or not config.gate.armed:
        pytest.skip("no STOP is fitted, or the gate is not armed and its buttons may not be wired yet")
    with make_input(specs[0], pins, config.end_of_line) as line:
        assert line.read() is False


def test_every_camera_gives_pictures_that_grow_newer(config: Config) -> None:
    memory = GpuMemory(config.infer)
    cameras = {name: section for name, section in config.cameras.items() if section.driver != "sim"}
    if not cameras:
        pytest.skip("the twin's cameras need the twin")
    for name, section in cameras.items():
        with build_camera(name, section, SystemClock(), memory) as camera:
            first, second = camera.read(CAMERA_S), camera.read(CAMERA_S)
        assert second.captured_s > first.captured_s


def test_the_nets_read_their_golden_frames_on_the_first_backend(config: Config) -> None:
    recognition = build_recognition(config.vision, config.infer)

    assert recognition.faults == ()
    assert recognition.backend == config.infer.chain[0]
