"""The steps in their order, each time the board starts; all but the first start find little to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..durable import replace
from ..hw.signs import Sign
from .keys import Run, ensure_keys
from .offers import Outcome, offers, take, unchanged
from .places import Places
from .reset import wanted, wipe

GATE_USER = "gatehouse"


@dataclass(frozen=True, slots=True)
class Helpers:
    """What the steps ask of the board."""

    run: Run
    check: Callable[[Path], None]
    """Raises ConfigFault when a gatehouse.toml may not be armed."""
    held: Callable[[], bool]
    """Whether the service button has been held since power-on for as long as a reset asks."""
    say: Callable[[str], None]
    """A line for the console and the journal."""
    show: Callable[[Sign], object]
    """What the status LED shows from now on."""


def prepare(places: Places, name: str, helpers: Helpers) -> bool:
    """Ready the data partition; returns whether the gate may start. Raises OSError where the disk refuses."""
    who = wanted(places, helpers.held)
    if who:
        helpers.show(Sign.RESET)
        helpers.say(f"factory reset, asked for by {who}")
        wipe(places)
        for name in unchanged(places):
            helpers.say(f"as it lay on the card before the reset, not taken again until it changes: {name}")
        helpers.show(Sign.STARTING)
    for folder in places.folders():
        folder.mkdir(parents=True, exist_ok=True)
    for made in ensure_keys(places, name, helpers.run, anew=bool(who)):
        helpers.say(f"made: {made}")
    outcome = take(offers(places, helpers.check), places)
    _tell(outcome, helpers.say)
    _bar(places, outcome)
    return not outcome.refused


def give_to_gate(places: Places) -> None:
    """The gate runs without root and writes its own folder. Raises LookupError without its user, OSError."""
    shutil.chown(places.gate, GATE_USER, GATE_USER)


def _tell(outcome: Outcome, say: Callable[[str], None]) -> None:
    for name in outcome.taken:
        say(f"taken from the card: {name}")
    for reason in outcome.refused:
        say(f"REFUSED, the gate stays unarmed: {reason}")


def _bar(places: Places, outcome: Outcome) -> None:
    """The gate's unit starts only without this file."""
    if not outcome.refused:
        places.refused.unlink(missing_ok=True)
        return
    replace(places.refused, "".join(f"{reason}\n" for reason in outcome.refused).encode())
    # `gatehouse check` reads it without root.
    places.run.chmod(0o755)
    places.refused.chmod(0o644)
