"""What the record's tests share: made-up entries, and a writer that remembers what it was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from appliance.clock import ManualClock
from appliance.config.schema import Record
from appliance.events import Entry, EntryKind, PlateEvent, PlateEventKind, Visit
from appliance.faults import GateFault
from appliance.record.stamp import Origin
from appliance.record.writer import InlineWriter
from appliance.sight import Box, Character, Reading

PLENTY = 2**40
BOX = Box(1.0, 2.0, 30.0, 40.0)
ORIGIN = Origin("boot-1", "run-1")


def entry(subject: str = "AB12CDE", kind: EntryKind = EntryKind.OPENING, at_s: float = 0.0) -> Entry:
    return Entry(kind, at_s, subject, f"{subject} may enter.", (("votes", "4"),))


def event(text: str = "AB12CDE", kind: PlateEventKind = PlateEventKind.READ, at_s: float = 0.0) -> PlateEvent:
    return PlateEvent(kind, "front", 7, text, 0.91, f"{text} was read.", at_s, (("reads", "4"),))


def visit(text: str = "AB12CDE", first_s: float = 0.0) -> Visit:
    return Visit("front", 7, first_s, first_s + 12.5, text, 0.91, "opened", 4, "authority-1")


def reading(raw: str = "AB-12 CDE", captured_s: float = 0.0) -> Reading:
    characters = tuple(Character(c, 0.9) for c in "AB12CDE")
    return Reading("front", 7, 42, captured_s, BOX, characters, raw, "uk")


@dataclass
class Disk:
    """Free space as the test says."""

    free: int = PLENTY

    def __call__(self, path: Path) -> int:
        return self.free


@dataclass
class Heard:
    """What a writer told."""

    faults: list[str] = field(default_factory=list)
    recovered: list[str] = field(default_factory=list)

    def on_fault(self, fault: GateFault) -> None:
        self.faults.append(fault.kind())


@dataclass
class Rig:
    """An inline writer with everything around it."""

    settings: Record
    clock: ManualClock
    disk: Disk = field(default_factory=Disk)
    heard: Heard = field(default_factory=Heard)

    def writer(self, max_entries: int = 16, max_rows: int = 512) -> InlineWriter:
        return InlineWriter(
            self.settings,
            self.clock,
            ORIGIN,
            on_fault=self.heard.on_fault,
            on_recovered=self.heard.recovered.append,
            free=self.disk,
            new_id=lambda: "gate-1",
            max_entries=max_entries,
            max_rows=max_rows,
        )
