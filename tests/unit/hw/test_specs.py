"""From configuration to specs."""

from __future__ import annotations

from math import inf

from appliance.config.schema import Barrier, Buttons, Input, InputsSection, Output, Outputs
from appliance.hw.base import InputSpec, OutputSpec
from appliance.hw.specs import input_specs, output_specs


def test_an_output_that_is_not_configured_has_no_spec() -> None:
    outputs = Outputs(lights=Output(pin="GPIO5", active_high=False, start=True, shutdown=True))
    assert output_specs(outputs, Barrier()) == (OutputSpec("lights", "GPIO5", False, True, True, None),)


def test_a_direction_without_a_maximum_falls_a_little_after_the_motion_limit() -> None:
    outputs = Outputs(open=Output(pin="GPIO5"), close=Output(pin="GPIO6", max_on_s=3.0))
    specs = output_specs(outputs, Barrier(motion_limit_s=8.0))
    assert [(spec.name, spec.max_on_s) for spec in specs] == [("open", 9.0), ("close", 3.0)]


def test_a_button_is_debounced_by_the_longer_time_and_a_sensor_by_its_own() -> None:
    inputs = InputsSection(
        stop_button=Input(pin="GPIO1", active_high=True, debounce_s=0.01, normally_closed=True),
        exit=Input(pin="GPIO2", debounce_s=0.2),
        loop=Input(pin="GPIO3", debounce_s=0.01),
    )
    assert input_specs(inputs, Buttons(debounce_s=0.05)) == (
        InputSpec("stop_button", "GPIO1", True, 0.05, True),
        InputSpec("exit", "GPIO2", False, 0.2),
        InputSpec("loop", "GPIO3", False, 0.01, stuck_s=1800.0),
    )


def test_a_sensor_has_its_plausible_time_and_a_button_none() -> None:
    inputs = InputsSection(
        exit=Input(pin="GPIO1", stuck_s=5.0),
        loop=Input(pin="GPIO2", stuck_s=600.0, pull="external"),
        limit_open=Input(pin="GPIO3"),
    )
    specs = {spec.name: spec for spec in input_specs(inputs, Buttons())}
    assert [specs[name].stuck_s for name in ("exit", "loop", "limit_open")] == [inf, 600.0, inf]
    assert (specs["loop"].external_pull, specs["exit"].external_pull) == (True, False)
