"""Settles in exported nets what a GPU would fetch from the host's memory in each run.

    python -m models.recipes.settle_shapes models/weights/reader.onnx models/weights/reader.int8.onnx

PyTorch exports the 1 / sqrt(d) of attention as arithmetic on a shape. Shapes are the host's, so a GPU copies
that number from main memory in each run, and a CUDA graph would copy whatever lies there by then. A product
of one matrix by a batch of others does the same: ONNX Runtime lists the matrices on the host. With the one
on the right it is one product, so these are turned round. Rewrites the files in place, in any precision; one
that is settled already stays as it is. Afterwards `models.recipes.golden` writes the manifests anew. Answers
stay as they are, to a few parts in ten million.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from models.recipes.free_batch import without_dead

Array = NDArray[Any]

BATCHES = (1, 3)
_ON_HOST = {"Reshape": 1, "Expand": 1, "Slice": 1, "Resize": 1, "Split": 1, "Unsqueeze": 1, "Range": 0}
"""Operators that read shapes in main memory: from which input on."""


def settled(model: bytes) -> bytes:
    """The model with constants for all numbers that GPUs would fetch from the host's shapes, and no product
    that lists its matrices there.
    """
    proto = onnx.load_from_string(model)
    told = _told(proto, sorted(_fetched(proto)))
    for name, (first, *others) in told.items():
        if not all(np.array_equal(first, other) for other in others):
            raise ValueError(f"{name} depends on the batch: a GPU has to fetch it from the host")
        constant = f"{name}_settled"
        proto.graph.initializer.append(numpy_helper.from_array(first, constant))
        for node in proto.graph.node:
            node.input[:] = [constant if one == name else one for one in node.input]
    _turn_round(proto)
    without_dead(proto)
    onnx.checker.check_model(proto, full_check=True)
    return bytes(proto.SerializeToString())


def _fetched(proto: onnx.ModelProto) -> set[str]:
    """Numbers made of shapes alone that are read by an operator which does not expect a shape."""
    constants = {c.name for c in proto.graph.initializer}
    shapes: set[str] = set()
    fetched: set[str] = set()
    for node in proto.graph.node:
        if node.op_type == "Constant":
            constants.update(node.output)
        elif node.op_type == "Shape" or (set(node.input) & shapes and set(node.input) <= shapes | constants):
            if node.op_type != "Expand":
                shapes.update(node.output)
        else:
            first = _ON_HOST.get(node.op_type, len(node.input))
            fetched.update(set(node.input[:first]) & shapes)
    return fetched


def _turn_round(proto: onnx.ModelProto) -> None:
    """(1, r, k) by (n, k, c) becomes (n, c, k) by (k, r), transposed; the one matrix is a constant."""
    known = _constants(proto)
    nodes = list(proto.graph.node)
    del proto.graph.node[:]
    for node in nodes:
        one = known.get(node.input[0]) if node.op_type == "MatMul" else None
        if one is None or one.ndim != 3 or len(one) != 1 or node.input[1] in known:
            proto.graph.node.append(node)
            continue
        (out,), batch = node.output, node.input[1]
        proto.graph.initializer.append(numpy_helper.from_array(one[0].T.copy(), f"{out}_one"))
        proto.graph.node.extend(
            (
                helper.make_node("Transpose", [batch], [f"{out}_batch"], perm=(0, 2, 1)),
                helper.make_node("MatMul", [f"{out}_batch", f"{out}_one"], [f"{out}_turned"], name=node.name),
                helper.make_node("Transpose", [f"{out}_turned"], [out], perm=(0, 2, 1)),
            )
        )


def _constants(proto: onnx.ModelProto) -> dict[str, Array]:
    nodes = [node for node in proto.graph.node if node.op_type == "Constant"]
    known = {node.output[0]: numpy_helper.to_array(node.attribute[0].t) for node in nodes if node.attribute}
    return known | {one.name: numpy_helper.to_array(one) for one in proto.graph.initializer}


def _told(proto: onnx.ModelProto, names: list[str]) -> dict[str, list[Array]]:
    """What these tensors are, for each batch."""
    if not names:
        return {}
    probe = onnx.ModelProto()
    probe.CopyFrom(proto)
    del probe.graph.output[:]
    probe.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = ort.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    given = session.get_inputs()[0]
    runs = [
        session.run(names, {given.name: np.zeros((batch, *given.shape[1:]), np.float32)}) for batch in BATCHES
    ]
    return {name: [run[at] for run in runs] for at, name in enumerate(names)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    for path in parser.parse_args().files:
        path.write_bytes(settled(path.read_bytes()))


if __name__ == "__main__":
    main()
