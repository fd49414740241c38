"""`python3 -m appliance.firstboot`: what gatehouse-prepare.service runs, or -stranded in its place.

Exit code 0 also where a file on the card is refused: the board shall come up and say so.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ..access.regions import PRESETS
from ..config.load import load_config, read_config
from ..config.schema import Config
from ..faults import ConfigFault, GateFault
from ..hw.board import detect_board
from ..hw.gpio import GpioInput, make_factory
from ..hw.led import make_status_led
from ..hw.rest import rest_outputs
from ..hw.signs import Sign
from ..hw.specs import input_specs
from ..hw.system_clock import SystemClock
from .held import held
from .in_force import coming
from .lamp import Lamp
from .places import Places
from .prepare import Helpers, give_to_gate, prepare
from .stranded import tell

NAME = "gatehouse"
BUTTON = "service_button"
WITHOUT_DATA = "--without-data"
"""gatehouse-stranded.service: the data partition cannot be mounted."""
_PROGRAM_LIMIT_S = 60.0
"""A key is made in well under a second once the kernel has its entropy."""


def main(arguments: Sequence[str]) -> int:
    places = Places()
    config = _coming(places)
    if config is not None:
        _rest_outputs(config)
    # A board whose configuration is spoilt keeps its LED, and the button that resets it.
    wired = config or _shipped()
    lamp = Lamp(make_status_led(wired.status_led.name), _say)
    lamp.show(Sign.STARTING)
    helpers = Helpers(_run, _check, lambda: _button_held(wired, lamp), _say, lamp.show)
    if WITHOUT_DATA in arguments:
        tell(helpers)
        return 0
    ready = prepare(places, NAME, helpers) and (config is not None or _coming(places) is not None)
    give_to_gate(places)
    lamp.show(Sign.STARTING if ready else Sign.REFUSED)
    _say("ready" if ready else "waiting for a good file")
    return 0


def _coming(places: Places) -> Config | None:
    """The configuration of this start; None where none can be used, which the gate then says, too."""
    try:
        return coming(places, _load)
    except ConfigFault as fault:
        _say(f"the configuration cannot be used, and no output is brought to rest: {fault}")
        return None


def _load(owner: Path | None) -> Config:
    return load_config(owner, None, detect=detect_board, regions=PRESETS).config


def _shipped() -> Config:
    """That of the board alone, whatever the owner's file says."""
    return read_config(Path(os.devnull), None, detect=detect_board, regions=PRESETS, environment={}).config


def _rest_outputs(config: Config) -> None:
    """Outputs before anything else: on some boards a line keeps the level of before a restart."""
    try:
        rest_outputs(config)
    except GateFault as fault:
        _say(str(fault))


def _button_held(config: Config, lamp: Lamp) -> bool:
    found = [spec for spec in input_specs(config.inputs, config.buttons) if spec.name == BUTTON]
    if not found:
        return False
    try:
        pins = make_factory(config.pin_factory)
        try:
            # Nobody sets this event: its wait is a sleep.
            wait = threading.Event().wait
            return held(
                GpioInput(found[0], pins), SystemClock(), wait, partial(lamp.show, Sign.RESET_COUNTED)
            )
        finally:
            pins.close()
    except GateFault as fault:
        _say(str(fault))
        return False
    finally:
        lamp.show(Sign.STARTING)


def _check(path: Path) -> None:
    _load(path)


def _run(words: Sequence[str]) -> None:
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL, timeout=_PROGRAM_LIMIT_S)


def _say(line: str) -> None:
    print(f"gatehouse-prepare: {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
