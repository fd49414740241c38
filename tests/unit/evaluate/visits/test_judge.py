"""Deciding for all thresholds at once comes to what the gate decides at each."""

from __future__ import annotations

import itertools
from datetime import datetime, timezone

import pytest

from appliance.access.decide import Decider
from appliance.clock import ManualClock
from appliance.config.schema import Access
from appliance.config.schema import Vote as VoteSettings
from appliance.evaluate.visits.judge import NEVER, Judge, Policy, policies
from appliance.events import Granted
from appliance.listing import Listing
from tests.unit.access.builders import vote

GRID = (0.3, 0.5, 0.7, 0.9)
SHIPPED = Policy("shipped", 1, 0.8)


def judge(policy: Policy = SHIPPED) -> Judge:
    return Judge(Access(), VoteSettings(), ("any",), policy, GRID)


@pytest.mark.parametrize("threshold", GRID)
@pytest.mark.parametrize("overall", [0.2, 0.5, 0.75, 0.95])
@pytest.mark.parametrize("listed", ["AB123CD", "AB123CE", "XX9"])
def test_it_opens_where_the_gate_opens(threshold: float, overall: float, listed: str) -> None:
    given, clock = vote("AB123CD", overall=overall), ManualClock(datetime.now(timezone.utc), start_s=100.0)
    settings = Access(recognition_threshold=threshold)
    gate = Decider(settings, VoteSettings(), clock, map(str, itertools.count()).__next__)
    gate.replace_list([Listing(listed)])
    all_at_once = judge()
    all_at_once.use([listed])
    opens = all_at_once.opens(all_at_once.cleared([given])) >= threshold
    assert opens == isinstance(gate.decide(given, "any"), Granted)


def test_a_vote_of_too_few_reads_clears_nothing() -> None:
    assert judge().cleared([vote("AB123CD", 0.99, 0.99)]) == ()


def test_an_unsure_character_beside_a_listed_neighbour_refuses() -> None:
    unsure = [0.95] * 6 + [0.6]
    careful = judge()
    careful.use(["AB123CD", "AB123CE"])
    assert careful.opens(careful.cleared([vote("AB123CD", *[unsure] * 3)])) == NEVER


def test_without_ambiguity_refusal_the_same_read_opens() -> None:
    unsure = [0.95] * 6 + [0.6]
    careless = judge(policies(Access())[0])
    careless.use(["AB123CD", "AB123CE"])
    assert careless.opens(careless.cleared([vote("AB123CD", *[unsure] * 3)])) == 0.9
