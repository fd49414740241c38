"""What came of a run in the twin: each visit's outcome, and the counts that tools are built on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...words import Word
from .mishaps import Injected
from .plan import VisitPlan


class Outcome(Word):
    """What came of a visit."""

    OPENED = "opened"
    """One who may pass was let through."""
    MISSED = "missed"
    """One who may pass left without."""
    REFUSED = "refused"
    """One who may not enter did not."""
    TAILGATED = "tailgated"
    """One who may not enter slipped in behind another."""


@dataclass(slots=True)
class Tally:
    """One visit as it went. `ready_s` is when its plate came into the ROI, `reach_m` where."""

    plan: VisitPlan
    arrived_s: float
    reach_m: float
    ready_s: float | None = None
    opened_s: float | None = None
    by_hand: bool = False
    passed: bool = False
    left_s: float | None = None

    @property
    def let_in(self) -> bool:
        return self.passed or self.opened_s is not None

    @property
    def outcome(self) -> Outcome:
        if self.plan.may_pass:
            return Outcome.OPENED if self.let_in else Outcome.MISSED
        return Outcome.TAILGATED if self.passed else Outcome.REFUSED

    @property
    def time_to_open_ms(self) -> float | None:
        """From entering the ROI to the open output; None where no recognition opened."""
        if self.opened_s is None or self.ready_s is None or self.by_hand:
            return None
        return max(0.0, (self.opened_s - self.ready_s) * 1000)


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of a run. `visits` = opened + missed + refused + tailgated."""

    visits: int
    authorised: int
    opened: int
    refused: int
    missed: int
    false_opens: int
    violations: tuple[str, ...]
    time_to_open_ms: tuple[tuple[str, float | None], ...]
    faults_injected: int
    recovered: int
    tailgated: int
    false_open_lines: tuple[str, ...]
    missed_lines: tuple[str, ...]
    needless_reopens: int = 0
    """Closing was broken off, and nothing was there."""

    @classmethod
    def of(
        cls,
        tallies: Sequence[Tally],
        violations: Sequence[str],
        false_opens: Sequence[str],
        faults: Sequence[tuple[Injected, bool]],
    ) -> Summary:
        over = [t for t in tallies if t.left_s is not None]
        outcomes = [t.outcome for t in over]
        return cls(
            visits=len(over),
            authorised=sum(t.plan.may_pass for t in over),
            opened=outcomes.count(Outcome.OPENED),
            refused=outcomes.count(Outcome.REFUSED),
            missed=outcomes.count(Outcome.MISSED),
            false_opens=len(false_opens),
            violations=tuple(violations),
            time_to_open_ms=_percentiles([t.time_to_open_ms for t in over]),
            faults_injected=len(faults),
            recovered=sum(recovered for _, recovered in faults),
            tailgated=outcomes.count(Outcome.TAILGATED),
            false_open_lines=tuple(false_opens),
            missed_lines=tuple(_missed_line(t) for t in over if t.outcome is Outcome.MISSED),
        )

    def as_json(self) -> dict[str, object]:
        """The object that `gatehouse sim --json` prints, its stable keys first."""
        return {
            "visits": self.visits,
            "authorised": self.authorised,
            "opened": self.opened,
            "refused": self.refused,
            "missed": self.missed,
            "false_opens": self.false_opens,
            "violations": list(self.violations),
            "time_to_open_ms": dict(self.time_to_open_ms),
            "faults_injected": self.faults_injected,
            "recovered": self.recovered,
            "tailgated": self.tailgated,
            "needless_reopens": self.needless_reopens,
            "false_open_lines": list(self.false_open_lines),
            "missed_lines": list(self.missed_lines),
        }


def _percentiles(times: list[float | None]) -> tuple[tuple[str, float | None], ...]:
    known = [t for t in times if t is not None]
    names = ("p50", "p95", "p99")
    if not known:
        return tuple((name, None) for name in names)
    values = np.percentile(known, (50, 95, 99))
    return tuple((name, round(float(value), 1)) for name, value in zip(names, values))


def _missed_line(tally: Tally) -> str:
    mishap = f", {tally.plan.mishap}" if tally.plan.mishap else ""
    sky = f"{tally.plan.light}, {tally.plan.weather}"
    return f"{tally.arrived_s:.2f} s: visit {tally.plan.number}, {tally.plan.name} ({sky}{mishap})"
