"""Which captured graphs are replayed: those that leave the host's memory alone."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import pytest

from appliance.infer.cuda.graphs import stays_there

KERNEL, COPY, CLEAR, HOST_CALL = 0, 1, 2, 3
HOST, GPU, UNIFIED = 1, 2, 4
OURS, PINNED = 0x7F00, 0x1000
"""Addresses on the GPU, and of the host's that CUDA knows of; all others are anybody's."""


@dataclass(frozen=True)
class Node:
    kind: int
    source: tuple[int, int] = (GPU, OURS)
    target: tuple[int, int] = (GPU, OURS)


class Driver:
    """A graph of these nodes as libcuda tells of it."""

    def __init__(self, *nodes: Node) -> None:
        self._nodes = nodes

    def cuGraphGetNodes(self, graph: ctypes.c_void_p, nodes: Any, count: Any) -> int:  # noqa: N802
        count._obj.value = len(self._nodes)
        for place in range(len(self._nodes) if nodes else 0):
            nodes[place] = place + 1
        return 0

    def cuGraphNodeGetType(self, node: ctypes.c_void_p, kind: Any) -> int:  # noqa: N802
        kind._obj.value = self._node(node).kind
        return 0

    def cuGraphMemcpyNodeGetParams(self, node: ctypes.c_void_p, copy: Any) -> int:  # noqa: N802
        told = self._node(node)
        for side, (kind, address) in ((copy._obj.source, told.source), (copy._obj.target, told.target)):
            side.kind, side.device = kind, address
        return 0

    def cuPointerGetAttribute(self, kind: Any, wanted: int, address: ctypes.c_uint64) -> int:  # noqa: N802
        kind._obj.value = GPU if address.value == OURS else HOST
        return int(address.value not in (OURS, PINNED))

    def _node(self, node: ctypes.c_void_p) -> Node:
        return self._nodes[(node.value or 0) - 1]


@pytest.mark.parametrize(
    "nodes",
    [
        (),
        (Node(KERNEL), Node(CLEAR), Node(COPY)),
        (Node(KERNEL), Node(COPY, source=(UNIFIED, OURS), target=(UNIFIED, OURS))),
    ],
)
def test_a_graph_within_the_gpu_is_replayed(nodes: tuple[Node, ...]) -> None:
    assert stays_there(Driver(*nodes), ctypes.c_void_p(1))


@pytest.mark.parametrize(
    "node",
    [
        Node(COPY, source=(HOST, PINNED)),
        Node(COPY, target=(HOST, PINNED)),
        Node(COPY, source=(UNIFIED, PINNED)),
        Node(COPY, source=(UNIFIED, 0x55)),
        Node(HOST_CALL),
    ],
)
def test_a_graph_that_asks_the_host_is_not(node: Node) -> None:
    assert not stays_there(Driver(Node(KERNEL), node, Node(KERNEL)), ctypes.c_void_p(1))


class Mute(Driver):
    """Knows of copies, and does not tell from where to where."""

    def cuGraphMemcpyNodeGetParams(self, node: ctypes.c_void_p, copy: Any) -> int:  # noqa: N802
        return 1


def test_a_copy_that_nobody_can_tell_of_is_not() -> None:
    assert not stays_there(Mute(Node(COPY)), ctypes.c_void_p(1))
