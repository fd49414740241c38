"""Every output at its shutdown level, whatever a dead process or a restart has left.

Some boards keep a pin's last level. Asked for before the gate starts, and after a kill that no handler saw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ..config.schema import Config
from .base import BaseOutput, OutputSpec, do_all
from .gpio import GpioOutput, Pins, make_factory
from .specs import output_specs


def rest_outputs(config: Config, make: Callable[[str], Pins] = make_factory) -> None:
    """Drive the outputs of this configuration to their shutdown levels, and give pins and chip back.

    Tries all, then raises the first failure: ConfigFault for a pin that this board does not have or that
    another process holds, OutputFailed for one that does not obey.
    """
    pins = make(config.pin_factory)
    try:
        specs = output_specs(config.outputs, config.barrier)
        shut_down(specs, lambda spec: GpioOutput(spec, pins))
    finally:
        pins.close()


def shut_down(specs: Iterable[OutputSpec], build: Callable[[OutputSpec], BaseOutput]) -> None:
    """Claim each output at its shutdown level and give it back. Tries all, then raises the first failure."""
    outputs = [build(replace(spec, start=spec.shutdown)) for spec in specs]
    do_all([act for output in outputs for act in (output.open, output.close)])
