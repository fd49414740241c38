"""The narrator: one line a change, with the time of the run."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from appliance.cli.narrate import Narrator
from appliance.clock import ManualClock

LOG = logging.getLogger("appliance.somewhere")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 1, tzinfo=timezone.utc), start_s=500.0)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    with io.StringIO() as stream:
        yield stream


def test_a_line_of_the_gate_carries_the_time_since_the_beginning(
    clock: ManualClock, stream: io.StringIO
) -> None:
    with Narrator(stream) as narrator:
        narrator.begin(clock)
        clock.advance(1.5)
        LOG.info("opening %s", "AB12CDE")

    assert stream.getvalue() == "    1.50 s    gate   opening AB12CDE\n"


def test_a_line_of_the_world_says_so(clock: ManualClock, stream: io.StringIO) -> None:
    narrator = Narrator(stream)
    narrator.begin(clock)
    narrator.world(502.0, "a car drives up")

    assert stream.getvalue() == "    0.00 s    world  a car drives up\n"


def test_trouble_is_marked(stream: io.StringIO) -> None:
    with Narrator(stream):
        LOG.warning("a fault")

    assert stream.getvalue() == "    0.00 s !  gate   a fault\n"


@pytest.mark.parametrize("level", [logging.DEBUG])
def test_what_is_below_info_is_not_told(stream: io.StringIO, level: int) -> None:
    with Narrator(stream):
        LOG.log(level, "a frame")

    assert stream.getvalue() == ""


def test_a_quiet_one_says_nothing_and_keeps_logging_from_stderr(
    clock: ManualClock, stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    with Narrator(stream, quiet=True) as narrator:
        narrator.begin(clock)
        LOG.error("a fault")
        narrator.world(500.0, "a car drives up")

    assert (stream.getvalue(), capsys.readouterr()) == ("", ("", ""))


def test_logging_is_left_as_it_was_found(stream: io.StringIO) -> None:
    ours = logging.getLogger("appliance")
    before = (ours.level, list(ours.handlers))
    with Narrator(stream):
        during = (ours.level, len(ours.handlers))

    assert (ours.level, ours.handlers) == before
    assert during == (logging.INFO, len(before[1]) + 1)
