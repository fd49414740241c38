"""Why a decision is a no: the reason, its sentence, and whom it concerns."""

from __future__ import annotations

from dataclasses import dataclass

from ..events import RefusalReason


@dataclass(frozen=True, slots=True)
class Objection:
    """`sentence` is for people and carries the facts; `alert` asks for an ALERT event."""

    reason: RefusalReason
    sentence: str
    alert: bool = False
