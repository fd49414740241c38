"""Which backend serves the nets, and whether its engines are built yet."""

from __future__ import annotations

from collections.abc import Iterable

from ..faults import GateFault
from .report import Reports, fine, of_fault, warn
from .site import Site

PART = "models"
_BUILDS = "tensorrt"


def shelf(site: Site) -> Reports:
    """TensorRT's engines are built on the board: at the first start nothing is recognised for minutes."""
    infer = site.config.infer
    if infer.chain[0] != _BUILDS or any(infer.engines.glob("**/*")):
        return
    yield warn(
        PART,
        f"No engine lies in {infer.engines} yet: building them takes minutes, now or at the first start.",
        "Let this check go on, or run `gatehouse models verify`: both keep what they build.",
    )


def served(site: Site, backend: str, faults: Iterable[GateFault]) -> Reports:
    """What came of loading the nets: each fallback on the way, and who serves."""
    yield from (of_fault(PART, fault) for fault in faults)
    reader, first = site.config.vision.reader, site.config.infer.chain[0]
    yield fine(PART, f"{reader} reads its golden frames on {backend}")
    if backend != first:
        yield warn(
            PART,
            f"{first} comes first in infer.chain, but {backend} serves.",
            "Mend what stands above, or write the chain as it is: `gatehouse bench --backends` picks one.",
        )
