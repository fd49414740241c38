"""The quantiser on a net of one convolution: what it keeps, and weights that were stored as FP16."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

onnx = pytest.importorskip("onnx", reason="the quantiser needs the onnx package: pip install onnx")

from appliance.infer.quantize import Feeds, Recipe, Run, Spelling, halved, quantised  # noqa: E402

CHANCE = np.random.RandomState(3)
WEIGHTS = CHANCE.randn(4, 3, 3, 3).astype(np.float32)
PICTURE = CHANCE.rand(1, 3, 8, 8).astype(np.float32)


def net() -> bytes:
    helper = onnx.helper
    values = [
        helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, ["n", c, "h", "w"])
        for n, c in (("x", 3), ("y", 4))
    ]
    node = helper.make_node("Conv", ["x", "w"], ["y"], "conv")
    weights = onnx.numpy_helper.from_array(WEIGHTS, "w")
    graph = helper.make_graph([node], "net", values[:1], values[1:], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def opener(model: bytes) -> Run:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return lambda feeds: dict(zip(names, session.run(names, dict(feeds)), strict=True))


def frames() -> Iterator[Feeds]:
    yield {"x": PICTURE}


def answer(model: bytes) -> NDArray[np.float32]:
    return np.asarray(opener(model)({"x": PICTURE})["y"], np.float32)


def test_half_the_bytes_give_nearly_the_same_answer() -> None:
    small = halved(net())
    assert np.allclose(answer(small), answer(net()), atol=0.02)
    assert np.abs(answer(small) - answer(net())).max() > 0


@pytest.mark.parametrize("spelling", list(Spelling))
def test_eight_bits_stay_near(spelling: Spelling) -> None:
    small = answer(quantised(net(), frames(), opener, Recipe(spelling)))
    assert np.abs(small - answer(net())).max() < 0.02 * np.abs(answer(net())).max()


def test_weights_stored_as_fp16_are_quantised_all_the_same() -> None:
    small = quantised(halved(net()), frames(), opener, Recipe())
    kinds = {c.data_type for c in onnx.load_from_string(small).graph.initializer}
    assert onnx.TensorProto.INT8 in kinds
    assert onnx.TensorProto.FLOAT16 not in kinds
