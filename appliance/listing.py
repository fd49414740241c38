"""A line of the owner's list of plates, as plain data: access matches it, the record keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """One plate, A-Z 0-9 without separators, and what its owner may do.

    `schedule` names a schedule of the configuration, None is always. `valid_from` and
    `valid_until` are aware datetimes; they need trusted wall time, as schedules do.
    """

    plate: str
    owner: str = ""
    allowed: bool = True
    schedule: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    note: str = ""
