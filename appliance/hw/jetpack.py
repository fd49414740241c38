"""Which JetPack a Jetson runs, and what comes with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Longest prefix wins. Source: NVIDIA's release notes and the JetPack archive; 36.4.3 with CUDA 12.6.68 and
# TensorRT 10.3.0.30, 35.6.0 with CUDA 11.4 and TensorRT 8.5.2, as jetson-stats reports them on boards.
_RELEASES = (
    ("36.4.0", "6.1", "12.6", "10.3"),
    ("36.4", "6.2", "12.6", "10.3"),
    ("36.3", "6.0", "12.2", "8.6"),
    ("35", "5.1", "11.4", "8.5"),
)
# Python 3.10 and TensorRT 10.3, which the engines are built with, come with JetPack 6.1.
_OLDEST = (36, 4)

# JetPack 6.2 brought the super modes of Orin Nano and Orin NX.
_SUPER = (36, 4, 3)


@dataclass(frozen=True, slots=True)
class JetPack:
    """A release of Jetson Linux (L4T) and what NVIDIA ships with it; empty where that is not known here."""

    l4t: str
    version: str = ""
    cuda: str = ""
    tensorrt: str = ""

    @property
    def too_old(self) -> bool:
        return self._numbers[:2] < _OLDEST

    @property
    def before_super(self) -> bool:
        """Whether it knows no super mode."""
        return self._numbers < _SUPER

    @property
    def _numbers(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.l4t.split("."))


def read_release(line: str) -> JetPack | None:
    """From the first line of /etc/nv_tegra_release, None where that names no release.

    `# R36 (release), REVISION: 4.3, GCID: ...` is L4T 36.4.3, which is JetPack 6.2.
    """
    said = re.search(r"R(\d+) \(release\), REVISION: (\d+)\.(\d+)", line)
    if said is None:
        return None
    l4t = ".".join(said.groups())
    known = (rest for prefix, *rest in _RELEASES if f"{l4t}.".startswith(f"{prefix}."))
    version, cuda, tensorrt = next(known, ("", "", ""))
    return JetPack(l4t, version, cuda, tensorrt)
