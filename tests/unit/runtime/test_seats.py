"""Seats: real threads read back where they sit; what is refused is a warning, and nobody falls."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from appliance.config.load import load_config
from appliance.config.schema import Seat, Threads
from appliance.faults import GateFault
from appliance.runtime.seats import LinuxScheduler, Role, Seats
from tests.unit.house.tree import ROOT
from tests.unit.vision.makers import FaultLog

T = TypeVar("T")
HERE = frozenset(os.sched_getaffinity(0))
SOME = min(HERE)
ABSENT = 1023


class Refusing(LinuxScheduler):
    """A system that grants neither."""

    def pin(self, cores: frozenset[int]) -> None:
        raise PermissionError(1, "Operation not permitted")

    def renice(self, nice: int) -> None:
        raise PermissionError(13, "Permission denied")


class Faults(FaultLog):
    """Keeps the sentences, too."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def raised(self, fault: GateFault) -> None:
        super().raised(fault)
        self.said.append(str(fault))


def in_a_thread(work: Callable[[], T]) -> T:
    """A thread's affinity and priority end with it."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def seat_after(seats: Seats, role: Role) -> tuple[frozenset[int], int]:
    seats.take(role)
    return frozenset(os.sched_getaffinity(0)), os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.parametrize("role", list(Role))
def test_a_thread_sits_where_its_section_says(role: Role) -> None:
    nice = os.nice(0) + 3
    faults = Faults()
    seats = Seats(Threads.model_validate({role: {"cores": [SOME], "nice": nice}}), faults)
    assert in_a_thread(lambda: seat_after(seats, role)) == (frozenset({SOME}), nice)
    assert faults.lines == []


def test_a_thread_without_a_section_stays_where_it_is() -> None:
    faults = Faults()
    seats = Seats(Threads(), faults, Refusing())
    assert in_a_thread(lambda: seat_after(seats, Role.VISION)) == (HERE, os.nice(0))
    assert faults.lines == []


def test_a_thread_leaves_the_seat_of_the_one_that_started_it() -> None:
    seats = Seats(Threads(gate=Seat(cores=(SOME,))), Faults())

    def gate() -> tuple[frozenset[int], int]:
        seats.take(Role.GATE)
        return in_a_thread(lambda: seat_after(seats, Role.CAPTURE))

    assert in_a_thread(gate)[0] == HERE


def test_what_a_thread_starts_sits_where_it_does() -> None:
    seats = Seats(Threads(vision=Seat(cores=(SOME,))), Faults())

    def load() -> set[int]:
        seats.take(Role.VISION)
        return in_a_thread(lambda: os.sched_getaffinity(0))

    assert in_a_thread(load) == {SOME}


def test_a_core_that_the_board_lacks_is_named_and_the_others_are_used() -> None:
    faults = Faults()
    seats = Seats(Threads(vision=Seat(cores=(SOME, ABSENT))), faults)
    assert in_a_thread(lambda: seat_after(seats, Role.VISION))[0] == {SOME}
    assert faults.standing == {("seat_refused", "threads.vision")}
    assert "no core 1023 here" in faults.said[0]


def test_where_no_core_is_there_all_are_used() -> None:
    faults = Faults()
    seats = Seats(Threads(vision=Seat(cores=(ABSENT,))), faults)

    def crowded() -> frozenset[int]:
        os.sched_setaffinity(0, {SOME})
        return seat_after(seats, Role.VISION)[0]

    assert in_a_thread(crowded) == HERE
    assert faults.lines == ["+seat_refused"]


@pytest.mark.parametrize("seat", [Seat(nice=-5), Seat(nice=19)], ids=["priority", "no priority"])
def test_a_priority_that_is_refused_is_a_warning_with_its_remedy(seat: Seat) -> None:
    faults = Faults()
    seats = Seats(Threads(gate=seat), faults, Refusing())
    in_a_thread(lambda: seats.take(Role.GATE))
    assert faults.standing == {("seat_refused", "threads.gate")}
    assert "Permission denied" in faults.said[0]
    assert "LimitNICE=" in faults.said[0]


PROFILES = sorted((ROOT / "etc" / "boards").glob("*.toml"))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_a_profile_seats_the_gate_before_its_nets_and_within_what_the_unit_grants(profile: Path) -> None:
    unit = (ROOT / "etc" / "systemd" / "gatehouse.service").read_text(encoding="utf-8")
    granted = int(unit.split("LimitNICE=")[1].split()[0])
    config = load_config(None, profile.stem, environment={}).config
    rank = {role: getattr(config.threads, role).nice or 0 for role in Role}

    assert granted <= rank[Role.GATE] <= rank[Role.RECORD] <= 0
    # Whoever holds the interpreter's lock and gets no processor keeps everybody waiting, STOP included.
    assert {rank[Role.CAPTURE], rank[Role.READING], rank[Role.VISION]} == {0}


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_a_profile_leaves_the_gate_a_core_and_gives_each_thread_of_a_net_one(profile: Path) -> None:
    config = load_config(None, profile.stem, environment={}).config
    nets = {*config.threads.vision.cores, *config.threads.reading.cores}

    assert config.threads.gate.cores == ()
    assert 0 not in nets
    assert len(nets) == config.infer.threads


@pytest.mark.skipif(len(HERE) < 2, reason="needs two processors")
def test_cores_that_are_refused_are_a_warning() -> None:
    faults = Faults()
    seats = Seats(Threads(capture=Seat(cores=(SOME,))), faults, Refusing())
    assert in_a_thread(lambda: seat_after(seats, Role.CAPTURE))[0] == HERE
    assert "Operation not permitted" in faults.said[0]
