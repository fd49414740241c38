"""Where the time of a frame goes."""

from __future__ import annotations

import itertools
import math

import pytest

from appliance.bench.shares import Heard, Shares


def ear() -> Heard:
    ticks = itertools.count()
    return Heard([math], lambda: float(next(ticks)))


def test_calls_of_the_module_are_heard() -> None:
    heard = ear()
    with heard.listening():
        math.sqrt(2.0)
        math.floor(2.5)

    assert heard.seconds == 2.0


def test_other_calls_are_not() -> None:
    heard = ear()
    with heard.listening():
        sorted([2, 1])

    assert heard.seconds == 0.0


def test_a_call_that_fails_is_heard_too() -> None:
    heard = ear()
    with pytest.raises(ValueError, match="math domain"), heard.listening():
        math.sqrt(-1.0)

    assert heard.seconds == 1.0


def test_afterwards_nobody_listens() -> None:
    heard = ear()
    with heard.listening():
        pass
    math.sqrt(2.0)

    assert heard.seconds == 0.0


def test_the_rest_is_python_s() -> None:
    shares = Shares(frame_ms=10.0, engines_ms=6.0, opencv_ms=2.0)

    assert (shares.python_ms, shares.most_gain) == (2.0, 1.25)
