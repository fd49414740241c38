"""What a worker's thread does first: take its seat among the processors."""

from __future__ import annotations

from collections.abc import Callable

Sit = Callable[[], None]


def stay() -> None:
    """Sit where the thread was started."""
