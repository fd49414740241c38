"""The files that the owner left on the card of the flashed image."""

from __future__ import annotations

from .report import Reports, wrong
from .site import Site

PART = "card"
REFUSED = "run/gatehouse-image/refused"
"""`appliance.firstboot` writes it: each line a file, its mistake and the remedy."""


def refused(site: Site) -> Reports:
    """The gate waits unarmed for them to be mended."""
    for line in site.text(REFUSED).splitlines():
        yield wrong(PART, line, "Then start the board anew, with the file mended on the card, or without it.")
