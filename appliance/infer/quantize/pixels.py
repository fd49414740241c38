"""A picture's pixels go into an integer net as the whole numbers that they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import onnx

from .graph import Graph, weighted
from .ranges import Range
from .recipe import Recipe, Spelling

PIXEL = 1 / 255
"""A step of the source."""
# The zero point of tensors with a sign.
_MIDDLE = 128
# What rounding in float may add to the range.
_ROOM = 1.001


@dataclass(frozen=True, slots=True)
class Pixels:
    """`tensor` is (`source` - centre) * gain, where `source` is pixels / 255 and only convolutions read on.

    Its integers are the pixels themselves: reading them with another scale and zero point is the arithmetic,
    which then costs nothing. The zero point must be whole, so a constant is left over for the biases.
    """

    source: str
    tensor: str
    centre: float
    gain: float
    spared: frozenset[str]
    """The nodes that are not needed any more."""

    @property
    def scale(self) -> float:
        return self.gain * PIXEL

    @property
    def left_over(self) -> float:
        """By how much a number is more than (integer - 128) * scale."""
        return (_MIDDLE * PIXEL - self.centre) * self.gain


def pixels(graph: Graph, recipe: Recipe, ranges: Mapping[str, Range]) -> tuple[Pixels, ...]:
    """The tensors of a net that are pixels but for a subtraction and a factor, in the unsigned spelling."""
    if recipe.spelling is not Spelling.UNSIGNED:
        return ()
    layers = {node.name for node in weighted(graph, recipe)}
    found = (_pixels(graph, name, layers) for name in ranges)
    return tuple(one for one in found if one is not None and _fits(one, ranges[one.tensor]))


def _pixels(graph: Graph, name: str, layers: set[str]) -> Pixels | None:
    factor = graph.producer.get(name)
    shift = graph.producer.get(factor.input[0]) if factor is not None else None
    if factor is None or shift is None or (shift.op_type, factor.op_type) != ("Sub", "Mul"):
        return None
    centre, gain = (_number(graph, node) for node in (shift, factor))
    alone = len(graph.readers[shift.output[0]]) == 1
    if centre is None or gain is None or not alone or not _only_layers(graph, name, layers):
        return None
    return Pixels(shift.input[0], name, centre, gain, frozenset((shift.name, factor.name)))


def _number(graph: Graph, node: onnx.NodeProto) -> float | None:
    """The constant that a node subtracts or multiplies by; None where it is none, or more than one number."""
    value = graph.constants.get(node.input[1])
    return float(value.reshape(-1)[0]) if value is not None and value.size == 1 else None


def _only_layers(graph: Graph, name: str, layers: set[str]) -> bool:
    """Whether only convolutions with a bias read it: that takes what is left over."""
    return name not in graph.outputs and all(
        node.op_type == "Conv" and node.name in layers and len(node.input) == 3
        for node in graph.readers[name]
    )


def _fits(found: Pixels, seen: Range) -> bool:
    """Whether what was seen of the tensor can have been pixels."""
    return seen.top <= _ROOM * abs(found.gain) * max(found.centre, 1 - found.centre)
