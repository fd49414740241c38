"""FP32 to INT8, from end to end."""

from __future__ import annotations

from collections.abc import Iterable

import onnx

from .graph import Graph, closure
from .pixels import pixels
from .ranges import Feeds, Opener, observe, shared
from .recipe import Recipe
from .storage import widen
from .writer import Writer


def quantised(model: bytes, frames: Iterable[Feeds], opener: Opener, recipe: Recipe) -> bytes:
    """The FP32 `model` with its layers in INT8, ranges taken from `frames` (input tensors by name).

    Weights may be stored as `halved` does it. The graph's inputs and outputs stay float."""
    proto = onnx.load_from_string(model)
    widen(proto)
    graph = Graph(proto)
    tensors, pairs = closure(graph, recipe)
    ranges = shared(observe(proto, tensors, frames, opener), pairs)
    writer = Writer(graph, recipe, ranges, pixels(graph, recipe, ranges))
    for value in proto.graph.input:
        if value.name in writer.scale:
            writer.pair(value.name, value.name)
    for node in proto.graph.node:
        writer.add(node)
    read = {name for node in writer.nodes for name in node.input}
    del proto.graph.node[:]
    proto.graph.node.extend(n for n in writer.nodes if n.op_type != "Constant" or n.output[0] in read)
    kept = [c for c in proto.graph.initializer if c.name in read and c.name not in writer.written]
    del proto.graph.initializer[:]
    proto.graph.initializer.extend([*kept, *writer.constants])
    del proto.graph.value_info[:]
    onnx.checker.check_model(proto)
    return bytes(proto.SerializeToString())
