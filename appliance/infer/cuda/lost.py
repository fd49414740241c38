"""Tells an error of CUDA's that passes from one after which a process gets nothing more done on the GPU."""

from __future__ import annotations

from typing import Any

# CUresult of kernels that went astray, timed out or failed: the manual says to start the process anew.
_LOST = frozenset((700, 702, 710, 714, 715, 716, 717, 718, 719))


def lost(library: Any) -> bool:
    """Whether the current context is lost. Waits for what is queued. `library` is libcuda."""
    return library.cuCtxSynchronize() in _LOST
