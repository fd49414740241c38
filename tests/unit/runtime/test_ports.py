"""Access and record as the gate's ports ask for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.authority import Authority, Source
from appliance.events import Entry, EntryKind, Granted, PlateEvent, RefusalReason, TrackGone, Visit
from appliance.listing import Listing
from appliance.record.journal import Sighting
from appliance.record.writer import NO_SIGHTING, BaseWriter
from appliance.runtime.ports import Doorman, Scribe, new_authority_id
from appliance.sight import Box, Character, Direction, Kind, Reading, Track, Vote

from .rig import a_clock, a_config

NOW_S = 100.0
BOX = Box(10.0, 10.0, 110.0, 40.0)


def a_reading(text: str, seq: int = 0, at_s: float = NOW_S, on: int = 1) -> Reading:
    return Reading("front", on, seq, at_s, BOX, tuple(Character(c, 0.95) for c in text), text)


def a_track(number: int = 1, direction: Direction = Direction.TOWARDS, *, at_s: float = NOW_S) -> Track:
    return Track(number, "front", Kind.CAR, BOX, BOX, True, direction, at_s - 5.0, at_s)


def a_vote(track: Track, text: str = "AB12CDE") -> Vote:
    reads = tuple(a_reading(text, seq, track.last_s, track.id) for seq in range(3))
    return Vote("front", track, text, reads[0].characters, 0.95, reads, 3, track.last_s)


class Site:
    """A doorman who lists AB12CDE, and one vehicle of that plate after the other."""

    def __init__(self, approach: str = "towards", *, anti_passback: bool = False) -> None:
        self.clock = a_clock()
        config = a_config(
            cameras={"front": {"driver": "sim", "approach": approach}},
            access={"anti_passback": anti_passback},
        )
        self.doorman = Doorman(config, self.clock)
        self.doorman.decider.replace_list([Listing("AB12CDE")])
        self._number = 0

    def comes(self, direction: Direction = Direction.TOWARDS) -> Authority | RefusalReason:
        """What the next vehicle's vote brings."""
        self._number += 1
        verdict = self.doorman.voted(a_vote(self._track(direction)))
        assert verdict is not None
        return verdict.authority if isinstance(verdict, Granted) else verdict.refusal.reason

    def leaves(self, direction: Direction, *, in_roi: bool = False) -> None:
        """The last vehicle's track ends so, and its visit with it, or later where it ends in the ROI."""
        seen = replace(self._track(direction), in_roi=in_roi)
        self.doorman.gone(TrackGone(seen, a_vote(seen), (), self.clock.monotonic()))
        self.clock.advance(60.0)
        self.doorman.settle()

    def vanishes(self, direction: Direction) -> None:
        """The last vehicle's track ends in the ROI, so long ago that its visit is due to end."""
        seen = self._track(direction)
        self.doorman.gone(TrackGone(seen, a_vote(seen), (), self.clock.monotonic()))
        self.clock.advance(60.0)

    def _track(self, direction: Direction) -> Track:
        return a_track(self._number, direction, at_s=self.clock.monotonic())


@pytest.mark.parametrize(
    ("approach", "direction"), [("towards", "towards"), ("any", "away"), ("away", "away")]
)
def test_a_listed_plate_from_the_camera_s_side_is_granted(approach: str, direction: str) -> None:
    assert isinstance(Site(approach).comes(Direction(direction)), Authority)


@pytest.mark.parametrize(("approach", "direction"), [("towards", "away"), ("away", "towards")])
def test_a_listed_plate_from_the_other_side_is_refused(approach: str, direction: str) -> None:
    assert Site(approach).comes(Direction(direction)) is RefusalReason.WRONG_DIRECTION


def passed(source: Source = Source.DECISION) -> Site:
    """A site whose vehicle has passed on this kind of authority and driven in."""
    site = Site(anti_passback=True)
    authority = site.comes()
    assert isinstance(authority, Authority)
    site.doorman.spent(authority.id)
    site.doorman.passed(replace(authority, source=source))
    site.leaves(Direction.TOWARDS)
    return site


def test_who_passed_by_a_decision_is_inside() -> None:
    assert passed().comes() is RefusalReason.ALREADY_INSIDE


@pytest.mark.parametrize("source", [Source.BUTTON, Source.EXIT, Source.COMMAND])
def test_who_passed_otherwise_is_not_known_to_be_inside(source: Source) -> None:
    assert isinstance(passed(source).comes(), Authority)


@pytest.mark.parametrize("in_roi", [False, True])
def test_who_drove_away_may_come_again(in_roi: bool) -> None:
    site = passed()
    site.comes(Direction.AWAY)
    site.leaves(Direction.AWAY, in_roi=in_roi)

    assert isinstance(site.comes(), Authority)


@pytest.mark.parametrize("in_roi", [False, True])
@pytest.mark.parametrize("direction", [Direction.TOWARDS, Direction.UNKNOWN])
def test_a_track_that_ended_otherwise_is_still_inside(direction: Direction, in_roi: bool) -> None:
    site = passed()
    site.comes(direction)
    site.leaves(direction, in_roi=in_roi)

    assert site.comes() is RefusalReason.ALREADY_INSIDE


def test_another_vehicle_s_way_out_takes_nobody_out_with_it() -> None:
    site = passed()
    site.comes(Direction.TOWARDS)
    site.vanishes(Direction.TOWARDS)
    stranger = a_track(9, Direction.AWAY, at_s=site.clock.monotonic())
    site.doorman.gone(TrackGone(stranger, None, (), site.clock.monotonic()))

    assert site.comes() is RefusalReason.ALREADY_INSIDE


def test_an_opening_that_lapsed_may_be_decided_anew() -> None:
    site = Site()
    authority = site.comes()
    assert isinstance(authority, Authority)
    site.doorman.lapsed(authority.id, RefusalReason.NOT_RECORDED)
    site.clock.advance(3.0)

    assert isinstance(site.comes(), Authority)


def test_a_visit_under_way_ends_with_the_gate() -> None:
    site = Site()
    site.comes()

    assert [(closed.visit.text, closed.visit.outcome) for closed in site.doorman.end()] == [
        ("AB12CDE", "granted")
    ]
    assert site.doorman.end() == ()


def test_no_authority_has_the_id_of_another() -> None:
    assert len({new_authority_id() for _ in range(100)}) == 100


class HeardWriter(BaseWriter):
    """Keeps what it was given, in order."""

    def __init__(self) -> None:
        self.given: list[object] = []

    def submit_entry(self, entry: Entry, ticket: str | None = None) -> None:
        self.given.append((entry, ticket))

    def submit_event(self, event: PlateEvent) -> None:
        self.given.append(event)

    def submit_visit(self, visit: Visit) -> None:
        self.given.append(visit)

    def submit_reading(self, reading: Reading, sighting: Sighting = NO_SIGHTING) -> None:
        self.given.append((reading.text, sighting.place, sighting.outcome))

    def oldest_wait_s(self) -> float:
        return 0.0


def test_an_entry_goes_on_with_its_ticket() -> None:
    writer, entry = HeardWriter(), Entry(EntryKind.BOOT, NOW_S, "gate", "It started.")
    Scribe(writer).submit_entry(entry, "t1")
    Scribe(writer).submit_entry(entry)

    assert writer.given == [(entry, "t1"), (entry, None)]


def test_each_read_is_kept_with_what_came_of_it() -> None:
    writer, readings = HeardWriter(), (a_reading("AB12CDE"), a_reading("AB12CDF"))
    Scribe(writer).submit_readings(TrackGone(a_track(), a_vote(a_track()), readings, NOW_S))

    assert writer.given == [("AB12CDE", "roi", "agreed"), ("AB12CDF", "roi", "differed")]


def test_reads_that_never_agreed_differed() -> None:
    writer = HeardWriter()
    outside = replace(a_track(), in_roi=False)
    Scribe(writer).submit_readings(TrackGone(outside, None, (a_reading("AB12CDE"),), NOW_S))

    assert writer.given == [("AB12CDE", "approach", "differed")]
