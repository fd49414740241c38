from __future__ import annotations

from appliance.vision.drops import Dropped, Drops
from appliance.vision.mailbox import Mailbox

from .makers import clock, frame


def test_newest_frame_wins() -> None:
    mailbox = Mailbox(clock(), Drops())
    mailbox.put(frame(1.0, seq=1))
    mailbox.put(frame(2.0, seq=2))
    taken = mailbox.take()
    assert taken is not None
    assert taken.seq == 2


def test_a_frame_is_given_once() -> None:
    mailbox = Mailbox(clock(), Drops())
    mailbox.put(frame(1.0))
    mailbox.take()
    assert mailbox.take() is None


def test_what_is_replaced_before_it_is_due_was_not_asked_for() -> None:
    time, drops = clock(), Drops()
    mailbox = Mailbox(time, drops)
    mailbox.due_s = time.monotonic() + 0.1
    mailbox.put(frame(1.0))
    mailbox.put(frame(2.0))
    assert drops.tally() == {("cam", Dropped.SKIPPED): 1}


def test_what_is_replaced_while_it_is_due_came_too_fast() -> None:
    time, drops = clock(), Drops()
    mailbox = Mailbox(time, drops)
    mailbox.due_s = time.monotonic()
    mailbox.put(frame(1.0))
    mailbox.put(frame(2.0))
    assert drops.tally() == {("cam", Dropped.REPLACED): 1}


def test_what_was_passed_over_and_is_replaced_had_no_room() -> None:
    time, drops = clock(), Drops()
    mailbox = Mailbox(time, drops)
    mailbox.due_s = time.monotonic()
    mailbox.put(frame(1.0))
    mailbox.pass_over()
    mailbox.put(frame(2.0))
    mailbox.put(frame(3.0))
    assert drops.tally() == {("cam", Dropped.NO_ROOM): 1, ("cam", Dropped.REPLACED): 1}


def test_a_frame_that_was_passed_over_and_taken_is_not_lost() -> None:
    time, drops = clock(), Drops()
    mailbox = Mailbox(time, drops)
    mailbox.put(frame(1.0))
    mailbox.pass_over()
    mailbox.take()
    mailbox.put(frame(2.0))
    assert drops.tally() == {}


def test_a_put_wakes_the_loop_when_it_is_due_and_not_before() -> None:
    time = clock()
    calls: list[float] = []
    mailbox = Mailbox(time, Drops(), lambda: calls.append(time.monotonic()))
    mailbox.due_s = time.monotonic() + 0.1
    mailbox.put(frame(1.0))
    time.advance(0.2)
    mailbox.put(frame(2.0))
    assert calls == [time.monotonic()]
