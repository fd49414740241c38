"""Teacher nets of the OpenVINO intermediate representation as torch modules, for training on a GPU."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

_TYPES = {"f16": np.float16, "f32": np.float32, "i64": np.int64}


@dataclass(frozen=True)
class Step:
    """One layer: its kind, attributes, and the layers whose results it takes, in order of its ports."""

    name: str
    kind: str
    facts: dict[str, str]
    takes: tuple[str, ...]


def _pair(text: str) -> tuple[int, int]:
    a, b = (int(v) for v in text.split(","))
    return a, b


def _padding(step: Step) -> tuple[int, int]:
    begin, end = _pair(step.facts["pads_begin"]), _pair(step.facts["pads_end"])
    if begin != end or step.facts.get("auto_pad", "explicit") != "explicit":
        raise ValueError(f"{step.kind} {step.name}: only explicit, equal padding is known")
    return begin


def _convolution(step: Step, x: Tensor, weight: Tensor) -> Tensor:
    groups = 1
    if step.kind == "GroupConvolution":
        groups, weight = weight.shape[0], weight.flatten(0, 1)
    return functional.conv2d(x, weight, None, _pair(step.facts["strides"]), _padding(step), groups=groups)


def _max_pool(step: Step, x: Tensor) -> Tensor:
    return functional.max_pool2d(x, _pair(step.facts["kernel"]), _pair(step.facts["strides"]), _padding(step))


def _average_pool(step: Step, x: Tensor) -> Tensor:
    if tuple(x.shape[2:]) == _pair(step.facts["kernel"]):
        return x.mean((2, 3), keepdim=True)
    return functional.avg_pool2d(x, _pair(step.facts["kernel"]), _pair(step.facts["strides"]), _padding(step))


_KNOWN: dict[str, Callable[..., Tensor]] = {
    "Add": lambda _, a, b: a + b,
    "Multiply": lambda _, a, b: a * b,
    "Sigmoid": lambda _, a: a.sigmoid(),
    "PReLU": lambda _, a, slope: functional.prelu(a, slope.flatten()),
    "Convolution": _convolution,
    "GroupConvolution": _convolution,
    "MaxPool": _max_pool,
    "AvgPool": _average_pool,
    "Convert": lambda _, a: a,
}


class Teacher(nn.Module):
    """Runs the graph of NAME.xml with the weights of NAME.bin; frozen, one input, one output."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        root = ElementTree.parse(path).getroot()
        blob = path.with_suffix(".bin").read_bytes()
        edges: dict[str, dict[int, str]] = {}
        for edge in root.iter("edge"):
            ports = edges.setdefault(edge.attrib["to-layer"], {})
            ports[int(edge.attrib["to-port"])] = edge.attrib["from-layer"]
        self.steps: list[Step] = []
        self.start = self.end = ""
        for layer in root.iter("layer"):
            name, kind = layer.attrib["id"], layer.attrib["type"]
            data = layer.find("data")
            facts = {} if data is None else dict(data.attrib)
            takes = tuple(source for _, source in sorted(edges.get(name, {}).items()))
            if kind == "Parameter":
                self.start = name
            elif kind == "Result":
                self.end = takes[0]
            elif kind == "Const":
                self.register_buffer(f"c{name}", _constant(facts, blob))
            elif kind in _KNOWN:
                self.steps.append(Step(name, kind, facts, takes))
            else:
                raise ValueError(f"{path.name}: layer {name} of kind {kind} is not known")
        last = {source: i for i, step in enumerate(self.steps) for source in step.takes}
        # What no later layer takes is dropped at once: a large batch would not fit otherwise.
        self.spent = [[n for n in set(s.takes) if last[n] == i] for i, s in enumerate(self.steps)]

    def forward(self, x: Tensor) -> Tensor:
        """The graph's output for its input, any batch size."""
        known: dict[str, Tensor] = {self.start: x}
        for step, spent in zip(self.steps, self.spent, strict=True):
            arguments = [known[n] if n in known else getattr(self, f"c{n}") for n in step.takes]
            known[step.name] = _KNOWN[step.kind](step, *arguments)
            for name in spent:
                known.pop(name, None)
        return known[self.end]


def _constant(facts: dict[str, str], blob: bytes) -> Tensor:
    at, size = int(facts["offset"]), int(facts["size"])
    shape = [int(v) for v in facts["shape"].split(",")] if facts["shape"] else []
    values = np.frombuffer(blob[at : at + size], _TYPES[facts["element_type"]]).reshape(shape)
    return torch.from_numpy(values.astype(np.float32))
