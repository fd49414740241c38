"""The lines of the outputs and inputs: who holds them, and what the inputs read. Nothing is driven."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from ..config.pins import canonical
from ..faults import GateFault
from ..hw.adc import make_input
from ..hw.base import BaseInput, InputSpec
from ..hw.gpio import Pins
from ..hw.gpiochip import Line
from ..hw.specs import input_specs
from .report import Report, Reports, fine, of_fault, warn, wrong
from .site import Site

PINS = "pins"
# Labels of the chip that a Raspberry Pi 5's and an older one's header is on.
_HEADERS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")


def held(site: Site, lines: Iterable[Line]) -> Reports:
    """Outputs are looked at from outside: to claim one is to set its level.

    A Raspberry Pi's header is one chip, whose offsets are the numbers of GPIO0 to GPIO27. A Jetson's are
    where only Jetson.GPIO knows: there the inputs alone are proven.
    """
    if site.config.pin_factory != "lgpio":
        return
    header = {f"GPIO{line.offset}": line for line in lines if line.label in _HEADERS}
    for name, pin in _outputs(site) if header else ():
        yield from _output(f"output {name}", pin, header.get(canonical(pin)))


def chips(site: Site) -> Reports:
    if site.config.pin_factory != "mock" and not site.found("dev/gpiochip*"):
        yield wrong(
            PINS,
            "The kernel shows no GPIO chip.",
            'Run this on the board, or set pin_factory = "mock" and gate.armed = false.',
        )


def inputs(site: Site, open_pins: Callable[[], Pins]) -> Reports:
    """Claim and read each input, and give it back."""
    config = site.config
    specs = input_specs(config.inputs, config.buttons)
    if not specs:
        return
    try:
        pins = open_pins()
    except GateFault as fault:
        yield of_fault(PINS, fault)
        return
    try:
        for spec in specs:
            yield from _input(spec, partial(make_input, spec, pins, config.end_of_line))
    finally:
        pins.close()


def _outputs(site: Site) -> Iterator[tuple[str, str]]:
    for name, output in site.config.outputs:
        if output is not None:
            yield name, output.pin
    if site.config.wiegand is not None:
        yield "wiegand.data0", site.config.wiegand.data0
        yield "wiegand.data1", site.config.wiegand.data1


def _output(part: str, pin: str, line: Line | None) -> Iterator[Report]:
    if line is None:
        yield warn(part, f"No line of this board is named {canonical(pin)}.", "Correct its pin.")
    elif line.holder:
        yield wrong(
            part,
            f"{pin} is held by {line.holder}.",
            "End that program, or remove the overlay that takes the line (config.txt), or name another pin.",
        )
    else:
        yield fine(part, f"{pin} is free ({line.chip} line {line.offset})")


def _input(spec: InputSpec, make: Callable[[], BaseInput]) -> Iterator[Report]:
    part = f"input {spec.name}"
    try:
        with make() as line:
            level = "active" if line.read() else "idle"
    except GateFault as fault:
        yield of_fault(part, fault)
        return
    yield fine(part, f"{spec.pin} reads {level}")
