"""Frees the first dimension of exported nets, so that the pictures of many cameras are one run.

    python -m models.recipes.free_batch models/weights/detector.onnx models/weights/detector.int8.onnx

Rewrites the files in place, in any precision; one that is free already stays as it is. Afterwards
`models.recipes.golden` writes the manifests anew. Weights and arithmetic are not touched.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

Sides = list[int]

_AS_IT_IS, _REST = 0, -1
"""In the shape that a Reshape asks for."""


def freed(model: bytes, name: str = "pictures") -> bytes:
    """The model with `name` as the first dimension of its inputs and outputs.

    A Reshape that works its shape out from its own input, as the exporter writes it, gets that shape as a
    constant which leaves the first dimension as it is.
    """
    proto = onnx.load_from_string(model)
    graph = _Graph(proto)
    for node in proto.graph.node:
        sides = graph.target(node) if node.op_type == "Reshape" else None
        if sides is not None:
            constant = f"{node.name}_sides"
            proto.graph.initializer.append(numpy_helper.from_array(np.array(sides, np.int64), constant))
            node.input[1] = constant
    for value in (*proto.graph.input, *proto.graph.output):
        _free(value, graph, name)
    without_dead(proto)
    del proto.graph.value_info[:]
    onnx.checker.check_model(proto, full_check=True)
    return bytes(proto.SerializeToString())


class _Graph:
    """What makes each tensor, and the sides that are known of it."""

    def __init__(self, proto: onnx.ModelProto) -> None:
        inferred = onnx.shape_inference.infer_shapes(proto, data_prop=True).graph
        self.values = {v.name: v for v in (*inferred.value_info, *inferred.input, *inferred.output)}
        self.maker = {name: node for node in proto.graph.node for name in node.output}
        self.constants = {c.name: numpy_helper.to_array(c) for c in proto.graph.initializer}
        for node in proto.graph.node:
            if node.op_type == "Constant":
                self.constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)

    def side(self, tensor: str, index: int) -> int | None:
        dims = self.values[tensor].type.tensor_type.shape.dim
        return dims[index].dim_value if dims[index].HasField("dim_value") else None

    def target(self, reshape: onnx.NodeProto) -> Sides | None:
        """The shape as a constant; None where it is one, or depends on more than the node's own input."""
        join = self.maker.get(reshape.input[1])
        if join is None or join.op_type != "Concat":
            return None
        sides: Sides = []
        for piece in join.input:
            more = self._piece(piece, reshape.input[0], len(sides))
            if more is None:
                return None
            sides += more
        return sides

    def _piece(self, piece: str, source: str, place: int) -> Sides | None:
        """A part of a shape: written down, or cut from that of `source`."""
        if piece in self.constants:
            return [int(side) for side in self.constants[piece]]
        cut = self.maker[piece]
        shape = self.maker.get(cut.input[0])
        if cut.op_type != "Slice" or shape is None or shape.op_type != "Shape" or shape.input[0] != source:
            return None
        start, stop = (int(self._constant(name)[0]) for name in cut.input[1:3])
        taken = range(start, stop)
        sides = [_AS_IT_IS if n == place + k else self.side(source, n) for k, n in enumerate(taken)]
        return [side for side in sides if side is not None] if None not in sides else None

    def _constant(self, name: str) -> NDArray[np.int64]:
        return np.asarray(self.constants[name], np.int64)


def _free(value: onnx.ValueInfoProto, graph: _Graph, name: str) -> None:
    """Name the first dimension, and the last of an output, which the exporter leaves nameless."""
    dims = value.type.tensor_type.shape.dim
    dims[0].dim_param = name
    last = graph.side(value.name, len(dims) - 1)
    if last is not None:
        dims[-1].dim_value = last


def without_dead(proto: onnx.ModelProto) -> None:
    """Nodes and constants that nothing reads any more go."""
    wanted = {value.name for value in proto.graph.output}
    kept = []
    for node in reversed(proto.graph.node):
        if wanted & set(node.output):
            wanted.update(node.input)
            kept.append(node)
    constants = [c for c in proto.graph.initializer if c.name in wanted]
    del proto.graph.node[:], proto.graph.initializer[:]
    proto.graph.node.extend(reversed(kept))
    proto.graph.initializer.extend(constants)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    for path in parser.parse_args().files:
        path.write_bytes(freed(path.read_bytes()))


if __name__ == "__main__":
    main()
