"""What waits at the reading desk: bounded, one job a track, cameras in turn; what goes is counted."""

from __future__ import annotations

import pytest

from appliance.vision.drops import Dropped, Drops
from appliance.vision.waiting import ReadJob, Waiting

from .makers import frame, plate


def job(camera: str, track_id: int, rank: float = 1.0, at_s: float = 100.0) -> ReadJob:
    return ReadJob(camera, track_id, 0, at_s, at_s, frame(at_s).picture, plate(10), rank)


def taken(waiting: Waiting, most: int) -> list[tuple[str, int]]:
    return [(j.camera, j.track_id) for j in waiting.take(most)]


def test_the_best_jobs_stay_and_of_a_track_the_newest() -> None:
    drops = Drops()
    waiting = Waiting(2, drops)
    for track_id, rank in ((1, 1.0), (1, 2.0), (2, 5.0), (3, 0.5)):
        waiting.put(job("cam", track_id, rank))
    assert [(j.track_id, j.rank) for j in waiting.take(9)] == [(2, 5.0), (1, 2.0)]
    assert drops.tally() == {("cam", Dropped.READ_SUPERSEDED): 1, ("cam", Dropped.READ_NO_ROOM): 1}


def test_of_equal_hope_the_newer_frame_comes_first() -> None:
    waiting = Waiting(2, Drops())
    waiting.put(job("cam", 1, at_s=100.0))
    waiting.put(job("cam", 2, at_s=101.0))
    assert taken(waiting, 2) == [("cam", 2), ("cam", 1)]


def test_a_busy_camera_leaves_the_room_of_others() -> None:
    drops = Drops()
    waiting = Waiting(1, drops)
    for track_id in range(5):
        waiting.put(job("busy", track_id, rank=9.0))
    waiting.put(job("calm", 7, rank=0.1))
    assert taken(waiting, 9) == [("busy", 0), ("calm", 7)]
    assert drops.tally() == {("busy", Dropped.READ_NO_ROOM): 4}


@pytest.mark.parametrize("most", [1, 2, 3])
def test_cameras_take_turns_whatever_the_size_of_a_batch(most: int) -> None:
    waiting = Waiting(3, Drops())
    for track_id in range(3):
        waiting.put(job("busy", track_id, rank=9.0 - track_id))
    waiting.put(job("calm", 7, rank=0.1))
    order = [one for _ in range(4) for one in taken(waiting, most)]
    assert order == [("busy", 0), ("calm", 7), ("busy", 1), ("busy", 2)]


def test_a_camera_that_was_served_comes_after_those_that_wait() -> None:
    waiting = Waiting(2, Drops())
    served: list[tuple[str, int]] = []
    waiting.put(job("busy", 0))
    for turn in range(1, 4):
        waiting.put(job("calm", turn))
        served += taken(waiting, 1)
        waiting.put(job("busy", 10 + turn))
    assert [camera for camera, _ in served] == ["busy", "calm", "busy"]
