"""What every backend keeps to: the same tests on each that this computer can load."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from appliance.config.schema import BACKENDS, Infer
from appliance.faults import EngineFailed
from appliance.infer.base import BaseBackend, BaseSession, ModelFile
from appliance.infer.chain import make_backend
from appliance.infer.files import sha256_of
from appliance.infer.lane import Arrays, TensorSpec

from . import tiny
from .bound import BoundHere
from .fake_gpu import FakeGpu

FLOAT = np.dtype(np.float32)
GOOD = np.zeros((1, 3, 64, 96), np.float32)


@pytest.fixture(params=[*BACKENDS, BoundHere.name])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> BaseBackend:
    if request.param == BoundHere.name:
        return BoundHere(FakeGpu())
    try:
        return make_backend(request.param, Infer(threads=1, engines=tmp_path / "engines"))
    except EngineFailed as fault:
        pytest.skip(f"{request.param}: {fault.detail}")


@pytest.fixture
def session(backend: BaseBackend, tmp_path: Path) -> BaseSession:
    return backend.load(tiny.affine(tmp_path / "affine.onnx"))


def noise(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(3).random(shape, np.float32)


# -- what a session says and does -----------------------------------------------------------------------


def test_inputs_and_outputs_are_declared_as_in_the_file(session: BaseSession) -> None:
    shape = (None, 3, None, None)
    assert session.inputs == (TensorSpec("x", shape, FLOAT),)
    assert session.outputs == (TensorSpec("y", shape, FLOAT), TensorSpec("z", shape, FLOAT))


def test_the_file_s_own_words_are_kept(session: BaseSession) -> None:
    assert dict(session.metadata) == {"alphabet": "abc"}


@pytest.mark.parametrize("shape", [(1, 3, 64, 96), (2, 3, 32, 32), (1, 3, 1, 1)])
def test_every_size_is_served(session: BaseSession, shape: tuple[int, ...]) -> None:
    given = noise(*shape)
    answer = session.infer({"x": given})
    assert list(answer) == ["y", "z"]
    np.testing.assert_allclose(answer["y"], 2 * given + 1, rtol=1e-6)
    np.testing.assert_array_equal(answer["y"], answer["z"])


def test_inputs_go_by_their_names(backend: BaseBackend, tmp_path: Path) -> None:
    session = backend.load(tiny.difference(tmp_path / "difference.onnx"))
    a, b = noise(2, 4), np.ones((2, 4), np.float32)
    np.testing.assert_allclose(session.infer({"b": b, "a": a})["d"], a - b)


def test_one_tensor_under_two_names_answers_to_both(backend: BaseBackend, tmp_path: Path) -> None:
    try:
        session = backend.load(tiny.named_twice(tmp_path / "twice.onnx"))
        answer = session.infer({"x": -noise(2, 4)})
    except EngineFailed as fault:
        pytest.skip(f"refused: {fault.detail}")
    assert list(answer) == ["y", "a"]
    np.testing.assert_array_equal(answer["y"], noise(2, 4))
    np.testing.assert_array_equal(answer["a"], noise(2, 4))


@pytest.mark.parametrize("dtype", ["float16", "uint8", "int32", "int64"])
def test_another_type_is_served_as_declared_or_refused(
    backend: BaseBackend, tmp_path: Path, dtype: str
) -> None:
    model = tiny.affine(tmp_path / "affine.onnx", ("n", 4), dtype)
    try:
        session = backend.load(model)
    except EngineFailed as fault:
        pytest.skip(f"refused: {fault.detail}")
    answer = session.infer({"x": np.arange(8).astype(dtype).reshape(2, 4)})["y"]
    assert (answer.dtype, answer.tolist()) == (np.dtype(dtype), [[1, 3, 5, 7], [9, 11, 13, 15]])


def test_an_input_that_lies_crosswise_in_memory_is_read_right(session: BaseSession) -> None:
    crosswise = noise(1, 96, 64, 3).transpose(0, 3, 2, 1)
    np.testing.assert_allclose(session.infer({"x": crosswise})["y"], 2 * crosswise + 1, rtol=1e-6)


def test_a_repeated_run_is_equal_and_leaves_input_and_earlier_answers_alone(session: BaseSession) -> None:
    given = noise(1, 3, 32, 32)
    first = session.infer({"x": given})["y"]
    kept, untouched = first.copy(), given.copy()
    session.infer({"x": given + 1})
    np.testing.assert_array_equal(session.infer({"x": given})["y"], kept)
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_array_equal(given, untouched)


def test_several_threads_get_their_own_answers(session: BaseSession) -> None:
    inputs = [np.full((1, 3, 32, 32), number, np.float32) for number in range(24)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda x: session.infer({"x": x})["y"], inputs))
    assert [float(a.min()) for a in answers] == [2.0 * n + 1 for n in range(24)]
    assert [float(a.max()) for a in answers] == [2.0 * n + 1 for n in range(24)]


def test_one_thread_is_one_thread(backend: BaseBackend, tmp_path: Path) -> None:
    session = backend.load(tiny.convolutions(tmp_path / "stack.onnx"))
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    for _ in range(4):
        session.infer({"x": GOOD})
    assert time.process_time() - start_cpu_s < 1.3 * (time.perf_counter() - start_s)


# -- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "feeds",
    [
        {},
        {"z": GOOD},
        {"x": GOOD, "z": GOOD},
        {"x": GOOD.astype(np.float64)},
        {"x": GOOD[0]},
        {"x": np.zeros((1, 4, 64, 96), np.float32)},
    ],
)
def test_a_wrong_input_is_refused(session: BaseSession, feeds: Arrays) -> None:
    with pytest.raises(EngineFailed):
        session.infer(feeds)


def test_a_closed_session_is_refused(session: BaseSession) -> None:
    session.close()
    session.close()
    with pytest.raises(EngineFailed, match="closed"):
        session.infer({"x": GOOD})


def test_the_hash_is_held(backend: BaseBackend, tmp_path: Path) -> None:
    model = tiny.affine(tmp_path / "affine.onnx")
    backend.load(replace(model, sha256=sha256_of(model.path))).close()
    with pytest.raises(EngineFailed, match="SHA-256"):
        backend.load(replace(model, sha256="a" * 64))


def test_a_missing_file_is_refused(backend: BaseBackend, tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match=r"none\.onnx"):
        backend.load(ModelFile("none", tmp_path / "none.onnx"))


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"\x00" * len(data)]
)
def test_a_damaged_file_is_refused(
    backend: BaseBackend, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    model = tiny.convolutions(tmp_path / "net.onnx", depth=2, width=8)
    model.path.write_bytes(damage(model.path.read_bytes()))
    with pytest.raises(EngineFailed):
        backend.load(model)


def test_an_error_of_the_vendor_s_is_a_fault_with_its_cause(backend: BaseBackend, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(b"no model")
    with pytest.raises(EngineFailed) as caught:
        backend.load(ModelFile("net", path))
    assert caught.value.__cause__ is not None
    assert "\n" not in caught.value.detail


# -- where the time goes --------------------------------------------------------------------------------


def test_the_layers_are_timed_or_that_is_refused(backend: BaseBackend, tmp_path: Path) -> None:
    model = tiny.convolutions(tmp_path / "stack.onnx", depth=2, width=8)
    try:
        layers = backend.layers(model, {"x": GOOD}, 2)
    except EngineFailed as fault:
        pytest.skip(f"refused: {fault.detail}")
    assert sum("conv" in layer.kind.lower() for layer in layers) >= 2
    assert sum(layer.ms for layer in layers) > 0.0


# -- lanes ----------------------------------------------------------------------------------------------

SHAPES = {"x": (1, 3, 64, 96)}


@pytest.mark.parametrize("shape", [(1, 3, 64, 96), (2, 3, 32, 32)])
def test_a_lane_answers_as_the_session_does(session: BaseSession, shape: tuple[int, ...]) -> None:
    lane = session.lane({"x": shape})
    lane.inputs["x"][:] = noise(*shape)
    answer = lane.run()
    assert set(answer) == {"y", "z"}
    for name, values in session.infer({"x": noise(*shape)}).items():
        np.testing.assert_array_equal(answer[name], values)


def test_a_lane_reads_what_was_written_in_place_run_after_run(session: BaseSession) -> None:
    lane, said = session.lane(SHAPES), []
    for number in range(4):
        lane.inputs["x"][:] = number
        answer = lane.run()
        said.append((float(answer["y"].min()), float(answer["z"].max())))
    assert said == [(1.0, 1.0), (3.0, 3.0), (5.0, 5.0), (7.0, 7.0)]


def test_a_lane_keeps_its_inputs_and_a_part_of_them_can_change(session: BaseSession) -> None:
    lane = session.lane(SHAPES)
    lane.inputs["x"][:] = 1
    lane.run()
    lane.inputs["x"][0, 0, 0, 0] = 5
    answer = lane.run()["y"]
    assert (float(answer[0, 0, 0, 0]), float(answer[0, 2, 63, 95])) == (11.0, 3.0)


def test_lanes_of_one_session_do_not_meet(session: BaseSession) -> None:
    one, other = session.lane(SHAPES), session.lane(SHAPES)
    one.inputs["x"][:], other.inputs["x"][:] = 1, 2
    first = one.run()["y"]
    other.run()
    assert (float(first.min()), float(one.run()["y"].max())) == (3.0, 3.0)


def test_lanes_of_several_sizes_take_turns(backend: BaseBackend, tmp_path: Path) -> None:
    session = backend.load(tiny.convolutions(tmp_path / "stack.onnx", depth=3, width=16))
    lanes = [session.lane({"x": (count, 3, 64, 96)}) for count in (1, 4, 16)]
    for lane in lanes:
        lane.inputs["x"][:] = noise(*lane.inputs["x"].shape)
    (name,) = (spec.name for spec in session.outputs)
    said = [[lane.run()[name].copy() for lane in lanes] for _ in range(4)]
    for later in said[1:]:
        for answer, first in zip(later, said[0]):
            np.testing.assert_array_equal(answer, first)
    np.testing.assert_allclose(said[0][2][0], session.infer({"x": noise(16, 3, 64, 96)})[name][0], atol=1e-4)


def test_lanes_run_beside_each_other_and_the_session(session: BaseSession) -> None:
    def answers(number: int) -> set[float]:
        lane = session.lane(SHAPES)
        lane.inputs["x"][:] = number
        said = {float(value) for _ in range(20) for value in np.unique(lane.run()["y"])}
        return said | {float(session.infer({"x": np.full_like(GOOD, number)})["y"].max())}

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(answers, range(6))) == [{2.0 * number + 1} for number in range(6)]


def test_a_lane_takes_several_inputs_by_their_names(backend: BaseBackend, tmp_path: Path) -> None:
    lane = backend.load(tiny.difference(tmp_path / "difference.onnx")).lane({"b": (2, 4), "a": (2, 4)})
    lane.inputs["a"][:], lane.inputs["b"][:] = 5, 3
    np.testing.assert_allclose(lane.run()["d"], np.full((2, 4), 2.0))


@pytest.mark.parametrize(
    "shapes", [{}, {"z": (1, 3, 64, 96)}, {**SHAPES, "z": (1,)}, {"x": (1, 4, 64, 96)}, {"x": (3, 64, 96)}]
)
def test_a_lane_of_another_shape_is_refused(session: BaseSession, shapes: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(EngineFailed):
        session.lane(shapes)


def test_a_closed_lane_is_refused_and_the_session_goes_on(session: BaseSession) -> None:
    lane = session.lane(SHAPES)
    lane.run()
    lane.close()
    lane.close()
    with pytest.raises(EngineFailed):
        lane.run()
    assert float(session.infer({"x": GOOD})["y"].min()) == 1.0


def test_a_closed_session_gives_no_lane(session: BaseSession) -> None:
    session.close()
    with pytest.raises(EngineFailed):
        session.lane(SHAPES).run()
