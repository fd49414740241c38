"""`gatehouse bench --gpu` on kernels that a processor runs: what it times, and that it has an end."""

from __future__ import annotations

import itertools

import pytest

from appliance.bench.gpu import USES, GpuBench, Way
from appliance.bench.race import Timers
from appliance.infer.models import load_manifest
from tests.unit.infer.bound import BoundHere
from tests.unit.infer.cuda.rig import compiled
from tests.unit.infer.fake_gpu import FakeGpu

COPIES = ["keep a frame", "fingerprint a frame", "fetch a plate", "fetch a frame", "JPEG of a frame"]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> BoundHere:
    return BoundHere(FakeGpu(kernels=compiled(tmp_path_factory.mktemp("kernels"))))


@pytest.fixture
def bench(here: BoundHere) -> GpuBench:
    """Clocks that go a second further each time they are looked at."""
    clock = map(float, itertools.count())
    return GpuBench(here.there, Timers(lambda: next(clock), lambda: 0.0), 2)


def test_each_way_of_preparing_is_timed_for_each_net(bench: GpuBench) -> None:
    figures = list(bench.preparing((1,)))
    assert [one.way for one in figures] == ["kernel", "called", "on the host, uploaded"] * 2
    assert [one.us for one in figures[:3]] == [1e6 / 2 / 16, 5e5, 5e5]


def test_each_copy_is_timed(bench: GpuBench) -> None:
    assert [one.way for one in bench.copying()] == COPIES


def test_nets_are_timed_in_turn_and_their_answers_compared(here: BoundHere, bench: GpuBench) -> None:
    manifest = load_manifest("gatehouse")
    nets = {name: here.load(manifest.file_in("reader", name)) for name in manifest.nets["reader"].precisions}
    ways = [Way(str(name), session, here.there) for name, session in nets.items()]
    figures = list(bench.running(USES[1], ways, (1,)))
    assert ([one.way for one in figures], figures[0].apart) == ([way.name for way in ways], 0.0)
    assert 0.0 < (figures[1].apart or 0.0) < 1.0


def test_streams_take_turns(here: BoundHere, bench: GpuBench) -> None:
    session = here.load(load_manifest("gatehouse").file("reader"))
    ways = (Way("a", session, here.there), Way("b", session, here.there))
    assert [one.way for one in bench.together(USES[1], ways, (1, 2))] == ["2 streams"] * 2
