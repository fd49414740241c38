"""What a captured graph of CUDA's holds: one that reads or writes the host's memory is not to be replayed."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

_COPY, _HOST_CALL = 1, 3
"""CU_GRAPH_NODE_TYPE_MEMCPY and CU_GRAPH_NODE_TYPE_HOST."""
_ON_GPU, _UNIFIED = 2, 4
"""CU_MEMORYTYPE_DEVICE, and an address that says by itself where it is."""
# CU_POINTER_ATTRIBUTE_MEMORY_TYPE.
_MEMORY_TYPE = 2


class _Side(ctypes.Structure):
    """One half of CUDA_MEMCPY3D."""

    _fields_ = (
        *((name, ctypes.c_size_t) for name in ("x", "y", "z", "lod")),
        ("kind", ctypes.c_int),
        ("host", ctypes.c_void_p),
        ("device", ctypes.c_uint64),
        *((name, ctypes.c_void_p) for name in ("array", "reserved")),
        *((name, ctypes.c_size_t) for name in ("pitch", "height")),
    )


class _Copy(ctypes.Structure):
    """CUDA_MEMCPY3D."""

    _fields_ = (
        ("source", _Side),
        ("target", _Side),
        *((name, ctypes.c_size_t) for name in ("width", "height", "depth")),
    )


def stays_there(library: Any, graph: ctypes.c_void_p) -> bool:
    """Whether a CUgraph moves data within the GPU alone. `library` is libcuda.

    A runtime copies small numbers from buffers of its own that serve something else a moment later: a run
    copies the number, a replay whatever lies there by then.
    """
    return all(_within(library, node) for node in _nodes(library, graph))


def _nodes(library: Any, graph: ctypes.c_void_p) -> Iterator[ctypes.c_void_p]:
    count = ctypes.c_size_t()
    library.cuGraphGetNodes(graph, None, ctypes.byref(count))
    nodes = (ctypes.c_void_p * count.value)()
    library.cuGraphGetNodes(graph, nodes, ctypes.byref(count))
    return (ctypes.c_void_p(node) for node in nodes)


def _within(library: Any, node: ctypes.c_void_p) -> bool:
    kind, copy = ctypes.c_int(), _Copy()
    if library.cuGraphNodeGetType(node, ctypes.byref(kind)):
        return False
    if kind.value != _COPY:
        return kind.value != _HOST_CALL
    if library.cuGraphMemcpyNodeGetParams(node, ctypes.byref(copy)):
        return False
    return all(_on_gpu(library, side) for side in (copy.source, copy.target))


def _on_gpu(library: Any, side: _Side) -> bool:
    if side.kind != _UNIFIED:
        return bool(side.kind == _ON_GPU)
    kind = ctypes.c_uint()
    # Memory that CUDA has never heard of is the host's: it says so by an error.
    code = library.cuPointerGetAttribute(ctypes.byref(kind), _MEMORY_TYPE, ctypes.c_uint64(side.device))
    return bool(not code and kind.value == _ON_GPU)
