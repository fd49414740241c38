"""Ways of doing one thing take turns."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.bench.race import Side, Timers, race


class Watch:
    """A clock that goes on by what the sides take."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.ran: list[str] = []

    def takes(self, name: str, seconds: float) -> Callable[[int], None]:
        def run(thing: int) -> None:
            self.now_s += seconds
            self.ran.append(name)

        return run

    @property
    def timers(self) -> Timers:
        return Timers(lambda: self.now_s, lambda: self.now_s / 2)


def test_each_side_is_timed_against_the_first() -> None:
    watch = Watch()
    fast, slow = race(
        [Side("fast", watch.takes("fast", 1.0)), Side("slow", watch.takes("slow", 3.0))],
        [1, 2, 3],
        watch.timers,
    )

    assert (fast.over_first, slow.over_first) == (1.0, 3.0)
    assert (slow.wall.p50, slow.cpu_ms, slow.wall.count) == (3000.0, 1500.0, 3)


def test_who_begins_changes_with_every_turn() -> None:
    watch = Watch()
    race([Side("a", watch.takes("a", 1.0)), Side("b", watch.takes("b", 1.0))], [1, 2], watch.timers)

    assert watch.ran[-4:] == ["a", "b", "b", "a"]


def test_a_run_that_does_several_counts_by_the_thing() -> None:
    watch = Watch()
    (lap,) = race([Side("four", watch.takes("four", 2.0), counts=4)], [1], watch.timers)

    assert (lap.wall.p50, lap.cpu_ms) == (500.0, 250.0)


def test_nothing_to_race_on_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        race([Side("a", Watch().takes("a", 1.0))], [], Watch().timers)
