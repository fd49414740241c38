"""Who asked for an opening: the only things that may move a barrier or enable a car (law 1)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .words import Word


class Source(Word):
    """Where an authority comes from."""

    DECISION = "decision"
    BUTTON = "button"
    EXIT = "exit"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Authority:
    """Permission for one passage. It opens once, and only before `expires_s` (monotonic seconds).

    `track_id` binds a decision to the vehicle in the ROI; buttons and commands have none.
    `subject` is the plate or the person, `reason` one sentence for the record.
    """

    id: str
    source: Source
    issued_s: float
    expires_s: float
    subject: str
    reason: str
    track_id: int | None = None
    camera: str | None = None
    evidence: tuple[tuple[str, str], ...] = field(default=())
    """Name and value pairs for the audit: votes, rule, confidences."""

    def live(self, now_s: float) -> bool:
        return self.issued_s <= now_s < self.expires_s
