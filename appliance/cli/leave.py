"""The way out of a process whose threads may still be inside a vendor's library."""

from __future__ import annotations

import os
import sys
import threading


def leave(code: int) -> int:
    """`code`, for the dispatcher; does not return where a thread is left behind.

    A native library that returns into an interpreter on its way out aborts the process (SIGABRT, seen
    with ONNX Runtime and a SIGTERM during warm-up): a stop that was asked for would look like a crash.
    All that must be kept is on the disk by now.
    """
    if threading.active_count() == 1:
        return code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
