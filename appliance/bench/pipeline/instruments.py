"""What the pipeline's bench reads off this computer."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence

from ...faults import BenchFault
from ...infer.device import BaseDevice

_ASK = ("nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits", "--id=0")
_PATIENCE_S = 10.0


def gpu_memory_mb(ask: Sequence[str] = _ASK) -> float | None:
    """Megabytes of the GPU's memory that are taken, by whomever; None where no driver says."""
    try:
        told = subprocess.run(ask, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if told.returncode:
        return None
    try:
        return float(told.stdout.split()[0])
    except (IndexError, ValueError) as error:
        raise BenchFault(f"{ask[0]} says {told.stdout!r}") from error


def copied(devices: Callable[[], Sequence[BaseDevice | None]]) -> Callable[[], tuple[int, int]]:
    """Bytes to the GPU and from it, over all devices that are there when it is called."""

    def read() -> tuple[int, int]:
        seen = {id(device): device.copied for device in devices() if device is not None}.values()
        return sum(one.to_device for one in seen), sum(one.to_host for one in seen)

    return read
