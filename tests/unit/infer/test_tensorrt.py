"""TensorRT's backend on a fake that behaves as the manual says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from appliance.faults import EngineFailed
from appliance.infer.base import BaseSession, ModelFile
from appliance.infer.gpu_lane import LANES
from appliance.infer.plans import PlanStore
from appliance.infer.tensorrt_backend import TensorRtBackend
from appliance.infer.tensorrt_order import BATCH, Order

from .fake_gpu import FakeGpu, device
from .fake_tensorrt import FOREIGN, GOOD, ONE_SIZE, USUAL, fake_tensorrt


class Builds:
    """Stands for the child process: writes these plans, one after the other."""

    def __init__(self, *plans: bytes) -> None:
        self.plans = list(plans)
        self.orders: list[Order] = []

    def __call__(self, part: str, order: Order, limit_s: float) -> None:
        self.orders.append(order)
        Path(order.plan).parent.mkdir(parents=True, exist_ok=True)
        Path(order.plan).write_bytes(self.plans.pop(0))


@pytest.fixture
def model(tmp_path: Path) -> ModelFile:
    path = tmp_path / "net.onnx"
    path.write_bytes(b"net")
    return ModelFile("net", path, hashlib.sha256(b"net").hexdigest())


def backend(tmp_path: Path, builds: Builds, gpu: FakeGpu | None = None, dla: int = -1) -> TensorRtBackend:
    store = PlanStore(tmp_path / "engines")
    gpu = gpu or FakeGpu()
    return TensorRtBackend(fake_tensorrt(), None, gpu, device(gpu), store, dla=dla, limit_s=9.0, build=builds)


def loaded(tmp_path: Path, model: ModelFile, gpu: FakeGpu | None = None) -> BaseSession:
    return backend(tmp_path, Builds(GOOD), gpu).load(model)


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "engines").iterdir())


def picture(side: int, value: float = 1.0) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    return {"x": np.full((1, 3, side, side), value, np.float32)}


# -- engines on disk ------------------------------------------------------------------------------------


def test_an_engine_is_built_once_and_kept(tmp_path: Path, model: ModelFile) -> None:
    builds = Builds(GOOD)
    backend(tmp_path, builds).load(model)
    backend(tmp_path, builds).load(model)
    assert len(builds.orders) == 1
    assert [path.suffix for path in kept(tmp_path)] == [".plan"]


@pytest.mark.parametrize(
    "harm",
    [
        lambda plan: plan[:-1],
        lambda plan: plan[:30],
        lambda plan: b"",
        lambda plan: plan[:-1] + bytes([plan[-1] ^ 1]),
        lambda plan: b"\x00" * len(plan),
    ],
)
def test_a_damaged_engine_is_built_anew(
    tmp_path: Path, model: ModelFile, harm: Callable[[bytes], bytes]
) -> None:
    builds = Builds(GOOD, GOOD)
    backend(tmp_path, builds).load(model)
    (path,) = kept(tmp_path)
    path.write_bytes(harm(path.read_bytes()))
    session = backend(tmp_path, builds).load(model)
    assert float(session.infer(picture(64))["y"].max()) == 2.0
    assert len(builds.orders) == 2


def test_an_engine_that_the_vendor_refuses_is_built_anew(tmp_path: Path, model: ModelFile) -> None:
    builds = Builds(GOOD, GOOD)
    first = backend(tmp_path, builds)
    first.load(model)
    PlanStore(tmp_path / "engines").write(first._key(model), FOREIGN)
    backend(tmp_path, builds).load(model)
    assert len(builds.orders) == 2


@pytest.mark.parametrize(("plan", "shape"), [(GOOD, (None, 3, None, None)), (ONE_SIZE, USUAL)])
def test_sizes_that_an_engine_was_built_for_alone_are_told(
    tmp_path: Path, model: ModelFile, plan: bytes, shape: tuple[int | None, ...]
) -> None:
    session = backend(tmp_path, Builds(plan), dla=0).load(model)
    assert session.inputs[0].shape == shape


@pytest.mark.parametrize("change", ["driver", "vendor", "dla", "model"])
def test_an_engine_of_another_day_is_stale_and_replaced(
    tmp_path: Path, model: ModelFile, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds, gpu = Builds(GOOD, GOOD), FakeGpu()
    backend(tmp_path, builds).load(model)
    gpu.name = "fake 8.7, driver 13000" if change == "driver" else gpu.name
    later = backend(tmp_path, builds, gpu, dla=0 if change == "dla" else -1)
    later._trt.__version__ = "11.0.0" if change == "vendor" else "10.3.0"
    if change == "model":
        model.path.write_bytes(b"newer")
        model = ModelFile("net", model.path, hashlib.sha256(b"newer").hexdigest())
    later.load(model)
    assert (len(builds.orders), len(kept(tmp_path))) == (2, 1)


def test_a_build_that_gives_no_good_engine_is_a_fault_and_leaves_nothing(
    tmp_path: Path, model: ModelFile
) -> None:
    with pytest.raises(EngineFailed, match="refuses the engine that it built"):
        backend(tmp_path, Builds(FOREIGN)).load(model)
    assert kept(tmp_path) == []


def test_a_build_without_a_result_is_a_fault(tmp_path: Path, model: ModelFile) -> None:
    gpu = FakeGpu()
    maker = TensorRtBackend(
        fake_tensorrt(),
        None,
        gpu,
        device(gpu),
        PlanStore(tmp_path),
        dla=-1,
        limit_s=1.0,
        build=lambda part, order, limit_s: None,
    )
    with pytest.raises(EngineFailed, match="cannot be read"):
        maker.load(model)


def test_the_hash_is_held_before_anything_is_built(tmp_path: Path, model: ModelFile) -> None:
    builds = Builds(GOOD)
    with pytest.raises(EngineFailed, match="SHA-256"):
        backend(tmp_path, builds).load(ModelFile("net", model.path, "a" * 64))
    assert builds.orders == []


# -- sessions -------------------------------------------------------------------------------------------


def test_a_session_answers_and_its_answers_stay(tmp_path: Path, model: ModelFile) -> None:
    session = loaded(tmp_path, model)
    first = session.infer(picture(64, 1.0))["y"]
    again = [float(session.infer(picture(64, value))["y"].max()) for value in (2.0, 3.0, 4.0)]
    assert (float(first.max()), again) == (2.0, [4.0, 6.0, 8.0])


def test_each_size_runs_as_a_graph_from_its_first_answer_on(tmp_path: Path, model: ModelFile) -> None:
    gpu = FakeGpu()
    session = loaded(tmp_path, model, gpu)
    for _ in range(4):
        session.infer(picture(64))
    assert gpu.graphs[-1].launches == 4


def test_where_nothing_can_be_captured_it_runs_piece_by_piece(tmp_path: Path, model: ModelFile) -> None:
    session = loaded(tmp_path, model, FakeGpu(graphs=False))
    assert [float(session.infer(picture(64, v))["y"].max()) for v in (1.0, 2.0, 3.0)] == [2.0, 4.0, 6.0]


def test_a_known_size_takes_no_memory_again(tmp_path: Path, model: ModelFile) -> None:
    gpu = FakeGpu()
    session = loaded(tmp_path, model, gpu)
    session.infer(picture(64))
    taken = gpu.taken
    for _ in range(5):
        session.infer(picture(64))
    assert gpu.taken == taken


def test_sizes_that_nobody_uses_give_their_memory_back(tmp_path: Path, model: ModelFile) -> None:
    gpu = FakeGpu()
    session = loaded(tmp_path, model, gpu)
    for side in range(32, 32 * (LANES + 4), 32):
        session.infer(picture(side))
        session.infer(picture(side))
    assert gpu.out == 2 * LANES
    session.close()
    assert (gpu.out, all(graph.freed for graph in gpu.graphs)) == (0, True)


@pytest.mark.parametrize("shape", [(9, 3, 64, 64), (1, 3, 16, 64), (1, 3, 64, 1312)])
def test_a_size_that_the_engine_was_not_built_for_is_refused(
    tmp_path: Path, model: ModelFile, shape: tuple[int, ...]
) -> None:
    with pytest.raises(EngineFailed, match="the engine serves"):
        loaded(tmp_path, model).infer({"x": np.zeros(shape, np.float32)})


def test_a_wrong_input_and_a_closed_session_are_refused(tmp_path: Path, model: ModelFile) -> None:
    session = loaded(tmp_path, model)
    with pytest.raises(EngineFailed, match="not the model's"):
        session.infer({"z": np.zeros((1, 3, 64, 64), np.float32)})
    session.close()
    session.close()
    with pytest.raises(EngineFailed, match="closed"):
        session.infer(picture(64))


def test_a_run_of_as_many_pictures_as_the_backend_likes_is_served(tmp_path: Path, model: ModelFile) -> None:
    maker = backend(tmp_path, Builds(GOOD))
    session = maker.load(model)
    assert session.lane({"x": (maker.most, 3, 64, 64)}).inputs["x"].shape[0] == maker.most == BATCH[-1]
    with pytest.raises(EngineFailed, match="the engine serves"):
        session.lane({"x": (maker.most + 1, 3, 64, 64)})
