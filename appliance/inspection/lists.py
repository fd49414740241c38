"""Who may pass: whether anybody may."""

from __future__ import annotations

from collections.abc import Collection

from ..listing import Listing
from .report import Reports, fine, warn
from .site import Site

PART = "plates"


def anybody(site: Site, listed: Collection[Listing]) -> Reports:
    """The plates of the configuration and those of the owner's list together."""
    access = site.config.access
    allowed = len(access.known_plates) + sum(listing.allowed for listing in listed)
    if allowed:
        yield fine(PART, f"{allowed} may pass")
    elif site.config.board != "sim":
        yield warn(
            PART,
            "No plate may pass: nothing opens by recognition.",
            'Let somebody in: gatehouse plates add "AB12 CDE" --owner Ada.',
        )


def unknown_schedules(site: Site, listed: Collection[Listing]) -> Reports:
    """A listing that names a schedule which is not there never passes."""
    known = site.config.access.schedules
    for listing in listed:
        if listing.schedule is not None and listing.schedule not in known:
            yield warn(
                PART,
                f'{listing.plate} never passes: its schedule "{listing.schedule}" is not configured.',
                f"Add [[access.schedules.{listing.schedule}]], or change the listing.",
            )
