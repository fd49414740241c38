"""Main memory and what the kernel swaps to."""

from __future__ import annotations

import re

from .report import Reports, fine, warn, waste
from .site import Site

PART = "memory"
FREE_MB = 300
"""What the gate takes with its own nets."""


def free(site: Site) -> Reports:
    available = re.search(r"^MemAvailable:\s+(\d+) kB", site.text("proc/meminfo"), re.MULTILINE)
    if available is None:
        return
    free_mb = int(available[1]) // 1024
    if free_mb < FREE_MB:
        remedy = (
            "End what runs beside the gate, a desktop first of all: sudo systemctl set-default multi-user."
        )
        yield warn(PART, f"{free_mb} MB are free, the gate takes {FREE_MB} MB.", remedy)
    else:
        yield fine(PART, f"{free_mb} MB free")


def swap(site: Site) -> Reports:
    """Swap in compressed memory is fine; swap on a card wears it out and stops the gate for seconds."""
    for line in site.text("proc/swaps").splitlines()[1:]:
        place = line.split()[0]
        if "zram" not in place:
            yield waste(
                PART,
                f"The kernel swaps to {place}: it wears the card, and the gate waits for it.",
                "Switch it off (sudo swapoff -a; remove it from /etc/fstab or dphys-swapfile), or use zram.",
            )
