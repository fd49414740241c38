"""Writes a graph anew, with Q/DQ pairs around what runs in integers."""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from .graph import Graph, weighted
from .pixels import PIXEL, Pixels
from .ranges import Array, Range
from .recipe import LEVELS, Recipe, Spelling

Float = NDArray[np.float32]


def _weight_scales(weights: Float, axis: int) -> Float:
    """One scale an output channel, symmetric."""
    others = tuple(i for i in range(weights.ndim) if i != axis)
    return np.asarray(np.maximum(np.abs(weights).max(others), 1e-8) / LEVELS, np.float32)


class Writer:
    """Builds the quantised graph."""

    def __init__(
        self, graph: Graph, recipe: Recipe, ranges: dict[str, Range], pixels: tuple[Pixels, ...] = ()
    ) -> None:
        self.graph, self.recipe = graph, recipe
        self.scale = {n: np.float32(max(r.limit(recipe.share), 1e-8) / LEVELS) for n, r in ranges.items()}
        self.pixels = {one.tensor: one for one in pixels}
        self.spared = {name for one in pixels for name in one.spared}
        self.scale.update({one.tensor: np.float32(one.scale) for one in pixels})
        self.signed = {n: r.signed or n in self.pixels for n, r in ranges.items()}
        self.unsigned = recipe.spelling is Spelling.UNSIGNED
        self.weighted = {n.name for n in weighted(graph, recipe)}
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.written: set[str] = set()

    def constant(self, name: str, value: Array) -> str:
        """A constant of the graph, written once."""
        if name not in self.written:
            self.written.add(name)
            self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def zero(self, name: str) -> Array:
        """The tensor's zero point, in its integer type."""
        if not self.unsigned:
            return np.array(0, np.int8)
        return np.array(128 if self.signed[name] else 0, np.uint8)

    def pair(self, source: str, name: str) -> None:
        """Q and DQ behind `source`; readers of `name` read their output."""
        scale = self.constant(f"{name}_scale", self.scale[name])
        zero = self.constant(f"{name}_zero", self.zero(name))
        given = [source, scale, zero]
        if name in self.pixels:
            step = self.constant(f"{name}_pixel_scale", np.array(PIXEL, np.float32))
            black = self.constant(f"{name}_pixel_zero", np.array(0, np.uint8))
            given = [self.pixels[name].source, step, black]
        q, dq = f"{name}_q", f"{name}_dq"
        self.nodes.append(helper.make_node("QuantizeLinear", given, [q], f"{name}_Q"))
        self.nodes.append(helper.make_node("DequantizeLinear", [q, scale, zero], [dq], f"{name}_DQ"))

    def weights(self, node: onnx.NodeProto) -> list[str]:
        """The node's weight (and bias) inputs as integers with their DQ."""
        values = np.asarray(self.graph.constants[node.input[1]], np.float32)
        axis = self._channel_axis(node, values)
        scales = _weight_scales(values, axis)
        wide = scales.reshape([-1 if i == axis else 1 for i in range(values.ndim)])
        whole = np.clip(np.rint(values / wide), -LEVELS, LEVELS).astype(np.int8)
        base = f"{node.name}_w"
        parts = [self.constant(f"{base}_i8", whole), self.constant(f"{base}_scale", scales)]
        parts.append(self.constant(f"{base}_zero", np.zeros(len(scales), np.int8)))
        self.nodes.append(
            helper.make_node("DequantizeLinear", parts, [f"{base}_dq"], f"{base}_DQ", axis=axis)
        )
        if len(node.input) < 3 or not node.input[2]:
            return [f"{base}_dq"]
        return [f"{base}_dq", self._bias(node, scales, whole * wide)]

    @staticmethod
    def _channel_axis(node: onnx.NodeProto, values: Array) -> int:
        if node.op_type == "Conv":
            return 0
        turned = any(a.name == "transB" and a.i for a in node.attribute)
        return 0 if turned else values.ndim - 1

    def _bias(self, node: onnx.NodeProto, scales: Float, weights: Float) -> str:
        bias = np.asarray(self.graph.constants[node.input[2]], np.float32)
        if node.input[0] in self.pixels:
            bias = bias + self.pixels[node.input[0]].left_over * weights.reshape(len(bias), -1).sum(1)
        if not self.unsigned:
            return self.constant(node.input[2], bias)
        steps = (scales * self.scale[node.input[0]]).astype(np.float32)
        whole = np.clip(np.rint(bias.astype(np.float64) / steps), -(2**31) + 1, 2**31 - 1).astype(np.int32)
        base = f"{node.name}_b"
        parts = [self.constant(f"{base}_i32", whole), self.constant(f"{base}_scale", steps)]
        parts.append(self.constant(f"{base}_zero", np.zeros(len(steps), np.int32)))
        self.nodes.append(helper.make_node("DequantizeLinear", parts, [f"{base}_dq"], f"{base}_DQ", axis=0))
        return f"{base}_dq"

    def add(self, node: onnx.NodeProto) -> None:
        """The node, reading quantised tensors where they exist, and the pair behind it."""
        if node.name in self.spared:
            for name in node.output:
                if name in self.pixels:
                    self.pair(name, name)
            return
        if self._clipped(node):
            self.pair(self._read(node, 0), node.output[0])
            return
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.input[:] = [self._read(node, i) for i in range(len(node.input))]
        if node.name in self.weighted:
            copy.input[1:] = self.weights(node)
        self.nodes.append(copy)
        for name in node.output:
            if name in self.scale:
                self.pair(name, name)

    def _clipped(self, node: onnx.NodeProto) -> bool:
        """A ReLU whose work the lower bound of unsigned numbers does."""
        alone = len(self.graph.readers.get(node.input[0], ())) == 1 if node.input else False
        mine = node.op_type == "Relu" and node.output[0] in self.scale
        if not (mine and alone and self.unsigned) or node.output[0] in self.graph.outputs:
            return False
        # A scale that is shared with negative numbers is centred on 128, and bounds nothing at 0.
        return not self.signed[node.output[0]]

    def _read(self, node: onnx.NodeProto, i: int) -> str:
        name = node.input[i]
        return f"{name}_dq" if name in self.scale else name
