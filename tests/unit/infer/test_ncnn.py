"""What only ncnn needs: nets that are converted, proven, kept, and converted anew."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from appliance.faults import EngineFailed, ExtraMissing
from appliance.infer.base import ModelFile
from appliance.infer.lane import TensorSpec
from appliance.infer.plans import PlanStore
from appliance.infer.pnnx import Converted, Converter, Shapes

from . import tiny

ncnn = pytest.importorskip("appliance.infer.ncnn", reason="ncnn is not installed: pip install ncnn")
pytestmark = pytest.mark.skipif(
    find_spec("pnnx") is None, reason="pnnx is not installed: pip install --no-deps pnnx"
)

X = {"x": np.ones((1, 3, 8, 8), np.float32)}


@dataclass(frozen=True)
class Counted(Converter):
    """Counts conversions; `instead` stands for what pnnx makes."""

    done: list[Shapes] = field(default_factory=list)
    instead: ModelFile | None = None

    def convert(self, model: ModelFile, inputs: tuple[TensorSpec, ...], shapes: Shapes) -> Converted:
        self.done.append(shapes)
        return super().convert(self.instead or model, inputs, shapes)


@pytest.fixture
def model(tmp_path: Path) -> ModelFile:
    return tiny.affine(tmp_path / "affine.onnx")


def counted(tmp_path: Path) -> Counted:
    return Counted(PlanStore(tmp_path / "engines"), 60.0)


def answer(converter: Converter, model: ModelFile) -> float:
    return float(ncnn.NcnnBackend(1, converter).load(model).infer(X)["y"].max())


def test_a_size_is_converted_once_and_kept(tmp_path: Path, model: ModelFile) -> None:
    converter = counted(tmp_path)
    assert [answer(converter, model), answer(converter, model)] == [3.0, 3.0]
    assert converter.done == [{"x": (1, 3, 8, 8)}]


def test_another_size_replaces_nothing(tmp_path: Path, model: ModelFile) -> None:
    session = ncnn.NcnnBackend(1, counted(tmp_path)).load(model)
    for side in (8, 16):
        session.infer({"x": np.ones((1, 3, side, side), np.float32)})
    assert len(list((tmp_path / "engines").iterdir())) == 2


@pytest.mark.parametrize("harm", [b"", b"no archive"])
def test_a_kept_net_that_is_damaged_is_converted_anew(tmp_path: Path, model: ModelFile, harm: bytes) -> None:
    converter = counted(tmp_path)
    answer(converter, model)
    (path,) = (tmp_path / "engines").iterdir()
    path.write_bytes(harm)
    assert (answer(converter, model), len(converter.done)) == (3.0, 2)


def test_a_kept_net_that_answers_otherwise_is_converted_anew(tmp_path: Path, model: ModelFile) -> None:
    converter, other = counted(tmp_path), tiny.convolutions(tmp_path / "other.onnx", 1, 4)
    shapes = {"x": (1, 3, 8, 8)}
    foreign = converter.convert(other, (TensorSpec("x", (None,), np.dtype(np.float32)),), shapes)
    converter.keep(model, shapes, foreign)
    assert (answer(converter, model), len(converter.done)) == (3.0, 2)


def test_a_conversion_that_answers_otherwise_is_refused(tmp_path: Path, model: ModelFile) -> None:
    wrong = replace(counted(tmp_path), instead=tiny.tripled(tmp_path / "tripled.onnx"))
    with pytest.raises(EngineFailed, match="y of ncnn is off"):
        answer(wrong, model)


def test_what_pnnx_cannot_convert_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="pnnx cannot convert it"):
        ncnn.NcnnBackend(1, counted(tmp_path)).load(tiny.named_twice(tmp_path / "twice.onnx"))


def test_without_pnnx_the_command_that_brings_it_is_named(
    tmp_path: Path, model: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.infer.pnnx.find_spec", lambda name: None)
    with pytest.raises(ExtraMissing, match="pip install --no-deps pnnx"):
        answer(counted(tmp_path), model)
