from appliance.vision.mailbox import Mailbox

from .makers import frame


def test_newest_frame_wins_and_the_other_is_counted() -> None:
    mailbox = Mailbox()
    mailbox.put(frame(1.0, seq=1))
    mailbox.put(frame(2.0, seq=2))
    taken = mailbox.take()
    assert taken is not None
    assert (taken.seq, mailbox.dropped) == (2, 1)


def test_a_frame_is_given_once() -> None:
    mailbox = Mailbox()
    mailbox.put(frame(1.0))
    mailbox.take()
    assert mailbox.take() is None


def test_a_put_wakes_the_loop() -> None:
    calls: list[int] = []
    Mailbox(lambda: calls.append(1)).put(frame(1.0))
    assert calls == [1]
