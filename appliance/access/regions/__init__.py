"""Format presets that an owner picks by name; see docs/access.md for the list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from ...faults import ConfigFault
from . import ca, eu, uk, us, world
from .notation import Form, Formats, form

ANY = form("*(*)(*)(*)(*)(*)(*)(*)(*)(*)(*)(*)(*)(*)(*)(*)")


@dataclass(frozen=True, slots=True)
class Preset:
    """A name for the configuration, what it stands for, and its formats."""

    name: str
    title: str
    forms: tuple[Form, ...]


_GROUPS: dict[str, tuple[str, tuple[Form, ...]]] = {
    "any": ("anything of letters and digits", (ANY,)),
    "us": ("United States, all states and personal plates", (*us.UNION, us.VANITY)),
    "ca": ("Canada, all provinces", ca.UNION),
    "eu": ("European Union, all members", eu.UNION),
    "uk": ("United Kingdom, all forms", uk.UNION),
    "br": ("Brazil, Mercosur and old", world.BRAZIL_UNION),
    "au": ("Australia, all states", world.AUSTRALIA_UNION),
}

PRESETS: dict[str, Preset] = {
    name: Preset(name, title, entries)
    for table in (
        _GROUPS,
        us.STATES,
        ca.PROVINCES,
        eu.MEMBERS,
        eu.OTHERS,
        uk.KINDS,
        world.BRAZIL,
        world.AUSTRALIA,
        world.OTHERS,
    )
    for name, (title, entries) in table.items()
}


def formats_of(names: Iterable[str]) -> Formats:
    """The formats of these presets together. Raises ConfigFault for a name that is none."""
    return Formats(form for name in names for form in _preset(name).forms)


def _preset(name: str) -> Preset:
    if name in PRESETS:
        return PRESETS[name]
    near = get_close_matches(name.lower(), PRESETS, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ConfigFault(f"access.regions names {name!r}, which is no region{hint}")
