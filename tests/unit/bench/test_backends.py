"""The choice of a backend from what was measured."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.bench.backends import Choice, Contest, Measured, choose, thread_counts
from appliance.bench.spread import Spread
from appliance.config.schema import Infer
from appliance.faults import BenchFault, EngineFailed
from appliance.infer.base import BaseBackend, BaseSession, ModelFile, Precision
from appliance.infer.lane import Array, Arrays
from appliance.infer.models import Manifest, load_manifest
from tests.unit.infer.makers import net_text, write_models

from .makers import FakeBackend, FakeSession


class Noted(BaseBackend):
    """Answers as the golden frame wants, and notes whose turn it was."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self.name, self.notes = name, notes

    def load(self, model: ModelFile) -> BaseSession:
        return NotedSession(self)


class NotedSession(FakeSession):
    def __init__(self, backend: Noted) -> None:
        self._backend = backend

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        self._backend.notes.append(self._backend.name)
        return {"y": np.full((1, 2), 0.5, np.float32)}


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return load_manifest("mine", write_models(tmp_path))


def row(backend: str, ms: float | None, threads: int = 1, precision: Precision = Precision.FP32) -> Measured:
    spread = None if ms is None else Spread.of([ms / 1000.0])
    return Measured("det", precision, backend, threads, spread)


def test_the_fastest_comes_first_and_the_others_behind_it(manifest: Manifest) -> None:
    rows = [row("slow", 30.0), row("fast", 10.0), row("middle", 20.0)]
    assert choose(manifest, rows) == Choice(("fast", "middle", "slow"), 1, "auto", 10.0)


def test_who_is_not_trusted_is_left_out(manifest: Manifest) -> None:
    assert choose(manifest, [row("liar", None), row("slow", 30.0)]).chain == ("slow",)


def test_where_nobody_is_trusted_there_is_no_choice(manifest: Manifest) -> None:
    with pytest.raises(BenchFault, match="golden frames"):
        choose(manifest, [row("liar", None)])


def set_of(manifest: Manifest, *parts: str) -> Manifest:
    return replace(manifest, nets=dict.fromkeys(parts, manifest.nets["det"]))


def test_nets_count_as_often_as_the_live_gate_runs_them(manifest: Manifest) -> None:
    nets = set_of(manifest, "detector", "reader", "vehicle", "face")
    rows = [replace(row("it", 10.0), net=part) for part in nets.nets]
    assert choose(nets, rows).ms == pytest.approx(10.0 + 5.0 + 1.0)


@pytest.mark.parametrize(("lacks", "chain"), [("face", ("few", "all")), ("vehicle", ("all",))])
def test_only_a_net_that_the_live_gate_never_runs_may_lack(
    manifest: Manifest, lacks: str, chain: tuple[str, ...]
) -> None:
    nets = set_of(manifest, "detector", "vehicle", "face")
    rows = [replace(row("all", 20.0), net=part) for part in nets.nets]
    rows += [replace(row("few", 10.0), net=part) for part in nets.nets if part != lacks]
    assert choose(nets, rows).chain == chain


@pytest.mark.parametrize(("two", "threads"), [(9.5, 1), (8.0, 2)])
def test_threads_must_be_worth_their_cores(manifest: Manifest, two: float, threads: int) -> None:
    assert choose(manifest, [row("it", two, 2), row("it", 10.0, 1)]).threads == threads


@pytest.mark.parametrize(("int8", "precision"), [(9.5, "auto"), (5.0, "int8")])
def test_narrow_weights_must_be_worth_it(manifest: Manifest, int8: float, precision: str) -> None:
    rows = [row("it", 10.0), row("it", int8, precision=Precision.INT8)]
    assert choose(manifest, rows).precision == precision


def test_a_backend_that_is_not_here_says_why(manifest: Manifest) -> None:
    def make(name: str, infer: Infer) -> BaseBackend:
        raise EngineFailed("not installed", part=name)

    rows = list(Contest(manifest, Infer(), 4, lambda: 0.0, 1, make).measure(("none",)))
    assert rows == [Measured("", None, "none", 0, refusal="not installed")]


def test_a_net_that_cannot_be_proven_gets_no_times(manifest: Manifest) -> None:
    contest = Contest(manifest, Infer(), 1, lambda: 0.0, 1, lambda name, infer: FakeBackend(name))
    rows = list(contest.measure(("it",)))
    assert [(r.precision, r.spread) for r in rows] == [(Precision.FP32, None), (Precision.INT8, None)]
    assert "golden frame" in rows[0].refusal


def test_who_runs_one_file_takes_turns(tmp_path: Path) -> None:
    folder = write_models(tmp_path)
    cv2.imwrite(str(folder / "a.png"), np.zeros((8, 8, 3), np.uint8))
    digest = hashlib.sha256((folder / "a.png").read_bytes()).hexdigest()
    (folder / "nets" / "det.toml").write_text(net_text().replace("c" * 64, digest))
    notes: list[str] = []
    contest = Contest(load_manifest("mine", folder), Infer(), 1, lambda: 0.0, 3, lambda n, _: Noted(n, notes))
    rows = list(contest.measure(("a", "b")))
    assert [(row.precision, row.backend, row.refusal) for row in rows] == [
        (precision, name, "") for precision in (Precision.FP32, Precision.INT8) for name in ("a", "b")
    ]
    assert notes[-6:] == ["a", "b"] * 3


@pytest.mark.parametrize(("processors", "counts"), [(1, (1,)), (2, (1, 2)), (6, (1, 2, 4, 6))])
def test_threads_are_tried_in_powers_of_two(processors: int, counts: tuple[int, ...]) -> None:
    assert thread_counts(processors) == counts
