"""The CUDA backend's refusals, and its binding of buffers, which the processor can prove as well."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from appliance.config.schema import Infer
from appliance.faults import EngineFailed
from appliance.infer import onnxruntime_cuda as cuda
from appliance.infer.base import ModelFile
from appliance.infer.chain import make_backend
from appliance.infer.gpu_lane import GpuSession

from . import tiny
from .bound import BoundHere
from .fake_gpu import FakeGpu, device


def bound(path: Path, gpu: FakeGpu | None = None) -> GpuSession:
    session = BoundHere(gpu or FakeGpu()).load(tiny.affine(path))
    assert isinstance(session, GpuSession)
    return session


def picture(side: int, value: float) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    return {"x": np.full((1, 3, side, side), value, np.float32)}


@pytest.mark.skipif(cuda.PROVIDER in onnxruntime.get_available_providers(), reason="CUDA is here")
def test_without_cuda_it_is_refused_with_the_command_that_brings_it() -> None:
    with pytest.raises(EngineFailed, match=r"has no CUDA: .*gatehouse\[gpu\]"):
        make_backend("onnxruntime-cuda", Infer())


@pytest.mark.skipif(cuda.PROVIDER in onnxruntime.get_available_providers(), reason="CUDA is here")
@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_provider_that_does_not_start_is_refused_and_nothing_serves_instead(tmp_path: Path) -> None:
    gpu = FakeGpu()
    with pytest.raises(EngineFailed, match="CPUExecutionProvider would serve"):
        cuda.OnnxRuntimeCudaBackend(gpu, device(gpu)).load(tiny.affine(tmp_path / "affine.onnx"))


def test_bound_buffers_answer_and_earlier_answers_stay(tmp_path: Path) -> None:
    session = bound(tmp_path / "affine.onnx")
    answers = [session.infer(picture(8, value))["y"] for value in (1.0, 2.0, 3.0, 4.0)]
    assert [float(answer.max()) for answer in answers] == [3.0, 5.0, 7.0, 9.0]


def test_sizes_take_turns(tmp_path: Path) -> None:
    session = bound(tmp_path / "affine.onnx")
    for side in (8, 16, 24, 32, 40, 48, 8, 16):
        answer = session.infer(picture(side, float(side)))["y"]
        assert (answer.shape, float(answer.min())) == ((1, 3, side, side), 2.0 * side + 1)


def test_a_wrong_input_and_a_closed_session_are_refused(tmp_path: Path) -> None:
    session = bound(tmp_path / "affine.onnx")
    with pytest.raises(EngineFailed, match="not the model's"):
        session.infer({"z": np.zeros((1, 3, 8, 8), np.float32)})
    session.close()
    session.close()
    with pytest.raises(EngineFailed, match="closed"):
        session.infer(picture(8, 1.0))


def test_a_lane_keeps_its_addresses_and_runs_as_a_graph(tmp_path: Path) -> None:
    gpu = FakeGpu()
    lane = bound(tmp_path / "affine.onnx", gpu).lane({"x": (2, 3, 8, 8)})
    there = dict(lane.addresses)
    for value in (1.0, 2.0, 3.0):
        lane.inputs["x"][:] = value
        assert float(lane.run()["y"].max()) == 2 * value + 1
    assert (dict(lane.addresses), gpu.graphs[-1].launches) == (there, 3)


def test_a_run_there_copies_only_what_is_read(tmp_path: Path) -> None:
    gpu = FakeGpu()
    session = bound(tmp_path / "affine.onnx", gpu)
    lane = session.lane({"x": (1, 3, 8, 8)})
    lane.inputs["x"][:] = 5.0
    lane.run()
    down, up = gpu.traffic.down, gpu.traffic.up
    lane.run_there(session._stream.handle)
    assert float(lane.read(["z"])["z"].min()) == 11.0
    assert (gpu.traffic.down - down, gpu.traffic.up - up) == (3 * 8 * 8 * 4, 0)


def test_a_lane_runs_on_its_own_stream_alone_and_not_once_closed(tmp_path: Path) -> None:
    gpu = FakeGpu()
    session = bound(tmp_path / "affine.onnx", gpu)
    held = gpu.out
    lane = session.lane({"x": (1, 3, 8, 8)})
    with pytest.raises(EngineFailed, match="stream of its device"):
        lane.run_there(session._stream.handle + 1)
    lane.close()
    lane.close()
    with pytest.raises(EngineFailed, match="closed"):
        lane.run_there(session._stream.handle)
    assert gpu.out == held


def test_shapes_that_are_not_the_model_s_are_refused(tmp_path: Path) -> None:
    session = bound(tmp_path / "affine.onnx")
    with pytest.raises(EngineFailed):
        session.lane({"x": (1, 4, 8, 8)})


class Counting(BoundHere):
    opened = 0

    def _engine(self, model: ModelFile) -> cuda.Engine:
        self.opened += 1
        return super()._engine(model)


def test_each_lane_has_an_engine_of_its_own(tmp_path: Path) -> None:
    backend = Counting(FakeGpu())
    session = backend.load(tiny.affine(tmp_path / "affine.onnx"))
    assert backend.opened == 1
    lanes = [session.lane({"x": (count, 3, 8, 8)}) for count in (1, 2)]
    assert (backend.opened, len(lanes)) == (3, 2)
