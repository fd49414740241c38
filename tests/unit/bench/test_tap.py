"""Taps pass everything through and count what it took."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np

from appliance.bench.tap import Tap
from appliance.config.schema import Infer
from appliance.infer.base import ModelFile
from tests.unit.bench.makers import FakeBackend

FEEDS = {"x": np.ones((1, 3), np.float32)}


def tapped() -> Tap:
    ticks = itertools.count()
    return Tap(lambda: float(next(ticks)), lambda name, infer: FakeBackend(name))


def test_a_tapped_session_answers_as_its_engine() -> None:
    session = tapped().backend("fake", Infer()).load(ModelFile("net", Path("net")))

    assert session.infer(FEEDS)["y"].tolist() == [[2.0, 2.0, 2.0]]


def test_the_time_in_engines_adds_up() -> None:
    tap = tapped()
    session = tap.backend("fake", Infer()).load(ModelFile("net", Path("net")))
    session.infer(FEEDS)
    session.infer(FEEDS)

    assert tap.busy_s == 2.0


def test_cleared_it_has_seen_nothing() -> None:
    tap = tapped()
    tap.backend("fake", Infer()).load(ModelFile("net", Path("net"))).infer(FEEDS)
    tap.clear()

    assert (tap.busy_s, [session.last for session in tap.sessions]) == (0.0, [None])


def test_the_sessions_are_those_of_the_last_backend() -> None:
    tap = tapped()
    tap.backend("first", Infer()).load(ModelFile("net", Path("net")))
    tap.backend("second", Infer())

    assert tap.sessions == []
