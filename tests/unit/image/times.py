"""A time of day for clocks that only count."""

from datetime import datetime, timezone

NOON = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
