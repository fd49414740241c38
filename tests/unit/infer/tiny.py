"""Tiny nets, made on the spot with the onnx package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appliance.infer.base import ModelFile

onnx = pytest.importorskip("onnx", reason="the onnx package makes the tiny nets: pip install onnx")

FREE = ("n", 3, "h", "w")
Side = Sequence[int | str]


def _value(name: str, shape: Side, dtype: str = "float32") -> Any:
    kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    return onnx.helper.make_tensor_value_info(name, kind, list(shape))


def _save(
    path: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: list[Any]
) -> ModelFile:
    graph = onnx.helper.make_graph(nodes, path.stem, inputs, outputs, constants)
    # Opset 17 is what the shipped nets use; the IR version goes with it.
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    onnx.helper.set_model_props(model, {"alphabet": "abc"})
    onnx.save(model, str(path))
    return ModelFile(path.stem, path)


def _node(kind: str, inputs: list[str], output: str, **attributes: Any) -> Any:
    return onnx.helper.make_node(kind, inputs, [output], **attributes)


def _constant(name: str, array: Any) -> Any:
    return onnx.numpy_helper.from_array(np.asarray(array), name)


def affine(path: Path, shape: Side = FREE, dtype: str = "float32") -> ModelFile:
    """y = 2 x + 1, z = |y|, in this order."""
    two, one = np.array(2, dtype), np.array(1, dtype)
    nodes = [
        _node("Mul", ["x", "two"], "twice"),
        _node("Add", ["twice", "one"], "y"),
        _node("Abs", ["y"], "z"),
    ]
    outputs = [_value("y", shape, dtype), _value("z", shape, dtype)]
    return _save(
        path, nodes, [_value("x", shape, dtype)], outputs, [_constant("two", two), _constant("one", one)]
    )


def tripled(path: Path) -> ModelFile:
    """As `affine`, but y = 3 x."""
    nodes = [_node("Mul", ["x", "three"], "y"), _node("Abs", ["y"], "z")]
    three = _constant("three", np.array(3, np.float32))
    return _save(path, nodes, [_value("x", FREE)], [_value("y", FREE), _value("z", FREE)], [three])


def named_twice(path: Path) -> ModelFile:
    """One tensor under two names: y = |x|, a = y."""
    nodes = [_node("Abs", ["x"], "y"), _node("Identity", ["y"], "a")]
    outputs = [_value("y", ("n", 4)), _value("a", ("n", 4))]
    return _save(path, nodes, [_value("x", ("n", 4))], outputs, [])


def difference(path: Path) -> ModelFile:
    """d = a - b, of two inputs."""
    shape = ("n", 4)
    nodes = [_node("Sub", ["a", "b"], "d")]
    return _save(path, nodes, [_value("a", shape), _value("b", shape)], [_value("d", shape)], [])


def added(path: Path) -> ModelFile:
    """s = a + b, whose free sides must be equal: only the run can tell."""
    inputs = [_value("a", ("n", "v")), _value("b", ("n", "w"))]
    return _save(path, [_node("Add", ["a", "b"], "s")], inputs, [_value("s", ("n", "u"))], [])


def strongest_colour(path: Path, output: str = "model") -> ModelFile:
    """Shares of the three channels in a picture, by their means times 4."""
    nodes = [
        _node("GlobalAveragePool", ["picture"], "means"),
        _node("Flatten", ["means"], "flat"),
        _node("Mul", ["flat", "four"], "strong"),
        _node("Softmax", ["strong"], output, axis=1),
    ]
    four = [_constant("four", np.array(4, np.float32))]
    return _save(path, nodes, [_value("picture", FREE)], [_value(output, ("n", 3))], four)


def convolutions(path: Path, depth: int = 8, width: int = 64) -> ModelFile:
    """A stack of convolutions, work enough to be timed; weights fixed by their own seed."""
    random = np.random.default_rng(7)
    nodes, constants, last, have = [], [], "x", 3
    for level in range(depth):
        weight = random.normal(0, 1 / np.sqrt(9 * have), (width, have, 3, 3)).astype(np.float32)
        constants.append(_constant(f"w{level}", weight))
        nodes.append(_node("Conv", [last, f"w{level}"], f"c{level}", pads=[1, 1, 1, 1]))
        nodes.append(_node("Relu", [f"c{level}"], f"r{level}"))
        last, have = f"r{level}", width
    nodes.append(_node("GlobalAveragePool", [last], "y"))
    return _save(path, nodes, [_value("x", FREE)], [_value("y", ("n", width, 1, 1))], constants)
