from itertools import count

import pytest

from appliance.sight import Box, Detection, Direction, Kind
from appliance.vision.track import Tracker, sightings

from .makers import plate


def tracker(lost_s: float = 1.5) -> Tracker:
    return Tracker(count(1).__next__, 0.5, lost_s)


@pytest.mark.parametrize("fps", [4, 8, 15])
def test_a_passing_plate_keeps_its_track(fps: int) -> None:
    follow = tracker()
    for step in range(2 * fps):
        follow.update([plate(10 + 150.0 * step / fps)], step / fps)
    assert [t.id for t in follow.tracks] == [1]


def test_two_plates_side_by_side_keep_theirs() -> None:
    follow = tracker()
    for step in range(8):
        follow.update([plate(10 + 10.0 * step), plate(250 + 10.0 * step)], step / 8)
    assert [round(t.box.x1 / 50) for t in follow.tracks] == [2, 6]


def test_a_far_plate_is_another_track() -> None:
    follow = tracker()
    follow.update([plate(10)], 0.0)
    follow.update([plate(10), plate(330)], 0.1)
    follow.update([plate(10), plate(330)], 0.2)
    assert [t.id for t in follow.tracks] == [1, 2]


def test_what_shows_in_one_frame_only_is_no_track() -> None:
    follow = tracker()
    follow.update([plate(10)], 0.0)
    assert (follow.tracks, follow.undecided) == ([], True)
    follow.update([], 0.1)
    assert (follow.tracks, follow.undecided) == ([], False)


def test_what_shows_in_two_frames_is_a_track_from_its_first_one_on() -> None:
    follow = tracker()
    follow.update([plate(10)], 0.0)
    follow.update([plate(12)], 0.1)
    assert [(t.first_s, t.last_s) for t in follow.tracks] == [(0.0, 0.1)]


def test_an_unsure_box_goes_on_with_a_track_but_starts_none() -> None:
    follow = tracker()
    follow.update([plate(10)], 0.0)
    follow.update([plate(12, score=0.3), plate(300, score=0.3)], 0.1)
    assert [(t.id, t.last_s) for t in follow.tracks] == [(1, 0.1)]


def test_a_track_is_lost_after_its_time_and_its_id_is_not_used_again() -> None:
    follow = tracker(lost_s=1.0)
    follow.update([plate(10)], 0.0)
    follow.update([plate(10)], 0.1)
    assert follow.update([], 1.0) == []
    gone = follow.update([], 1.2)
    follow.update([plate(10)], 1.3)
    follow.update([plate(10)], 1.4)
    assert ([t.id for t in gone], [t.id for t in follow.tracks]) == ([1], [2])


@pytest.mark.parametrize(
    ("growth", "direction"),
    [(1.1, Direction.TOWARDS), (0.9, Direction.AWAY), (1.0, Direction.UNKNOWN)],
)
def test_direction_follows_the_size(growth: float, direction: Direction) -> None:
    follow = tracker()
    for step in range(8):
        follow.update([plate(100, width=60 * growth**step)], step / 8)
    assert follow.tracks[0].direction is direction


def test_wavering_is_no_direction() -> None:
    follow = tracker()
    for step in range(20):
        follow.update([plate(100, width=60 + 4 * (step % 2))], step / 8)
    assert follow.tracks[0].direction is Direction.UNKNOWN


def test_a_plate_belongs_to_the_vehicle_around_it() -> None:
    car = Detection(Kind.CAR, 0.8, Box(0, 0, 150, 150))
    seen = sightings([plate(40), car, plate(300)])
    assert [(s.kind, s.plate is not None) for s in seen] == [(Kind.CAR, True), (Kind.VEHICLE, True)]


def test_a_track_survives_when_the_vehicle_around_its_plate_appears() -> None:
    follow = tracker()
    follow.update([plate(40)], 0.0)
    follow.update([plate(42), Detection(Kind.CAR, 0.8, Box(0, 0, 150, 150))], 0.1)
    assert [(t.id, t.kind) for t in follow.tracks] == [(1, Kind.CAR)]


def test_a_vehicle_is_as_sure_as_the_plate_it_carries() -> None:
    follow = tracker()
    dim = Detection(Kind.CAR, 0.4, Box(0, 0, 150, 150))
    for step in range(2):
        follow.update([plate(40), dim], step / 10)
    assert [(t.id, t.kind) for t in follow.tracks] == [(1, Kind.CAR)]


def test_of_two_who_are_alike_each_keeps_the_nearer() -> None:
    follow = tracker()
    for step in range(4):
        follow.update([plate(10), plate(40)], step / 15)
    first = {track.id: round(track.box.x1) for track in follow.tracks}
    follow.update([plate(46), plate(16)], 4 / 15)
    assert len(first) == 2
    assert {track.id: track.box.x1 > 30 for track in follow.tracks} == {n: x > 30 for n, x in first.items()}


def test_a_track_goes_on_in_a_picture_of_another_size() -> None:
    follow = tracker()
    follow.update([plate(10)], 0.0)
    follow.update([plate(20), plate(300)], 0.1)
    follow.scale(2.0, 3.0)
    follow.update([plate(60, 240.0, 120.0), plate(620, 240.0, 120.0)], 0.2)
    assert [t.id for t in follow.tracks] == [1, 2]
    assert follow.tracks[0].box.x1 == pytest.approx(60, abs=15)
