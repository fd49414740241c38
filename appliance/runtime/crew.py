"""Several cameras as a crew: what the loss of one means depends on who else can do its work."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from ..config.schema import Camera
from ..events import VisionEvent
from ..faults import CameraCovered, CameraFault, GateFault
from .valve import Outlet


class Crew:
    """An outlet between captures and the gate; calls may come from any thread.

    A lost camera refuses entry. For one that only reads plates it need not, while another that reads is well:
    then it is CameraCovered, a WARN. For one that shows where the arm comes down it must: unknown is present
    (law 2), so a gate that opened could not close again, and would stay open for whoever comes.
    """

    def __init__(self, cameras: Mapping[str, Camera], sink: Outlet) -> None:
        self._cameras = cameras
        self._sink = sink
        self._lock = Lock()
        self._met: dict[str, CameraFault] = {}
        self._told: dict[str, CameraFault] = {}

    def post(self, event: VisionEvent) -> None:
        self._sink.post(event)

    def raised(self, fault: GateFault) -> None:
        if not isinstance(fault, CameraFault) or fault.part not in self._cameras:
            self._sink.raised(fault)
            return
        with self._lock:
            self._met[fault.part] = fault
            self._tell()

    def cleared(self, kind: str, part: str) -> None:
        met = self._met.get(part)
        if met is None or met.kind() != kind:
            self._sink.cleared(kind, part)
            return
        with self._lock:
            del self._met[part]
            self._tell()

    def _tell(self) -> None:
        """Say of each camera what changed. The new fault comes before the old one goes: law 8 has no gap."""
        for name in self._cameras:
            was, now = self._told.get(name), self._meaning(name)
            if _kind(was) == _kind(now):
                continue
            if now is not None:
                self._told[name] = now
                self._sink.raised(now)
            if was is not None:
                self._sink.cleared(was.kind(), name)
                if now is None:
                    del self._told[name]

    def _meaning(self, name: str) -> CameraFault | None:
        met = self._met.get(name)
        if met is None or self._cameras[name].guards or not self._others_read(name):
            return met
        return CameraCovered(f"{met.sentence} {met.detail}".strip(), part=name)

    def _others_read(self, name: str) -> bool:
        return any(c.reads for other, c in self._cameras.items() if other != name and other not in self._met)


def _kind(fault: CameraFault | None) -> str | None:
    return None if fault is None else fault.kind()
