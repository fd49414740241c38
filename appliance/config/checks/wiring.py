"""Checks of pins, outputs and inputs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from ..pins import canonical, pulled_up_at_reset
from ..schema import Config, Input, Output
from .finding import Finding, error, warn

SIM = "sim"
MOTION = ("open", "close", "enable")
"""Outputs that move something heavy."""
GUARDS = ("stop_button", "loop", "beam")
"""Inputs that hold the arm back."""


def outputs(config: Config) -> dict[str, Output]:
    """The outputs that are wired, by name."""
    return {name: output for name, output in config.outputs if output is not None}


def inputs(config: Config) -> dict[str, Input]:
    """The inputs that are wired, by name."""
    return {name: given for name, given in config.inputs if given is not None}


def moves(config: Config, *actuators: str) -> bool:
    """Whether this configuration really drives one of these kinds of actuator."""
    return config.gate.armed and config.gate.actuator in actuators


def pins_used_twice(config: Config) -> Iterator[Finding]:
    users: dict[str, list[str]] = defaultdict(list)
    for name, output in outputs(config).items():
        users[canonical(output.pin)].append(f"outputs.{name}")
    for name, given in inputs(config).items():
        users[canonical(given.pin)].append(f"inputs.{name}")
    if config.wiegand is not None:
        for name in ("data0", "data1"):
            users[canonical(getattr(config.wiegand, name))].append(f"wiegand.{name}")
    for pin, (first, *others) in users.items():
        for other in others:
            yield replace(_shares(pin, other, first), mirror=_shares(pin, first, other))


def _shares(pin: str, user: str, other: str) -> Finding:
    key = user if user.startswith("wiegand.") else f"{user}.pin"
    return error(key, f"uses {pin}, as {other} does.", "Give each its own pin.")


def pretend_pins(config: Config) -> Iterator[Finding]:
    if config.gate.armed and config.pin_factory == "mock" and config.board != SIM:
        yield error(
            "pin_factory",
            'is "mock" while the gate is armed: nothing would move.',
            "Name the board's pin factory or set gate.armed = false.",
        )


def real_pins_under_the_twin(config: Config) -> Iterator[Finding]:
    if config.board == SIM and config.pin_factory != "mock":
        yield error(
            "pin_factory",
            "drives real pins from the digital twin.",
            'Set pin_factory = "mock" or choose the real board.',
        )


def levels_of_timed_outputs(config: Config) -> Iterator[Finding]:
    """Law 5: an output that is released by itself must rest where it starts."""
    for name, output in outputs(config).items():
        if output.max_on_s is None:
            continue
        if output.start != output.shutdown:
            sentence = "differs from shutdown on an output with max_on_s."
            yield error(f"outputs.{name}.start", sentence, "Make start and shutdown the same level.")
        elif output.start:
            sentence = "is true, yet max_on_s would release the output."
            yield error(f"outputs.{name}.start", sentence, "Set start and shutdown to false.")


def motion_at_rest(config: Config) -> Iterator[Finding]:
    for name, output in outputs(config).items():
        if name in MOTION and (output.start or output.shutdown):
            key = f"outputs.{name}.{'start' if output.start else 'shutdown'}"
            yield error(
                key,
                "is true: the gate would move with nobody's authority.",
                "Set it to false; use active_high for the polarity of the relay.",
            )


def barrier_outputs(config: Config) -> Iterator[Finding]:
    if not moves(config, "barrier", "pulse"):
        return
    if config.outputs.open is None:
        yield error(
            "outputs.open",
            "is missing: nothing can open the barrier.",
            "Name its pin, or set gate.armed = false.",
        )
    if config.outputs.close is None:
        yield warn(
            "outputs.close",
            "is missing: the operator must close by itself.",
            "Name its pin, or make sure that the operator's own loop guards its closing.",
        )


def stop_output(config: Config) -> Iterator[Finding]:
    """Law 3: an operator that moves by itself does not stop because an impulse ends."""
    fitted = config.outputs.stop is not None
    if fitted and config.gate.actuator != "pulse":
        yield warn(
            "outputs.stop",
            'has no effect: only gate.actuator = "pulse" uses it.',
            "Remove it; a held direction stops when it is released.",
        )
    if config.outputs.stop is not None and config.outputs.stop.max_on_s is not None:
        yield error(
            "outputs.stop.max_on_s",
            "would let the operator go while STOP is held longer.",
            "Remove it; an impulse lasts barrier.pulse_s.",
        )
    if not fitted and moves(config, "pulse"):
        make = warn if config.inputs.stop_button is None else error
        yield make(
            "outputs.stop",
            "is missing: nothing stops an operator that was started by an impulse.",
            "Wire a relay into the operator's stop input and name its pin.",
        )


def stop_at_the_end(config: Config) -> Iterator[Finding]:
    """Law 3: an operator goes on with an impulse's motion although the gate that gave it ends."""
    stop = config.outputs.stop
    if moves(config, "pulse") and stop is not None and not stop.shutdown and stop.max_on_s is None:
        yield warn(
            "outputs.stop.shutdown",
            "is false: an operator that was started by an impulse goes on when the gate ends or hangs.",
            "Set it to true.",
        )


def told_controller(config: Config) -> Iterator[Finding]:
    told = config.wiegand is not None or config.osdp is not None
    if config.gate.actuator == "reader" and not told:
        yield error(
            "gate.actuator",
            'is "reader", yet no access controller is told: nothing would ever open.',
            "Add [wiegand] or [osdp], or name what the gate moves.",
        )
    limit = 1 << (config.cards.bits - 2)
    for plate, number in config.cards.numbers.items():
        if number >= limit:
            yield error(
                f"cards.numbers.{plate}",
                f"needs more than the {config.cards.bits - 2} bits of cards.bits = {config.cards.bits}.",
                "Correct the number, or set cards.bits = 34.",
            )


def car_outputs(config: Config) -> Iterator[Finding]:
    if moves(config, "car") and config.car.channel == "gpio" and config.outputs.enable is None:
        yield error(
            "outputs.enable",
            "is missing: nothing can enable the car.",
            'Name its pin, or set car.channel = "serial".',
        )


def open_ended_outputs(config: Config) -> Iterator[Finding]:
    if not moves(config, "barrier", "pulse"):
        return
    for name, output in outputs(config).items():
        if name in ("open", "close") and output.max_on_s is None:
            yield error(
                f"outputs.{name}.max_on_s",
                "is missing: a hang could leave it energised (law 5).",
                "Set it a little above barrier.motion_limit_s.",
            )


def missing_pulls(config: Config) -> Iterator[Finding]:
    """Jetson.GPIO ignores `pull_up_down`: without a resistor an open wire reads whatever it catches."""
    if config.pin_factory != "jetson":
        return
    make = error if config.gate.armed else warn
    for name, given in inputs(config).items():
        if given.pull == "board" and not given.pin.upper().startswith("ADC"):
            level = "3.3 V" if given.active_high == given.normally_closed else "ground"
            yield make(
                f"inputs.{name}.pull",
                'is "board", but a Jetson switches no pull resistor: the open wire floats.',
                f'Fit 4.7 kΩ from the pin to {level} and write pull = "external".',
            )


ADC = re.compile(r"ADC[0-7]")


def converter_inputs(config: Config) -> Iterator[Finding]:
    """Inputs on the ADC: the channel exists, and the board has the bus."""
    named = {name: given for name, given in inputs(config).items() if given.pin.upper().startswith("ADC")}
    for name, given in named.items():
        if not ADC.fullmatch(given.pin.upper()):
            yield error(f"inputs.{name}.pin", f"{given.pin} is no channel.", 'Write "ADC0" to "ADC7".')
        if config.pin_factory == "mock":
            yield error(
                f"inputs.{name}.pin",
                f"{given.pin} needs a bus, which the mock pins do not have.",
                "Name a line, or the board's pin factory.",
            )


def level_before_start(config: Config) -> Iterator[Finding]:
    """From reset until the gate claims its lines a Raspberry Pi's pins float on weak resistors."""
    if not config.board.startswith("pi"):
        return
    for name, output in outputs(config).items():
        pulled_up = pulled_up_at_reset(output.pin)
        if name in MOTION and pulled_up is output.active_high:
            level = "up" if pulled_up else "down"
            yield warn(
                f"outputs.{name}.pin",
                f"{output.pin} is pulled {level}, which is its active level, until the gate starts.",
                "Use GPIO9 to GPIO27 for active high, GPIO0 to GPIO8 for active low, or fit a resistor.",
            )


def stop_button(config: Config) -> Iterator[Finding]:
    if config.gate.armed and config.inputs.stop_button is None:
        yield warn(
            "inputs.stop_button",
            "is missing: nobody at the gate can stop it.",
            "Wire a stop button and name its pin.",
        )


def broken_wires(config: Config) -> Iterator[Finding]:
    """A normally open contact looks idle when its wire is cut; these must not look idle then."""
    if not config.gate.armed or config.board == SIM:
        return
    for name in GUARDS:
        given = inputs(config).get(name)
        supervised = given is not None and given.pin.upper().startswith("ADC")
        if given is not None and not given.normally_closed and not supervised:
            yield warn(
                f"inputs.{name}.normally_closed",
                "is false: a cut wire would never be noticed.",
                "Wire the closed-when-idle contact and set it to true.",
            )


def exit_input(config: Config) -> Iterator[Finding]:
    if config.gate.armed and config.exit.mode != "none" and config.inputs.exit is None:
        yield warn(
            "inputs.exit",
            f'is missing while exit.mode is "{config.exit.mode}": it opens for nobody who leaves.',
            'Name its pin, or set exit.mode = "none".',
        )


def watch_under_the_arm(config: Config) -> Iterator[Finding]:
    """Law 2 needs somebody who looks."""
    if not moves(config, "barrier", "pulse") or config.inputs.loop or config.inputs.beam:
        return
    if not any(camera.guards for camera in config.cameras.values()):
        yield error(
            "inputs.loop",
            "nothing watches under the arm: no loop, no beam, no camera but for plates.",
            "Fit a loop or a beam and name its pin.",
        )
        return
    yield warn(
        "inputs.loop",
        "only the camera watches under the arm.",
        "Fit a loop or a beam and name its pin.",
    )
