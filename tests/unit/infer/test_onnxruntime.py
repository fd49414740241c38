"""What only ONNX Runtime can be held to: OpenVINO computes on where the sides do not fit."""

from pathlib import Path

import numpy as np
import pytest

from appliance.faults import EngineFailed
from appliance.infer.onnxruntime import OnnxRuntimeBackend

from . import tiny

THREE, FIVE = np.ones((1, 3), np.float32), np.ones((1, 5), np.float32)


def test_an_error_while_running_is_a_fault_and_the_next_run_is_good(tmp_path: Path) -> None:
    session = OnnxRuntimeBackend().load(tiny.added(tmp_path / "added.onnx"))
    with pytest.raises(EngineFailed, match="onnxruntime: ") as caught:
        session.infer({"a": THREE, "b": FIVE})
    assert caught.value.__cause__ is not None
    assert session.infer({"a": FIVE, "b": FIVE})["s"].tolist() == [[2.0] * 5]
