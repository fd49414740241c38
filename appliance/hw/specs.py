"""From configuration sections to the specs that outputs and inputs are built from."""

from __future__ import annotations

from collections.abc import Iterable

from ..config.schema import Barrier, Buttons, Input, InputsSection, Outputs
from ..faults import ConfigFault
from .base import InputSpec, OutputSpec

INTERLOCKED = ("open", "close")
"""Outputs that are never on together (law 4)."""
MOTION = ("open", "close", "enable")
"""Outputs that STOP releases."""
BUTTONS = ("open_button", "stop_button", "service_button", "exit")

STUCK_S = {"loop": 1800.0, "beam": 1800.0}
"""Half an hour under the arm is no passage: a detuned loop, a dirty lens, or somebody who parks."""

BACKSTOP_S = 1.0
"""The machine's own motion limit (law 6) ends a motion first; the output falls this much later."""


def output_specs(outputs: Outputs, barrier: Barrier) -> tuple[OutputSpec, ...]:
    """The fitted outputs. Open and close without `max_on_s` get the motion limit and a little."""
    specs = []
    for name in Outputs.model_fields:
        output = getattr(outputs, name)
        if output is None:
            continue
        fallback_s = barrier.motion_limit_s + BACKSTOP_S if name in INTERLOCKED else None
        max_on_s = fallback_s if output.max_on_s is None else output.max_on_s
        specs.append(
            OutputSpec(name, output.pin, output.active_high, output.start, output.shutdown, max_on_s)
        )
    return tuple(specs)


def input_specs(inputs: InputsSection, buttons: Buttons) -> tuple[InputSpec, ...]:
    """The fitted inputs. A button is debounced by the longer of its own time and the buttons'."""
    specs = []
    for name in InputsSection.model_fields:
        found = getattr(inputs, name)
        if found is None:
            continue
        floor_s = buttons.debounce_s if name in BUTTONS else 0.0
        debounce_s = max(found.debounce_s, floor_s)
        specs.append(input_spec(name, found, debounce_s))
    return tuple(specs)


def input_spec(name: str, given: Input, debounce_s: float) -> InputSpec:
    external = given.pull == "external"
    stuck_s = float("inf") if name in BUTTONS else given.stuck_s or STUCK_S.get(name, float("inf"))
    return InputSpec(name, given.pin, given.active_high, debounce_s, given.normally_closed, external, stuck_s)


def check_outputs(specs: Iterable[OutputSpec]) -> None:
    """Raise ConfigFault for the first output that law 4 or 5 forbids."""
    for spec in specs:
        objection = _objection(spec)
        if objection:
            raise ConfigFault(objection, part=f"outputs.{spec.name}")


def _objection(spec: OutputSpec) -> str:
    if spec.max_on_s is not None and spec.start != spec.shutdown:
        return "start differs from shutdown although max_on_s is set; make them equal"
    if spec.max_on_s is not None and spec.start:
        return "it starts on although max_on_s is set; set start and shutdown to false"
    if spec.name in MOTION and (spec.start or spec.shutdown):
        return "an output that moves something starts and shuts down off"
    if spec.name in INTERLOCKED and spec.max_on_s is None:
        return "max_on_s is missing; set it a little above barrier.motion_limit_s"
    return ""
