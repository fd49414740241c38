"""Visits: retries, re-acquired tracks, events told once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from appliance.access.decide import Decider
from appliance.access.visits import Closed, Visits
from appliance.clock import ManualClock
from appliance.events import Granted, PlateEventKind, RefusalReason, Verdict
from appliance.sight import Direction, Vote

from .builders import gone, moving, track, vote

PLATE = "AXC473"


@pytest.fixture
def visits(decider_of: Callable[..., Decider], clock: ManualClock) -> Visits:
    return Visits(decider_of(known_plates={PLATE: "Ada", "AXC999": "Bo"}), clock)


def grant(visits: Visits, seen: Vote) -> str:
    verdict = visits.voted(seen, "any")
    assert isinstance(verdict, Granted)
    return verdict.authority.id


def kinds(verdict: Verdict | None) -> list[PlateEventKind]:
    return [] if verdict is None else [event.kind for event in verdict.events]


def outcomes(closed: Iterable[Closed]) -> list[tuple[str, str]]:
    return [(c.visit.text, c.visit.outcome) for c in closed]


def endings(closed: Iterable[Closed]) -> list[PlateEventKind]:
    return [event.kind for c in closed for event in c.events]


def later(seen: Vote, clock: ManualClock, number: int | None = None, *, first_s: float | None = None) -> Vote:
    """The same plate, seen now, perhaps on another track."""
    now = clock.monotonic()
    of = track(
        number or seen.track.id, first_s=seen.track.first_s if first_s is None else first_s, last_s=now
    )
    return vote(seen.text, on=of, at_s=now)


def test_a_visit_opens_once(visits: Visits) -> None:
    visits.spent(grant(visits, vote(PLATE)))
    assert visits.voted(vote(PLATE), "any") is None


def test_an_authority_under_way_is_not_given_twice(visits: Visits) -> None:
    grant(visits, vote(PLATE))
    assert visits.voted(vote(PLATE), "any") is None


@pytest.mark.parametrize("weak", [vote(PLATE, 0.9), vote(PLATE, overall=0.5), vote("AXC99")])
def test_a_refusal_does_not_end_the_visit(visits: Visits, weak: Vote) -> None:
    assert not isinstance(visits.voted(weak, "any"), Granted)
    assert grant(visits, vote(PLATE)) == "id1"


def test_a_refusal_is_told_once(visits: Visits) -> None:
    first, second = visits.voted(vote("QR7788ST"), "any"), visits.voted(vote("QR7788ST"), "any")
    assert kinds(first) == ["READ", "LIST_MISMATCH"]
    assert second is None


def test_a_new_reason_is_told_with_what_is_new_only(visits: Visits) -> None:
    seen = vote("QR7788ST", overall=0.5)
    told = [kinds(visits.voted(v, "any")) for v in (seen, vote("QR7788ST"), seen)]
    assert told == [["LOW_CONFIDENCE"], ["READ", "LIST_MISMATCH"], []]


def test_a_lapsed_authority_may_be_given_anew(visits: Visits) -> None:
    visits.lapsed(grant(visits, vote(PLATE)), RefusalReason.OUT_OF_SERVICE)
    assert grant(visits, vote(PLATE)) == "id2"


def test_what_the_machine_keeps_refusing_is_tried_ever_more_rarely(
    visits: Visits, clock: ManualClock
) -> None:
    granted_s = []
    for _ in range(1000):
        verdict = visits.voted(later(vote(PLATE), clock), "any")
        if isinstance(verdict, Granted):
            granted_s.append(clock.monotonic() - 100.0)
            visits.lapsed(verdict.authority.id, RefusalReason.OUT_OF_SERVICE)
        clock.advance(0.125)
    assert granted_s == [0.0, 0.125, 1.125, 3.125, 7.125, 15.125, 31.125, 61.125, 91.125, 121.125]


def test_an_expired_authority_may_be_given_anew(visits: Visits, clock: ManualClock) -> None:
    seen = vote(PLATE)
    grant(visits, seen)
    clock.advance(5.0)
    assert grant(visits, later(seen, clock)) == "id2"


def test_a_used_authority_stays_used_after_it_expired(visits: Visits, clock: ManualClock) -> None:
    seen = vote(PLATE)
    visits.spent(grant(visits, seen))
    clock.advance(60.0)
    assert visits.voted(later(seen, clock), "any") is None


def test_the_same_car_opens_again_on_its_next_visit(visits: Visits, clock: ManualClock) -> None:
    seen = vote(PLATE)
    visits.spent(grant(visits, seen))
    left = visits.gone(gone(replace(seen.track, in_roi=False), last=seen, reads=3))
    clock.advance(20.0)
    assert outcomes(left) == [(PLATE, "opened")]
    assert grant(visits, later(seen, clock, 2, first_s=118.0)) == "id2"


def test_a_car_that_vanished_and_came_back_much_later_is_a_new_visit(
    visits: Visits, clock: ManualClock
) -> None:
    seen = vote(PLATE)
    visits.spent(grant(visits, seen))
    visits.gone(gone(seen.track))
    clock.advance(7.0)
    assert grant(visits, later(seen, clock, 2, first_s=104.0)) == "id2"


def test_a_visit_ends_the_way_its_last_track_did(visits: Visits, clock: ManualClock) -> None:
    seen = vote(PLATE)
    visits.voted(seen, "any")
    visits.gone(gone(replace(seen.track, direction=Direction.AWAY)))
    again = later(seen, clock, 2)
    visits.voted(again, "any")
    visits.gone(gone(again.track))
    clock.advance(60.0)
    assert [closed.direction for closed in visits.settle()] == [Direction.TOWARDS]


def test_a_vehicle_that_is_still_seen_goes_nowhere(visits: Visits, clock: ManualClock) -> None:
    seen = vote(PLATE)
    visits.voted(seen, "any")
    visits.gone(gone(replace(seen.track, direction=Direction.AWAY)))
    visits.voted(later(seen, clock, 2), "any")
    assert [closed.direction for closed in visits.end()] == [Direction.UNKNOWN]


def test_a_track_that_is_found_again_is_the_same_visit(visits: Visits, clock: ManualClock) -> None:
    seen = vote(PLATE)
    visits.spent(grant(visits, seen))
    clock.advance(1.5)
    assert visits.gone(gone(seen.track, reads=3)) == ()
    clock.advance(4.0)
    assert visits.settle() == ()
    assert visits.voted(later(seen, clock, 2, first_s=102.0), "any") is None


def test_a_track_that_takes_over_before_the_old_one_ends_is_the_same_visit(
    visits: Visits, clock: ManualClock
) -> None:
    seen = vote(PLATE)
    visits.spent(grant(visits, seen))
    clock.advance(30.0)
    other = later(seen, clock, 2, first_s=128.0)
    assert visits.voted(other, "any") is None
    assert visits.gone(gone(seen.track, reads=3)) == ()
    assert len(visits.gone(gone(replace(other.track, in_roi=False), reads=2))) == 1


def test_a_track_that_took_over_needs_an_authority_of_its_own(visits: Visits, clock: ManualClock) -> None:
    seen = vote(PLATE)
    visits.lapsed(grant(visits, seen), RefusalReason.NOT_IN_ROI)
    clock.advance(1.0)
    verdict = visits.voted(later(seen, clock, 2, first_s=100.5), "any")
    assert isinstance(verdict, Granted)
    assert (verdict.authority.track_id, verdict.events) == (2, ())


def test_two_vehicles_are_two_visits(visits: Visits) -> None:
    assert grant(visits, vote(PLATE, on=track(1))) == "id1"
    assert grant(visits, vote("AXC999", on=track(2))) == "id2"


def test_a_vanished_vehicle_closes_its_visit_after_a_while(visits: Visits, clock: ManualClock) -> None:
    seen = vote("QR7788ST")
    visits.voted(seen, "any")
    visits.gone(gone(seen.track, reads=4))
    clock.advance(8.1)
    (closed,) = visits.settle()
    assert (closed.visit.outcome, closed.visit.reads, closed.visit.first_s) == ("not_listed", 4, 95.0)
    assert (closed.events, visits.settle()) == ((), ())


def test_a_vehicle_without_agreeing_reads_is_a_noread(visits: Visits) -> None:
    closed = visits.gone(gone(track(3), reads=2))
    assert (outcomes(closed), endings(closed)) == ([("", "noread")], [PlateEventKind.NOREAD])


def test_traffic_that_never_stood_before_the_gate_is_nothing(visits: Visits) -> None:
    assert visits.gone(gone(track(3, in_roi=False))) == ()


def test_too_few_reads_to_the_end_are_a_noread_with_its_reason(visits: Visits, clock: ManualClock) -> None:
    seen = vote(PLATE, 0.95)
    visits.voted(seen, "any")
    closed = visits.gone(gone(replace(seen.track, in_roi=False), reads=1))
    assert (outcomes(closed), endings(closed)) == ([(PLATE, "too_few_reads")], [PlateEventKind.NOREAD])


def test_a_vehicle_read_beside_the_roi_is_no_noread(visits: Visits) -> None:
    seen = vote(PLATE, on=track(in_roi=False))
    visits.voted(seen, "any")
    assert endings(visits.gone(gone(seen.track, reads=3))) == []


def test_a_vehicle_told_as_leaving_is_no_noread(visits: Visits) -> None:
    seen = moving(Direction.AWAY, vote(PLATE))
    assert kinds(visits.voted(seen, "towards")) == ["WRONG_DIRECTION"]
    assert endings(visits.gone(gone(replace(seen.track, in_roi=False)))) == []


def test_a_visit_names_what_opened_it(visits: Visits) -> None:
    seen = vote(PLATE)
    visits.spent(grant(visits, seen))
    (closed,) = visits.end()
    assert (closed.visit.authority_id, closed.visit.confidence) == ("id1", 0.95)


def test_shutting_down_closes_every_visit(visits: Visits) -> None:
    visits.voted(vote(PLATE, on=track(1)), "any")
    visits.voted(vote("QR7788ST", on=track(2)), "any")
    assert outcomes(visits.end()) == [(PLATE, "granted"), ("QR7788ST", "not_listed")]
    assert visits.end() == ()
