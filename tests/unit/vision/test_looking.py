"""Describing beside the loop: a describer that fails, ends or hangs costs a warning and nothing else."""

from __future__ import annotations

from threading import Event

import pytest

from appliance.faults import EngineFailed, GateFault, LooksFailed
from appliance.sight import AnyPicture, Box, Guess, Looks
from appliance.vision.base import BaseDescriber
from appliance.vision.looking import InlineLooking, LooksDone, LooksJob, NullLooking, ThreadedLooking, inline

from .makers import FakeDescriber, clock, frame

WHITE = Looks(Guess("white", 0.9), Guess("van", 0.8))
JOB = LooksJob(1, frame(0.0).picture, Box(0, 0, 100, 80))
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
    assert looking.collect() == (LooksDone(JOB, WHITE),)
    assert looking.collect() == ()


def test_a_fault_of_the_describer_is_a_warning() -> None:
    looking = InlineLooking(FakeDescriber(EngineFailed("x", part="own.vehicle")))
    looking.submit(JOB)
    (done,) = looking.collect()
    assert (done.looks, type(done.fault), done.fault and done.fault.part) == (
        None,
        LooksFailed,
        "own.vehicle",
    )


def test_without_a_describer_nobody_answers() -> None:
    looking = inline(None)
    looking.submit(JOB)
    assert (type(looking), looking.collect()) == (NullLooking, ())


def test_a_thread_answers_and_lets_pass_what_comes_meanwhile() -> None:
    woken, describer = Event(), Held()
    looking = ThreadedLooking(describer, clock(), limit_s=3.0, wake=woken.set)
    looking.submit(JOB)
    looking.submit(LooksJob(2, JOB.picture, JOB.vehicle))
    assert looking.collect() == ()
    describer.go.set()
    assert woken.wait(DEADLINE_S)
    assert looking.collect() == (LooksDone(JOB, WHITE),)
    looking.close()
    assert describer.calls == 1


def test_a_describer_that_hangs_is_told_of_while_it_hangs() -> None:
    woken, describer, time = Event(), Held(), clock()
    looking = ThreadedLooking(describer, time, limit_s=3.0, wake=woken.set)
    looking.submit(JOB)
    time.advance(3.1)
    with pytest.raises(LooksFailed, match="over 3 s"):
        looking.collect()
    describer.go.set()
    assert woken.wait(DEADLINE_S)
    assert looking.collect() == (LooksDone(JOB, WHITE),)
    looking.close()


@pytest.mark.parametrize("error", [KeyError("colour"), MemoryError()])
def test_a_describer_that_breaks_ends_its_thread_and_says_so(error: Exception) -> None:
    woken, describer = Event(), Held(error)
    looking = ThreadedLooking(describer, clock(), limit_s=3.0, wake=woken.set)
    describer.go.set()
    looking.submit(JOB)
    assert woken.wait(DEADLINE_S)
    with pytest.raises(GateFault, match="describing ended"):
        looking.collect()
