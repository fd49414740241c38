"""A visit: a vehicle comes, is read through the kernel's camera interface, and enters, or does not."""

from __future__ import annotations

import json

import pytest

from .cameras import PLATE, show_vehicle, take_away
from .lines import HIGH, LIMIT_OPEN, LOOP, LOW, OPEN, await_journal, level, skip_journal, stays, wire
from .machine import Run

pytestmark = [pytest.mark.timeout(1800), pytest.mark.usefixtures("vivid")]

READ_S = 100.0
"""One frame detected and read: 18 s beside other work."""


def arrive(run: Run) -> None:
    """Before the camera, and onto the loop."""
    skip_journal(run)
    show_vehicle(run)
    wire(run, LOOP, HIGH)


def recorded(run: Run, *kinds: str) -> list[tuple[str, str]]:
    """Kinds and subjects of such entries of the record, oldest first."""
    chosen = " ".join(f"--kind {kind}" for kind in kinds)
    said = run.agent.ask(f"gatehouse audit show --json {chosen}", 60)
    entries = [json.loads(line) for line in said.splitlines()]
    return [(entry["kind"], entry["subject"]) for entry in entries]


def test_a_listed_plate_opens_the_arm_closes_behind_it_and_the_record_tells(gate: Run) -> None:
    gate.agent.ask(f"gatehouse plates add {PLATE} --owner Ada", 60)
    arrive(gate)
    await_journal(gate, f"opening {PLATE}: Read {PLATE} in 1 of 1 reads; {PLATE} (Ada) is listed", READ_S)
    await_journal(gate, f"opened {PLATE}: The arm is open")
    assert level(gate, LIMIT_OPEN) == "0"
    take_away(gate)
    wire(gate, LOOP, LOW)
    await_journal(gate, "closed arm: The arm is closed")

    seen = recorded(gate, "opening", "opened", "closed")
    assert seen == [("opening", PLATE), ("opened", PLATE), ("closed", "arm")]


def test_a_plate_that_is_not_listed_is_refused_and_nothing_moves(gate: Run) -> None:
    arrive(gate)
    await_journal(gate, f"refused {PLATE}: Read {PLATE}, which is not listed", READ_S)

    assert stays(gate, OPEN, 0, 5)
    assert recorded(gate, "opening", "refused") == [("refused", PLATE)]
