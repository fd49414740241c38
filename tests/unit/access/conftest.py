"""Parts that the tests of this room share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from itertools import count

import pytest

from appliance.access.decide import Decider
from appliance.clock import ManualClock
from appliance.config import schema
from appliance.sight import Looks

Doubt = Callable[[str, "Looks | None"], "str | None"]


def _nowhere(plate: str) -> bool:
    return False


def _none(plate: str, looks: Looks | None) -> None:
    return None


NOON = datetime(2026, 7, 15, 12, 0, tzinfo=timezone.utc)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON, start_s=100.0)


@pytest.fixture
def decider_of(clock: ManualClock) -> Callable[..., Decider]:
    """Builds a decider from the keys of [access] that matter to the test."""

    def build(inside: Callable[[str], bool] = _nowhere, doubt: Doubt = _none, **keys: object) -> Decider:
        ids = (f"id{number}" for number in count(1))
        settings = schema.Access.model_validate(keys)
        vote = schema.Vote(min_reads=3, min_agreement=0.6)
        return Decider(settings, vote, clock, lambda: next(ids), inside=inside, doubt=doubt)

    return build
