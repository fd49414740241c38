from __future__ import annotations

from threading import Event

import pytest

from appliance.faults import EngineFailed, ReaderStalled
from appliance.sight import AnyPicture, Detection
from appliance.vision.base import BasePlateReader, ReadResult
from appliance.vision.desk import ModelledDesk, ReadJob, ThreadedDesk

from .makers import FakeReader, clock, frame, plate, result


def job(track_id: int, rank: float = 1.0, at_s: float = 100.0) -> ReadJob:
    return ReadJob(track_id, 0, at_s, frame(at_s).picture, plate(10), rank)


class HeldReader(BasePlateReader):
    """Reads when let go."""

    def __init__(self) -> None:
        self.begun = Event()
        self.go = Event()

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        self.begun.set()
        self.go.wait(5.0)
        return result("AB12")


def test_the_modelled_desk_answers_when_its_time_has_passed() -> None:
    time = clock()
    desk = ModelledDesk(FakeReader(result("AB12")), time, size=2, read_s=0.1)
    desk.submit(job(1))
    assert desk.collect() == ()
    time.advance(0.11)
    assert [d.job.track_id for d in desk.collect()] == [1]


def test_the_modelled_desk_reads_one_after_the_other_and_drops_the_rest() -> None:
    time = clock()
    desk = ModelledDesk(FakeReader(result("AB12")), time, size=1, read_s=0.1)
    for track_id in (1, 2, 3):
        desk.submit(job(track_id))
    time.advance(0.11)
    assert [d.job.track_id for d in desk.collect()] == [1]
    assert desk.dropped == 1
    assert desk.next_s == pytest.approx(100.2)


def test_a_fault_of_the_reader_is_an_answer() -> None:
    desk = ModelledDesk(FakeReader(EngineFailed("x")), clock(), size=1, read_s=0.0)
    desk.submit(job(1))
    assert [type(d.fault) for d in desk.collect()] == [EngineFailed]


def test_the_threaded_desk_keeps_the_best_jobs_and_one_a_track() -> None:
    reader, woken = HeldReader(), Event()
    desk = ThreadedDesk(reader, clock(), size=2, limit_s=3.0, wake=woken.set)
    desk.submit(job(9))
    reader.begun.wait(5.0)
    for track_id, rank in ((1, 1.0), (1, 2.0), (2, 5.0), (3, 0.5)):
        desk.submit(job(track_id, rank))
    assert [(j.track_id, j.rank) for j in desk._waiting] == [(2, 5.0), (1, 2.0)]
    assert desk.dropped == 2
    reader.go.set()
    woken.wait(5.0)
    assert desk.collect()[0].job.track_id == 9
    desk.close()


def test_a_hung_read_is_a_fault_and_a_new_thread_takes_over() -> None:
    time, reader = clock(), HeldReader()
    desk = ThreadedDesk(reader, time, size=2, limit_s=3.0)
    desk.submit(job(1))
    reader.begun.wait(5.0)
    assert desk.collect() == ()
    time.advance(3.1)
    with pytest.raises(ReaderStalled):
        desk.collect()
    assert desk.restarts == 1
    assert desk.collect() == ()
    reader.go.set()
    desk.close()
