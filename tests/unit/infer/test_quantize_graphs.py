"""The quantiser on blocks: what it drops, what shares a scale, what stays in float."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

onnx = pytest.importorskip("onnx", reason="the quantiser needs the onnx package: pip install onnx")

from appliance.infer.quantize import Feeds, Recipe, Spelling, halved, quantised  # noqa: E402

from .test_quantize import opener  # noqa: E402

helper, numpy_helper = onnx.helper, onnx.numpy_helper
Float = NDArray[np.float32]
CHANCE = np.random.RandomState(4)
PICTURE = CHANCE.rand(1, 3, 8, 8).astype(np.float32)
WEIGHTS = {
    "w1": CHANCE.randn(4, 3, 1, 1).astype(np.float32),
    "w2": CHANCE.randn(4, 3, 1, 1).astype(np.float32),
    "w3": CHANCE.randn(4, 4, 1, 1).astype(np.float32),
    "w8": CHANCE.randn(4, 8, 1, 1).astype(np.float32),
    "b": CHANCE.randn(4).astype(np.float32),
    "half": np.array(0.5, np.float32),
    "two": np.array(2.0, np.float32),
}
FIRST = ("Conv", ["x", "w1", "b"], "a")
SECOND = ("Conv", ["x", "w2"], "c")
Step = tuple[str, list[str], str]


def block(*steps: Step) -> bytes:
    """A net of these operators, each named as its output; the last output is the net's."""
    nodes = [
        helper.make_node(kind, inputs, [output], output, **({"axis": 1} if kind == "Concat" else {}))
        for kind, inputs, output in steps
    ]
    ends = [("x", 3), (steps[-1][2], 4)]
    values = [helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, ["n", c, 8, 8]) for n, c in ends]
    read = {name for _, inputs, _ in steps for name in inputs}
    weights = [numpy_helper.from_array(v, k) for k, v in WEIGHTS.items() if k in read]
    graph = helper.make_graph(nodes, "net", values[:1], values[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


RELU = block(FIRST, ("Relu", ["a"], "r"), ("Conv", ["r", "w3"], "y"))
SUM = block(FIRST, SECOND, ("Add", ["a", "c"], "s"), ("Relu", ["s"], "r"), ("Conv", ["r", "w3"], "y"))
CONCAT = block(FIRST, ("Relu", ["a"], "r"), SECOND, ("Concat", ["r", "c"], "j"), ("Conv", ["j", "w8"], "y"))
CENTRED = (("Sub", ["x", "half"], "d"), ("Mul", ["d", "two"], "m"), ("Conv", ["m", "w1", "b"], "a"))
PIXELS = block(*CENTRED, ("Relu", ["a"], "r"), ("Conv", ["r", "w3"], "y"))
TAPPED = block(*CENTRED, ("Conv", ["m", "w2"], "c"), ("Add", ["a", "c"], "s"), ("Conv", ["s", "w3"], "y"))
BOTH = pytest.mark.parametrize("spelling", list(Spelling))


def frames() -> Iterator[Feeds]:
    yield {"x": PICTURE}


def answer(model: bytes, picture: Float = PICTURE) -> Float:
    return np.asarray(opener(model)({"x": picture})["y"], np.float32)


def pixels(brightness: float = 1.0) -> Float:
    return np.asarray(np.rint(PICTURE * 255) / 255 * brightness, np.float32)


def small(model: bytes, spelling: Spelling, keep_float: Sequence[str] = ()) -> bytes:
    return quantised(model, frames(), opener, Recipe(spelling, keep_float=frozenset(keep_float)))


def constants(model: bytes) -> dict[str, NDArray[Any]]:
    return {c.name: numpy_helper.to_array(c) for c in onnx.load_from_string(model).graph.initializer}


def kinds(model: bytes) -> list[str]:
    return [node.op_type for node in onnx.load_from_string(model).graph.node]


@pytest.mark.parametrize("model", [RELU, SUM, CONCAT], ids=["relu", "sum", "concat"])
@BOTH
def test_a_block_in_eight_bits_stays_near(model: bytes, spelling: Spelling) -> None:
    off = np.abs(answer(small(model, spelling)) - answer(model)).max()
    assert off < 0.05 * np.abs(answer(model)).max()


@pytest.mark.parametrize("model", [RELU, SUM, CONCAT], ids=["relu", "sum", "concat"])
def test_within_the_range_both_spellings_are_the_same(model: bytes) -> None:
    signed, unsigned = (answer(small(model, spelling)) for spelling in Spelling)
    # The unsigned bias is rounded to whole steps, which may turn a rounding of the next tensor.
    assert np.abs(signed - unsigned).max() < 0.02 * np.abs(signed).max()


def test_beyond_the_range_unsigned_keeps_what_signed_clips() -> None:
    bright = np.asarray(PICTURE * 1.8, np.float32)
    want = answer(RELU, bright)
    signed, unsigned = (np.abs(answer(small(RELU, s), bright) - want).max() for s in Spelling)
    assert unsigned < 0.05 * np.abs(want).max() < signed


def test_a_relu_goes_where_the_lower_bound_does_its_work() -> None:
    assert "Relu" not in kinds(small(RELU, Spelling.UNSIGNED))
    assert "Relu" in kinds(small(RELU, Spelling.SIGNED))


def test_a_relu_stays_where_its_scale_is_shared_with_negative_numbers() -> None:
    model = small(CONCAT, Spelling.UNSIGNED)
    assert constants(model)["r_zero"] == 128
    assert "Relu" in kinds(model)


@BOTH
def test_what_is_joined_shares_a_scale(spelling: Spelling) -> None:
    known = constants(small(CONCAT, spelling))
    assert known["r_scale"] == known["c_scale"] == known["j_scale"]


@BOTH
def test_the_terms_of_a_sum_have_scales_of_their_own(spelling: Spelling) -> None:
    known = constants(small(SUM, spelling))
    assert known["a_scale"] != known["c_scale"]


@BOTH
def test_a_named_layer_stays_in_float(spelling: Spelling) -> None:
    known = constants(small(RELU, spelling, ["y"]))
    assert "a_w_i8" in known
    assert "y_w_i8" not in known
    assert np.array_equal(known["w3"], WEIGHTS["w3"])


def test_a_bias_is_whole_steps_when_unsigned_and_float_when_signed() -> None:
    whole, plain = (constants(small(RELU, s)) for s in (Spelling.UNSIGNED, Spelling.SIGNED))
    steps = np.asarray(whole["a_b_scale"], np.float32)
    assert whole["a_b_i32"].dtype == np.int32
    assert np.all(np.abs(whole["a_b_i32"] * steps - WEIGHTS["b"]) <= steps)
    assert np.array_equal(plain["b"], WEIGHTS["b"])


def test_two_casts_of_one_stored_weight_are_both_widened() -> None:
    model = onnx.load_from_string(halved(block(FIRST, ("Conv", ["a", "w3"], "y")), smallest=12))
    model.graph.node.insert(0, helper.make_node("Cast", ["w3_f16"], ["again"], "again", to=1))
    (last,) = (node for node in model.graph.node if node.output[0] == "y")
    last.output[0] = "half"
    model.graph.node.append(helper.make_node("Conv", ["half", "again"], ["y"], "more"))
    twice = bytes(model.SerializeToString())
    known = constants(small(twice, Spelling.SIGNED))
    assert {"y_w_i8", "more_w_i8"} <= known.keys()


def test_pixels_go_into_the_first_layer_as_they_are() -> None:
    model = small(PIXELS, Spelling.UNSIGNED)
    assert not {"Sub", "Mul"} & set(kinds(model))
    off = np.abs(answer(model, pixels()) - answer(PIXELS, pixels())).max()
    assert off < 0.03 * np.abs(answer(PIXELS, pixels())).max()


def test_dark_frames_alone_do_not_move_the_middle_of_the_pixels() -> None:
    dark = pixels(0.3)
    model = quantised(PIXELS, [{"x": dark}], opener, Recipe())
    off = np.abs(answer(model, dark) - answer(PIXELS, dark)).max()
    assert off < 0.03 * np.abs(answer(PIXELS, dark)).max()


def test_what_was_no_pixels_keeps_its_arithmetic() -> None:
    model = quantised(PIXELS, [{"x": pixels(2.0)}], opener, Recipe())
    assert {"Sub", "Mul"} <= set(kinds(model))


def test_a_layer_without_a_bias_cannot_take_bare_pixels() -> None:
    assert {"Sub", "Mul"} <= set(kinds(small(TAPPED, Spelling.UNSIGNED)))


def test_the_signed_spelling_keeps_the_arithmetic_of_pixels() -> None:
    assert {"Sub", "Mul"} <= set(kinds(small(PIXELS, Spelling.SIGNED)))


def test_a_named_tensor_is_rounded_though_no_layer_reads_it() -> None:
    alone, named = (
        quantised(RELU, frames(), opener, Recipe(rounded=r)) for r in (frozenset(), frozenset("y"))
    )
    assert kinds(named).count("QuantizeLinear") == kinds(alone).count("QuantizeLinear") + 1
    assert np.abs(answer(named) - answer(alone)).max() < 0.02 * np.abs(answer(alone)).max()
