from __future__ import annotations

from collections.abc import Sequence
from threading import Event, Semaphore

import pytest

from appliance.faults import EngineFailed, ReaderStalled
from appliance.sight import AnyPicture, Detection
from appliance.vision.base import BasePlateReader, ReadResult
from appliance.vision.desk import ModelledDesk, ThreadedDesk
from appliance.vision.drops import Dropped, Drops
from appliance.vision.waiting import ReadJob

from .makers import FakeReader, clock, frame, plate, result

DEADLINE_S = 10.0
"""For a thread of this computer to come round; reached only by a defect."""


def job(track_id: int, camera: str = "cam", at_s: float = 100.0) -> ReadJob:
    return ReadJob(camera, track_id, 0, at_s, at_s, frame(at_s).picture, plate(10), 1.0)


class HeldReader(BasePlateReader):
    """Reads when let go; notes the sizes of its batches."""

    def __init__(self, most: int = 1) -> None:
        self.most = most
        self.begun = Semaphore(0)
        self.go = Event()
        self.sizes: list[int] = []

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        return result("AB12")

    def read_many(self, plates: Sequence[tuple[AnyPicture, Detection]]) -> tuple[ReadResult, ...]:
        self.sizes.append(len(plates))
        self.begun.release()
        self.go.wait(DEADLINE_S)
        return super().read_many(plates)


def test_the_modelled_desk_answers_when_its_time_has_passed() -> None:
    time = clock()
    desk = ModelledDesk(FakeReader(result("AB12")), time, Drops(), size=2, read_s=0.1)
    desk.submit(job(1))
    assert desk.collect("cam") == ()
    time.advance(0.11)
    assert [d.job.track_id for d in desk.collect("cam")] == [1]


def test_the_modelled_desk_reads_one_after_the_other_and_drops_the_rest() -> None:
    time, drops = clock(), Drops()
    desk = ModelledDesk(FakeReader(result("AB12")), time, drops, size=1, read_s=0.1)
    for track_id in (1, 2, 3):
        desk.submit(job(track_id))
    time.advance(0.11)
    assert [d.job.track_id for d in desk.collect("cam")] == [1]
    time.advance(0.1)
    assert [d.job.track_id for d in desk.collect("cam")] == [2]
    assert drops.tally() == {("cam", Dropped.READ_NO_ROOM): 1}


def test_the_modelled_desk_gives_each_camera_its_own() -> None:
    time = clock()
    desk = ModelledDesk(FakeReader(result("AB12")), time, Drops(), size=1, read_s=0.1)
    desk.submit(job(1, "north"))
    desk.submit(job(2, "south"))
    time.advance(0.3)
    assert [d.job.track_id for d in desk.collect("south")] == [2]
    assert [d.job.track_id for d in desk.collect("north")] == [1]


def test_a_fault_of_the_reader_is_an_answer_and_a_loss() -> None:
    drops = Drops()
    desk = ModelledDesk(FakeReader(EngineFailed("x")), clock(), drops, size=1, read_s=0.0)
    desk.submit(job(1))
    assert [type(d.fault) for d in desk.collect("cam")] == [EngineFailed]
    assert drops.tally() == {("cam", Dropped.READ_FAILED): 1}


def test_plates_of_several_cameras_are_read_together_and_answered_apart() -> None:
    reader, answered = HeldReader(most=2), Semaphore(0)
    desk = ThreadedDesk(reader, clock(), Drops(), size=2, limit_s=3.0, wake=lambda: answered.release())
    desk.submit(job(9))
    assert reader.begun.acquire(timeout=DEADLINE_S)
    desk.submit(job(1, "north"))
    desk.submit(job(2, "south"))
    reader.go.set()
    assert [answered.acquire(timeout=DEADLINE_S) for _ in range(2)] == [True, True]
    assert reader.sizes == [1, 2]
    assert [d.job.track_id for name in ("north", "south") for d in desk.collect(name)] == [1, 2]
    desk.close()


def test_a_fault_of_a_batch_is_told_to_each_of_its_jobs() -> None:
    class Failing(HeldReader):
        def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
            raise EngineFailed("x", part="own.rec")

    reader, drops, answered = Failing(most=2), Drops(), Semaphore(0)
    desk = ThreadedDesk(reader, clock(), drops, size=2, limit_s=3.0, wake=lambda: answered.release())
    desk.submit(job(9))
    assert reader.begun.acquire(timeout=DEADLINE_S)
    desk.submit(job(1, "north"))
    desk.submit(job(2, "south"))
    reader.go.set()
    assert [answered.acquire(timeout=DEADLINE_S) for _ in range(2)] == [True, True]
    told = [type(d.fault) for name in ("north", "south") for d in desk.collect(name)]
    assert (reader.sizes, told) == ([1, 2], [EngineFailed, EngineFailed])
    assert drops.tally()["south", Dropped.READ_FAILED] == 1
    desk.close()


class BrokenReader(HeldReader):
    """Ends with what is no fault of the gate's; once `go` is set it reads."""

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        if not self.go.is_set():
            raise ValueError("odd picture")
        return result("AB12")

    def read_many(self, plates: Sequence[tuple[AnyPicture, Detection]]) -> tuple[ReadResult, ...]:
        return BasePlateReader.read_many(self, plates)


def test_a_thread_that_ends_is_told_at_once_with_its_cause_and_another_takes_over() -> None:
    reader, drops, woken = BrokenReader(), Drops(), Semaphore(0)
    desk = ThreadedDesk(reader, clock(), drops, size=2, limit_s=3.0, wake=lambda: woken.release())
    desk.submit(job(1))
    assert woken.acquire(timeout=DEADLINE_S)
    with pytest.raises(ReaderStalled, match=r"reading ended: ValueError\('odd picture'\); restarted 1 times"):
        desk.collect("cam")
    reader.go.set()
    desk.submit(job(2))
    assert woken.acquire(timeout=DEADLINE_S)
    assert [d.job.track_id for d in desk.collect("cam")] == [2]
    assert drops.tally() == {("cam", Dropped.READ_FAILED): 1}
    desk.close()


def test_a_reader_whose_threads_end_too_often_is_given_up() -> None:
    woken, told = Semaphore(0), []
    desk = ThreadedDesk(BrokenReader(), clock(), Drops(), size=2, limit_s=3.0, wake=lambda: woken.release())
    for number in range(4):
        desk.submit(job(number))
        assert woken.acquire(timeout=DEADLINE_S)
        with pytest.raises(ReaderStalled, match="reading ended") as fault:
            desk.collect("cam")
        told.append(str(fault.value.detail)[-7:])
    assert (desk.given_up, told) == (True, ["1 times", "2 times", "3 times", "3 times"])


def test_a_hung_read_is_a_fault_of_every_camera_until_one_has_ended() -> None:
    time, reader, drops, answered = clock(), HeldReader(), Drops(), Semaphore(0)
    desk = ThreadedDesk(reader, time, drops, size=2, limit_s=3.0, wake=lambda: answered.release())
    desk.submit(job(1))
    assert reader.begun.acquire(timeout=DEADLINE_S)
    assert desk.collect("cam") == ()
    time.advance(3.1)
    for camera in ("cam", "other"):
        with pytest.raises(ReaderStalled):
            desk.collect(camera)
    reader.go.set()
    desk.submit(job(2))
    assert answered.acquire(timeout=DEADLINE_S)
    assert [d.job.track_id for d in desk.collect("cam")] == [2]
    assert (desk.restarts, desk.collect("other"), drops.tally()) == (1, (), {("cam", Dropped.READ_HUNG): 1})
    desk.close()


def test_a_reader_that_hangs_again_and_again_is_left_at_last() -> None:
    time, reader, drops = clock(), HeldReader(), Drops()
    desk = ThreadedDesk(reader, time, drops, size=2, limit_s=3.0)
    given_up: list[bool] = []
    for track_id in range(4):
        desk.submit(job(track_id))
        assert reader.begun.acquire(timeout=DEADLINE_S)
        time.advance(3.1)
        with pytest.raises(ReaderStalled):
            desk.collect("cam")
        given_up.append(desk.given_up)
    assert given_up == [False, False, False, True]
    assert (desk.restarts, drops.tally()) == (3, {("cam", Dropped.READ_HUNG): 3})
    reader.go.set()
    desk.close()


def test_a_thread_of_the_desk_takes_its_seat_first() -> None:
    order: list[str] = []
    answered = Semaphore(0)

    class Noting(FakeReader):
        def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
            order.append("read")
            return super().read(picture, plate)

    desk = ThreadedDesk(
        Noting(result("AB12")),
        clock(),
        Drops(),
        size=2,
        limit_s=3.0,
        wake=lambda: answered.release(),
        sit=lambda: order.append("sit"),
    )
    desk.submit(job(1))
    assert answered.acquire(timeout=DEADLINE_S)
    desk.close()
    assert order == ["sit", "read"]
