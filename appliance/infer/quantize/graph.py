"""A model's graph: what makes and reads each tensor, and which of them become integers."""

from __future__ import annotations

from typing import Any

import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from .recipe import Recipe

Array = NDArray[Any]

_WEIGHTED = ("Conv", "Gemm", "MatMul")
_SAME_NUMBERS = ("Concat", "MaxPool", "Resize", "Slice", "Split", "Flatten", "Reshape", "Transpose")
_SUMS = ("Add",)


class Graph:
    """Look-ups over a model's graph."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.graph = model.graph
        self.constants = {c.name: numpy_helper.to_array(c) for c in model.graph.initializer}
        for node in model.graph.node:
            if node.op_type == "Constant" and node.attribute[0].name == "value":
                self.constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        self.producer = {name: node for node in model.graph.node for name in node.output}
        self.readers: dict[str, list[onnx.NodeProto]] = {}
        for node in model.graph.node:
            for name in node.input:
                self.readers.setdefault(name, []).append(node)
        self.outputs = {value.name for value in model.graph.output}

    def data_inputs(self, node: onnx.NodeProto) -> list[str]:
        """The inputs that carry activations."""
        count = len(node.input) if node.op_type in ("Concat", "Add") else 1
        return [n for n in list(node.input)[:count] if n and n not in self.constants]


def weighted(graph: Graph, recipe: Recipe) -> list[onnx.NodeProto]:
    """The layers to quantise: with constant weights, a matrix or a convolution's kernels."""
    return [
        n
        for n in graph.graph.node
        if n.op_type in recipe.operators
        and n.op_type in _WEIGHTED
        and n.name not in recipe.keep_float
        and n.input[1] in graph.constants
        and n.input[0] not in graph.constants
        and (n.op_type == "Conv" or graph.constants[n.input[1]].ndim == 2)
    ]


def closure(graph: Graph, recipe: Recipe) -> tuple[set[str], list[tuple[str, str]]]:
    """Tensors to quantise, and pairs that must share a scale.

    From the inputs of quantised layers, and what the recipe rounds, back over sums and operators that
    only move numbers, so that whole blocks stay in integers."""
    tensors = {n.input[0] for n in weighted(graph, recipe)} | recipe.rounded
    pairs: list[tuple[str, str]] = []
    agenda = sorted(tensors)
    while agenda:
        name = agenda.pop()
        node = _maker(graph, name)
        if node is None or node.name in recipe.keep_float:
            continue
        alike = node.op_type in _SAME_NUMBERS
        linked = _linked(graph, node)
        pairs += [(name, other) for other in linked if alike]
        agenda += [other for other in linked if other not in tensors]
        tensors.update(linked)
    return tensors, pairs


def _maker(graph: Graph, name: str) -> onnx.NodeProto | None:
    """The node that makes a tensor, seen through a ReLU."""
    node = graph.producer.get(name)
    return graph.producer.get(node.input[0]) if node is not None and node.op_type == "Relu" else node


def _linked(graph: Graph, node: onnx.NodeProto) -> list[str]:
    """The tensors that must be quantised for the node to run in integers."""
    sources = graph.data_inputs(node)
    if node.op_type in _SAME_NUMBERS:
        return [*sources, *node.output]
    return sources if node.op_type in _SUMS and len(sources) > 1 else []
