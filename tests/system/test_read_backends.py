"""What every backend keeps to, on the fake and on the real ones alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from appliance.faults import EngineFailed
from appliance.infer.base import BaseBackend, BaseSession, ModelFile
from appliance.infer.fake import FakeBackend
from appliance.infer.lane import Arrays, TensorSpec
from appliance.infer.models import load_manifest
from appliance.infer.onnxruntime import OnnxRuntimeBackend

SPEC = TensorSpec("x", (None, 3, None, None), np.dtype(np.float32))
GOOD = np.zeros((1, 3, 64, 96), np.float32)
MODEL = load_manifest("ppocr").file("det")


def heat(feeds: Arrays) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    return {"y": feeds["x"][:, :1]}


def backends() -> list[BaseBackend]:
    return [FakeBackend({MODEL.name: heat}, (SPEC,)), OnnxRuntimeBackend(threads=1)]


@pytest.fixture(params=backends(), ids=lambda backend: backend.name)
def backend(request: pytest.FixtureRequest) -> BaseBackend:
    made: BaseBackend = request.param
    return made


@pytest.fixture
def session(backend: BaseBackend) -> Iterator[BaseSession]:
    loaded = backend.load(MODEL)
    yield loaded
    loaded.close()


def test_inputs_are_declared(session: BaseSession) -> None:
    assert session.inputs == (SPEC,)


def test_every_size_is_served(session: BaseSession) -> None:
    for side in (64, 128):
        (answer,) = session.infer({"x": np.zeros((1, 3, side, 96), np.float32)}).values()
        assert answer.shape == (1, 1, side, 96)


@pytest.mark.parametrize(
    "feeds",
    [
        {},
        {"z": GOOD},
        {"x": GOOD.astype(np.float64)},
        {"x": GOOD[0]},
        {"x": np.zeros((1, 4, 64, 96), np.float32)},
    ],
)
def test_a_wrong_input_is_a_fault(session: BaseSession, feeds: Arrays) -> None:
    with pytest.raises(EngineFailed):
        session.infer(feeds)


def test_a_closed_session_is_a_fault(session: BaseSession) -> None:
    session.close()
    session.close()
    with pytest.raises(EngineFailed):
        session.infer({"x": GOOD})


def test_a_model_that_is_not_there_is_a_fault(backend: BaseBackend) -> None:
    with pytest.raises(EngineFailed):
        backend.load(ModelFile("none", Path("none.onnx")))


def test_a_damaged_model_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(MODEL.path.read_bytes()[:100_000])
    for model in (replace(MODEL, path=path), ModelFile("net", path)):
        with pytest.raises(EngineFailed):
            OnnxRuntimeBackend().load(model)
