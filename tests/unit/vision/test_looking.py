"""Describing beside the loop: a describer that fails, ends or hangs costs a warning and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event, Semaphore

import pytest

from appliance.faults import EngineFailed, GateFault, LooksFailed
from appliance.sight import AnyPicture, Box, Guess, Looks
from appliance.vision.base import BaseDescriber
from appliance.vision.looking import InlineLooking, LooksDone, LooksJob, NullLooking, ThreadedLooking, inline

from .makers import FakeDescriber, clock, frame

WHITE = Looks(Guess("white", 0.9), Guess("van", 0.8))
JOB = LooksJob("cam", 1, frame(0.0).picture, Box(0, 0, 100, 80))
DEADLINE_S = 10.0
"""For a thread of this computer to come round; reached only by a defect."""


class Held(BaseDescriber):
    """Answers when let go; ends its thread when told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun, self.go, self.error, self.calls = Event(), Event(), error, 0

    def describe(self, picture: AnyPicture, vehicle: Box) -> Looks:
        self.calls += 1
        self.begun.set()
        self.go.wait(DEADLINE_S)
        if self.error is not None:
            raise self.error
        return WHITE


def test_inline_answers_at_the_next_look() -> None:
    looking = inline(FakeDescriber(WHITE))
    looking.submit(JOB)
    assert looking.collect("cam") == (LooksDone(JOB, WHITE),)
    assert looking.collect("cam") == ()


def test_a_fault_of_the_describer_is_a_warning() -> None:
    looking = InlineLooking(FakeDescriber(EngineFailed("x", part="own.vehicle")))
    looking.submit(JOB)
    (done,) = looking.collect("cam")
    assert (done.looks, type(done.fault), done.fault and done.fault.part) == (
        None,
        LooksFailed,
        "own.vehicle",
    )


def test_without_a_describer_nobody_answers() -> None:
    looking = inline(None)
    looking.submit(JOB)
    assert (type(looking), looking.collect("cam")) == (NullLooking, ())


def test_a_thread_answers_and_lets_pass_what_comes_meanwhile() -> None:
    answered, describer = Semaphore(0), Held()
    looking = ThreadedLooking(describer, clock(), limit_s=3.0, wake=lambda: answered.release())
    looking.submit(JOB)
    assert describer.begun.wait(DEADLINE_S)
    looking.submit(LooksJob("cam", 2, JOB.picture, JOB.vehicle))
    looking.submit(LooksJob("other", 3, JOB.picture, JOB.vehicle))
    assert looking.collect("cam") == ()
    describer.go.set()
    assert [answered.acquire(timeout=DEADLINE_S) for _ in range(2)] == [True, True]
    assert looking.collect("cam") == (LooksDone(JOB, WHITE),)
    assert [done.job.track_id for done in looking.collect("other")] == [3]
    looking.close()
    assert describer.calls == 2


def test_a_describer_that_hangs_is_told_of_while_it_hangs() -> None:
    woken, describer, time = Event(), Held(), clock()
    looking = ThreadedLooking(describer, time, limit_s=3.0, wake=woken.set)
    looking.submit(JOB)
    assert describer.begun.wait(DEADLINE_S)
    time.advance(3.1)
    with pytest.raises(LooksFailed, match="over 3 s"):
        looking.collect("cam")
    describer.go.set()
    assert woken.wait(DEADLINE_S)
    assert looking.collect("cam") == (LooksDone(JOB, WHITE),)
    looking.close()


class Batches(BaseDescriber):
    """Holds the first vehicle; notes how many it is given at once."""

    most = 2

    def __init__(self) -> None:
        self.begun, self.go = Event(), Event()
        self.sizes: list[int] = []

    def describe(self, picture: AnyPicture, vehicle: Box) -> Looks:
        raise AssertionError("asked for one alone")

    def describe_many(self, vehicles: Sequence[tuple[AnyPicture, Box]]) -> tuple[Looks, ...]:
        self.sizes.append(len(vehicles))
        self.begun.set()
        self.go.wait(DEADLINE_S)
        return tuple(WHITE for _ in vehicles)


def test_vehicles_of_several_cameras_are_described_together_and_answered_apart() -> None:
    answered, describer = Semaphore(0), Batches()
    looking = ThreadedLooking(describer, clock(), limit_s=3.0, wake=lambda: answered.release())
    looking.submit(JOB)
    assert describer.begun.wait(DEADLINE_S)
    others = [LooksJob(name, 2, JOB.picture, JOB.vehicle) for name in ("north", "south")]
    for job in others:
        looking.submit(job)
    describer.go.set()
    assert [answered.acquire(timeout=DEADLINE_S) for _ in range(2)] == [True, True]
    assert [looking.collect(job.camera) for job in others] == [(LooksDone(job, WHITE),) for job in others]
    assert describer.sizes == [1, 2]
    looking.close()


@pytest.mark.parametrize("error", [KeyError("colour"), MemoryError()])
def test_a_describer_that_breaks_ends_its_thread_and_says_so(error: Exception) -> None:
    woken, describer = Event(), Held(error)
    looking = ThreadedLooking(describer, clock(), limit_s=3.0, wake=woken.set)
    describer.go.set()
    looking.submit(JOB)
    assert woken.wait(DEADLINE_S)
    with pytest.raises(GateFault, match="describing ended"):
        looking.collect("cam")
