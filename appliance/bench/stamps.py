"""The moments between a vote and the edge, and a record writer that notes those of its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..clock import Clock
from ..config.schema import Record
from ..events import Entry
from ..record.desk import Answer
from ..record.stamp import Origin
from ..record.store import free_bytes
from ..record.writer import RecordWriter
from ..runtime.gatework import Mouth
from .spread import Spread


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening, in seconds of the monotonic clock.

    The vote was `posted_s`; decided, and its reason handed to the writer, at `asked_s`; the writer
    began at `begun_s`; the reason was durable at `durable_s`; the pin had changed at `edge_s`.
    """

    posted_s: float
    asked_s: float
    begun_s: float
    durable_s: float
    edge_s: float
    queued_s: float
    """How long the gate's thread or the writer's was ready to run and had no processor."""

    @property
    def total_s(self) -> float:
        return self.edge_s - self.posted_s

    @property
    def record_s(self) -> float:
        return self.durable_s - self.begun_s


@dataclass(frozen=True, slots=True)
class Openings:
    """What N openings took, as a whole and in their parts."""

    total: Spread
    decide: Spread
    handover: Spread
    record: Spread
    act: Spread
    unqueued: Spread
    """The whole without the waiting for a processor: what a computer that nobody shares would take."""
    record_share: float

    @classmethod
    def of(cls, seen: Sequence[Opening]) -> Openings:
        """At least one. The share is that of all time together, 0 to 1."""
        return cls(
            total=Spread.of([o.total_s for o in seen]),
            decide=Spread.of([o.asked_s - o.posted_s for o in seen]),
            handover=Spread.of([o.begun_s - o.asked_s for o in seen]),
            record=Spread.of([o.record_s for o in seen]),
            act=Spread.of([o.edge_s - o.durable_s for o in seen]),
            unqueued=Spread.of([max(0.0, o.total_s - o.queued_s) for o in seen]),
            record_share=sum(o.record_s for o in seen) / sum(o.total_s for o in seen),
        )


class TimedWriter(RecordWriter):
    """The gate's own writer. Notes when it was asked to record an opening, began, and was done."""

    def __init__(self, settings: Record, clock: Clock, mouth: Mouth) -> None:
        self.asked_s = self.begun_s = self.durable_s = self._looked_s = 0.0
        self.native_id: int | None = None
        """The writer's thread, once it has written."""
        self._clock = clock
        self._mouth = mouth
        super().__init__(
            settings,
            clock,
            Origin.here(),
            answer=self._answered,
            on_fault=mouth.raised,
            on_recovered=mouth.cleared,
            free=self._looked_for_space,
        )

    def submit_entry(self, entry: Entry, ticket: str | None = None) -> None:
        if ticket is not None:
            self.asked_s = self._clock.monotonic()
        super().submit_entry(entry, ticket)

    def _looked_for_space(self, path: Path) -> int:
        """Free space is the first thing that each commit asks for."""
        self._looked_s = self._clock.monotonic()
        self.native_id = threading.get_native_id()
        return free_bytes(path)

    def _answered(self, answer: Answer) -> None:
        self.durable_s = self._clock.monotonic()
        self.begun_s = self._looked_s
        self._mouth.post(answer)
