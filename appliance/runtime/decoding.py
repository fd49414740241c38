"""The GPU's memory for cameras that NVDEC decodes: one device for all of them, made when the first opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from ..config.schema import Infer
from ..faults import CameraLost, EngineFailed
from ..hw.cameras.nvdec import Decoded, Memory
from ..sight import Surface

if TYPE_CHECKING:
    from ..infer.device import BaseDevice, Plane


def nvidia_device(infer: Infer) -> BaseDevice:
    """The GPU's pictures. Raises EngineFailed where there is no GPU, or its packages are missing."""
    try:
        # Only here: a gate without such a camera needs no pycuda.
        from ..infer.cuda.device import nvidia
    except ImportError as error:
        raise EngineFailed(
            "pycuda is not installed: pip install 'gatehouse[gpu,nvdec]'", part="cuda"
        ) from error
    return nvidia(infer)[1]


class GpuMemory:
    """Call it for the memory: cameras share the device. Its failures are those of the camera that asked."""

    def __init__(self, infer: Infer, make: Callable[[Infer], BaseDevice] = nvidia_device) -> None:
        self._infer = infer
        self._make = make
        self._turn = Lock()
        self._device: BaseDevice | None = None

    @property
    def device(self) -> BaseDevice | None:
        """The device, once a camera asked for it."""
        return self._device

    def __call__(self) -> Memory:
        with self._turn, _lost():
            device = self._device = self._device or self._make(self._infer)
        return memory_of(device)


def memory_of(device: BaseDevice) -> Memory:
    """A device's memory as cameras ask for it."""

    def keep(decoded: Sequence[Decoded]) -> list[Surface]:
        with _lost():
            return device.keep_all([_plane(seen) for seen in decoded])

    def fingerprint(surface: Surface) -> int:
        with _lost():
            return device.fingerprint(surface)

    return Memory(keep, fingerprint)


def _plane(seen: Decoded) -> Plane:
    # What the GPU needs, the buttons of a gate do not wait for.
    from ..infer.device import Plane

    lines = (seen.luma, seen.chroma, seen.pitch, seen.width, seen.height)
    return Plane(*lines, matrix=seen.matrix, full_range=seen.full_range)


@contextmanager
def _lost() -> Iterator[None]:
    """A GPU that fails a camera loses it: it is opened anew, with back-off."""
    try:
        yield
    except EngineFailed as fault:
        raise CameraLost(f"{fault.part}: {fault.detail}") from fault
