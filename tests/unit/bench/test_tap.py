"""Taps pass everything through and count what it took."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

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
    session.lane({"x": (1, 3)}).run()

    assert tap.log.busy_s == 2.0


def test_what_ran_can_be_run_again() -> None:
    tap = tapped()
    lane = tap.backend("fake", Infer()).load(ModelFile("net", Path("net"))).lane({"x": (1, 3)})
    lane.inputs["x"][:] = 2.0
    lane.run()
    (again,) = tap.log.runs

    assert again() == {"y": pytest.approx(np.full((1, 3), 4.0))}
    assert tap.log.busy_s == 1.0


def test_cleared_it_has_seen_nothing() -> None:
    tap = tapped()
    tap.backend("fake", Infer()).load(ModelFile("net", Path("net"))).infer(FEEDS)
    tap.log.clear()

    assert (tap.log.busy_s, tap.log.runs) == (0.0, [])


def test_the_log_is_that_of_the_last_backend() -> None:
    tap = tapped()
    first = tap.backend("first", Infer()).load(ModelFile("net", Path("net")))
    tap.backend("second", Infer())
    first.infer(FEEDS)

    assert tap.log.runs == []
