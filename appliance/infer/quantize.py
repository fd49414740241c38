"""Static INT8 by explicit Q/DQ nodes, calibrated on frames of the owner's domain (needs the onnx package).

One set of scales, two spellings. `Spelling.SIGNED` is int8 with zero point 0 everywhere, per-channel weights
and float biases: what TensorRT 10 and 11 demand, and what OpenVINO takes. `Spelling.UNSIGNED` holds the same
numbers as uint8 (zero point 0 behind a ReLU, else 128) and drops the ReLUs that the lower bound makes
needless, with int32 biases: ONNX Runtime then runs whole blocks as integer kernels. A ReLU's outputs use 0 to
127 in both, so the pairwise 16-bit sums of CPUs without VNNI cannot overflow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Array = NDArray[Any]
Float = NDArray[np.float32]
Feeds = Mapping[str, Array]
Run = Callable[[Feeds], Mapping[str, Array]]
"""One inference: input tensors by name to output tensors by name."""
Opener = Callable[[bytes], Run]
"""Opens a serialised model for inference on the CPU."""

_LEVELS = 127
_BINS = 4096
_WEIGHTED = ("Conv", "Gemm", "MatMul")
_SAME_NUMBERS = ("Concat", "MaxPool", "Resize", "Slice", "Split", "Flatten", "Reshape", "Transpose")
_SUMS = ("Add",)


class Spelling(Enum):
    """How the integer tensors are written; the numbers are the same."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to quantise and how ranges are cut.

    `share` of each tensor's absolute values lies inside its range (1.0 is the plain maximum);
    `keep_float` names nodes left in float."""

    spelling: Spelling = Spelling.UNSIGNED
    share: float = 1.0
    keep_float: frozenset[str] = frozenset()
    operators: tuple[str, ...] = ("Conv", "Gemm")


@dataclass(slots=True)
class _Range:
    """A histogram of absolute values that widens by doubling, and whether any value is negative."""

    top: float = 0.0
    signed: bool = False
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_BINS, np.int64))

    def take(self, values: Array) -> None:
        sizes = np.abs(values, dtype=np.float32).ravel()
        most = float(sizes.max(initial=0.0))
        self.signed |= bool(values.min(initial=0.0) < 0)
        self.top = self.top or max(most, 1e-6)
        while self.top < most:
            self.counts = np.concatenate([self.counts.reshape(-1, 2).sum(1), np.zeros(_BINS // 2, np.int64)])
            self.top *= 2
        self.counts += np.histogram(sizes, _BINS, (0.0, self.top))[0]

    def join(self, other: _Range) -> _Range:
        """Both histograms as one."""
        wide, slim = (self, other) if self.top >= other.top else (other, self)
        at = ((np.arange(_BINS) + 0.5) * (slim.top / max(wide.top, 1e-12))).astype(int)
        counts = wide.counts.copy()
        np.add.at(counts, at, slim.counts)
        return _Range(wide.top, self.signed or other.signed, counts)

    def limit(self, share: float) -> float:
        """The value that `share` of the magnitudes do not pass."""
        total = np.cumsum(self.counts)
        used = np.flatnonzero(self.counts)
        if not len(used):
            return 1.0
        last = int(np.searchsorted(total, share * total[-1])) if share < 1 else int(used[-1])
        return float((min(last, _BINS - 1) + 1) * self.top / _BINS)


class _Graph:
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


def _weighted(graph: _Graph, recipe: Recipe) -> list[onnx.NodeProto]:
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


def _closure(graph: _Graph, recipe: Recipe) -> tuple[set[str], list[tuple[str, str]]]:
    """Tensors to quantise, and pairs that must share a scale.

    From the inputs of quantised layers back over sums and operators that only move numbers, so that
    whole blocks stay in integers."""
    tensors = {n.input[0] for n in _weighted(graph, recipe)}
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


def _maker(graph: _Graph, name: str) -> onnx.NodeProto | None:
    """The node that makes a tensor, seen through a ReLU."""
    node = graph.producer.get(name)
    return graph.producer.get(node.input[0]) if node is not None and node.op_type == "Relu" else node


def _linked(graph: _Graph, node: onnx.NodeProto) -> list[str]:
    """The tensors that must be quantised for the node to run in integers."""
    sources = graph.data_inputs(node)
    if node.op_type in _SAME_NUMBERS:
        return [*sources, *node.output]
    return sources if node.op_type in _SUMS and len(sources) > 1 else []


def _observe(
    model: onnx.ModelProto, names: set[str], frames: Iterable[Feeds], opener: Opener
) -> dict[str, _Range]:
    """Ranges of the named tensors over the frames."""
    run = _showing(model, sorted(names), opener)
    ranges = {name: _Range() for name in names}
    for feeds in frames:
        values = {**feeds, **run(feeds)}
        for name in names:
            ranges[name].take(values[name])
    return ranges


def _shared(ranges: dict[str, _Range], pairs: list[tuple[str, str]]) -> dict[str, _Range]:
    """The ranges with those of each group of `pairs` joined."""
    parent = {name: name for name in ranges}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    for a, b in pairs:
        parent[root(a)] = root(b)
    joined: dict[str, _Range] = {}
    for name, seen in ranges.items():
        top = root(name)
        joined[top] = joined[top].join(seen) if top in joined else seen
    return {name: joined[root(name)] for name in ranges}


def _weight_scales(weights: Float, axis: int) -> Float:
    """One scale an output channel, symmetric."""
    others = tuple(i for i in range(weights.ndim) if i != axis)
    return np.asarray(np.maximum(np.abs(weights).max(others), 1e-8) / _LEVELS, np.float32)


class _Writer:
    """Builds the quantised graph."""

    def __init__(self, graph: _Graph, recipe: Recipe, ranges: dict[str, _Range]) -> None:
        self.graph, self.recipe = graph, recipe
        self.scale = {n: np.float32(max(r.limit(recipe.share), 1e-8) / _LEVELS) for n, r in ranges.items()}
        self.signed = {n: r.signed for n, r in ranges.items()}
        self.unsigned = recipe.spelling is Spelling.UNSIGNED
        self.weighted = {n.name for n in _weighted(graph, recipe)}
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
        q, dq = f"{name}_q", f"{name}_dq"
        self.nodes.append(helper.make_node("QuantizeLinear", [source, scale, zero], [q], f"{name}_Q"))
        self.nodes.append(helper.make_node("DequantizeLinear", [q, scale, zero], [dq], f"{name}_DQ"))

    def weights(self, node: onnx.NodeProto) -> list[str]:
        """The node's weight (and bias) inputs as integers with their DQ."""
        values = np.asarray(self.graph.constants[node.input[1]], np.float32)
        axis = self._channel_axis(node, values)
        scales = _weight_scales(values, axis)
        wide = scales.reshape([-1 if i == axis else 1 for i in range(values.ndim)])
        whole = np.clip(np.rint(values / wide), -_LEVELS, _LEVELS).astype(np.int8)
        base = f"{node.name}_w"
        parts = [self.constant(f"{base}_i8", whole), self.constant(f"{base}_scale", scales)]
        parts.append(self.constant(f"{base}_zero", np.zeros(len(scales), np.int8)))
        self.nodes.append(
            helper.make_node("DequantizeLinear", parts, [f"{base}_dq"], f"{base}_DQ", axis=axis)
        )
        if len(node.input) < 3 or not node.input[2]:
            return [f"{base}_dq"]
        return [f"{base}_dq", self._bias(node, scales)]

    @staticmethod
    def _channel_axis(node: onnx.NodeProto, values: Array) -> int:
        if node.op_type == "Conv":
            return 0
        turned = any(a.name == "transB" and a.i for a in node.attribute)
        return 0 if turned else values.ndim - 1

    def _bias(self, node: onnx.NodeProto, scales: Float) -> str:
        bias = np.asarray(self.graph.constants[node.input[2]], np.float32)
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
        clipped = self._clipped(node)
        if clipped:
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
        return mine and alone and self.unsigned and node.output[0] not in self.graph.outputs

    def _read(self, node: onnx.NodeProto, i: int) -> str:
        name = node.input[i]
        return f"{name}_dq" if name in self.scale else name


def quantised(model: bytes, frames: Iterable[Feeds], opener: Opener, recipe: Recipe) -> bytes:
    """The FP32 `model` with its layers in INT8, ranges taken from `frames` (input tensors by name).

    Weights may be stored as `halved` does it. The graph's inputs and outputs stay float."""
    proto = onnx.load_from_string(model)
    _widen(proto)
    graph = _Graph(proto)
    tensors, pairs = _closure(graph, recipe)
    ranges = _shared(_observe(proto, tensors, frames, opener), pairs)
    writer = _Writer(graph, recipe, ranges)
    for value in proto.graph.input:
        if value.name in writer.scale:
            writer.pair(value.name, value.name)
    for node in proto.graph.node:
        writer.add(node)
    del proto.graph.node[:]
    proto.graph.node.extend(writer.nodes)
    read = {name for node in writer.nodes for name in node.input}
    kept = [c for c in proto.graph.initializer if c.name in read and c.name not in writer.written]
    del proto.graph.initializer[:]
    proto.graph.initializer.extend([*kept, *writer.constants])
    del proto.graph.value_info[:]
    onnx.checker.check_model(proto)
    return bytes(proto.SerializeToString())


def _widen(proto: onnx.ModelProto) -> None:
    """Weights stored as FP16 behind a cast become FP32 constants again."""
    stored = {c.name: c for c in proto.graph.initializer if c.data_type == onnx.TensorProto.FLOAT16}
    casts = [n for n in proto.graph.node if n.op_type == "Cast" and n.input[0] in stored]
    for cast in casts:
        constant = stored[cast.input[0]]
        values = numpy_helper.to_array(constant).astype(np.float32)
        constant.CopyFrom(numpy_helper.from_array(values, cast.output[0]))
        proto.graph.node.remove(cast)


def noise(model: bytes, quantised_model: bytes, frames: Iterable[Feeds], opener: Opener) -> dict[str, float]:
    """Signal to noise in decibels of each quantised tensor, INT8 against FP32 on the same frames: the
    lowest name the layers to keep in float."""
    whole, small = onnx.load_from_string(model), onnx.load_from_string(quantised_model)
    made = {name for node in small.graph.node for name in node.output}
    names = sorted({n for node in whole.graph.node for n in node.output if f"{n}_dq" in made})
    runs = (_showing(whole, names, opener), _showing(small, [f"{n}_dq" for n in names], opener))
    power, error = dict.fromkeys(names, 0.0), dict.fromkeys(names, 1e-12)
    for feeds in frames:
        said, near = runs[0](feeds), runs[1](feeds)
        for name in names:
            power[name] += float(np.square(said[name], dtype=np.float64).sum())
            error[name] += float(np.square(said[name] - near[f"{name}_dq"], dtype=np.float64).sum())
    return {name: round(10 * float(np.log10(max(power[name], 1e-12) / error[name])), 1) for name in names}


def _showing(model: onnx.ModelProto, names: Iterable[str], opener: Opener) -> Run:
    """The model opened with the named tensors as further outputs."""
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    shown = {value.name for value in (*probe.graph.output, *probe.graph.input)}
    for name in names:
        if name not in shown:
            probe.graph.output.append(helper.make_empty_tensor_value_info(name))
    return opener(probe.SerializeToString())


def halved(model: bytes, smallest: int = 64) -> bytes:
    """The model with its weights stored as FP16 behind a cast; inputs, outputs and arithmetic stay FP32
    until a provider for half precision folds the casts. Half the file, the same speed on a CPU."""
    proto = onnx.load_from_string(model)
    casts = []
    for constant in proto.graph.initializer:
        if constant.data_type == onnx.TensorProto.FLOAT and np.prod(constant.dims) >= smallest:
            name = constant.name
            half = np.clip(numpy_helper.to_array(constant), -65504, 65504).astype(np.float16)
            constant.CopyFrom(numpy_helper.from_array(half, f"{name}_f16"))
            casts.append(helper.make_node("Cast", [f"{name}_f16"], [name], f"{name}_cast", to=1))
    nodes = list(proto.graph.node)
    del proto.graph.node[:]
    proto.graph.node.extend([*casts, *nodes])
    onnx.checker.check_model(proto)
    return bytes(proto.SerializeToString())
