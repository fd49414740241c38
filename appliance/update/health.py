"""Law 14: what is new is good only when the gate works. Pure: facts and time in, a verdict out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from ..events import EntryKind
from ..faults import (
    CameraCovered,
    CameraFault,
    Effect,
    GpuLost,
    LinkFault,
    MachineFault,
    MachineStalled,
    OutputFault,
    RecordFault,
    VisionFault,
    WatchdogFault,
    every_fault,
)
from ..words import Word

_GRAVE = (
    CameraFault,
    VisionFault,
    GpuLost,
    OutputFault,
    RecordFault,
    LinkFault,
    MachineFault,
    MachineStalled,
)
PROVING = frozenset(
    fault.kind()
    for root in (*_GRAVE, WatchdogFault)
    for fault in (root, *every_fault(root))
    if fault.effect is not Effect.WARN or fault is WatchdogFault
)
"""Faults that speak against what is new. A hot board or an arm that was held speak against something else."""
_COVERED = CameraCovered.kind()


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the audit chain, as much of it as proves something."""

    kind: str
    subject: str
    part: str = ""
    source: str = ""
    """The state that a transition left."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gate has shown since it was last started. `faults` are those that lie on it now.

    `ended`: it stays down until a hand starts it. `blind` are cameras of which it has looked at no frame.
    """

    running: bool = False
    ended: bool = False
    record: bool = False
    lines: bool = False
    golden: bool = False
    blind: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    def missing(self) -> tuple[str, ...]:
        """What keeps it from being good, each a clause; empty for a gate that works."""
        return tuple(self._missing())

    def _missing(self) -> Iterator[str]:
        if self.ended:
            yield "the gate stays down"
        elif not self.running:
            yield "the gate does not run"
        if not self.record:
            yield "the gate has not written to its record"
        if not self.lines:
            yield "its lines were not claimed and read back"
        if not self.golden:
            yield "its nets have not read the golden frames"
        yield from (f"camera {name} has given no frames" for name in self.blind)
        yield from (f"fault {fault}" for fault in self.faults)


def facts_of(
    entries: Iterable[Told], *, running: bool, ended: bool = False, cameras: Collection[str] = ()
) -> Facts:
    """From the entries of this boot, oldest first; what counts comes after the gate's last start.

    Each of `cameras` has to give frames, but those in whose place another one reads.

    `running` and `ended` are what systemd says: a gate that was killed has written nothing about it.
    That the gate was recorded as started shows that the record opens. It leaves `boot` when its lines are
    claimed and read back, and `warmup` when its engines have read the golden frames. A camera that gives no
    frames later on is a fault.
    """
    facts = Facts()
    sighted: set[str] = set()
    faults: dict[tuple[str, str], None] = {}
    for entry in entries:
        if entry.kind == EntryKind.BOOT:
            facts, sighted, faults = Facts(record=True), set(), {}
        elif entry.kind == EntryKind.TRANSITION:
            facts = _moved(facts, entry.source)
        elif entry.kind == EntryKind.SIGHTED:
            sighted.add(entry.subject)
        else:
            _weigh(faults, entry)
    blind = tuple(name for name in cameras if name not in sighted and (_COVERED, name) not in faults)
    grave = tuple(_names(one for one in faults if one[0] in PROVING))
    return replace(facts, running=running, ended=ended, blind=blind, faults=grave)


def _moved(facts: Facts, source: str) -> Facts:
    if source == "boot":
        return replace(facts, lines=True)
    return replace(facts, golden=True) if source == "warmup" else facts


def _weigh(faults: dict[tuple[str, str], None], entry: Told) -> None:
    if entry.subject not in PROVING and entry.subject != _COVERED:
        return
    if entry.kind == EntryKind.FAULT_RAISED:
        faults[entry.subject, entry.part] = None
    elif entry.kind == EntryKind.FAULT_CLEARED:
        for known in [one for one in faults if one[0] == entry.subject and entry.part in ("", one[1])]:
            del faults[known]


def _names(faults: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f"{kind} of {part}" if part else kind for kind, part in faults)


class Verdict(Word):
    WAITING = "waiting"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Health:
    verdict: Verdict
    reasons: tuple[str, ...] = ()


class Proof:
    """Good once nothing is missing for `settle_s` on end; bad when that has not come within `limit_s`, or
    when the gate has ended.

    `settle_s` is longer than a camera may stay silent before it is a fault: frames flow on, or it shows.
    """

    def __init__(self, began_s: float, *, limit_s: float, settle_s: float) -> None:
        self._ends_s = began_s + limit_s
        self._settle_s = settle_s
        self._whole_since_s: float | None = None

    def look(self, facts: Facts, now_s: float) -> Health:
        """To be asked now and then, with monotonic seconds."""
        missing = facts.missing()
        if missing:
            self._whole_since_s = None
            hopeless = facts.ended or now_s >= self._ends_s
            return Health(Verdict.BAD if hopeless else Verdict.WAITING, missing)
        if self._whole_since_s is None:
            self._whole_since_s = now_s
        settled = now_s - self._whole_since_s >= self._settle_s
        return Health(Verdict.GOOD if settled else Verdict.WAITING)
