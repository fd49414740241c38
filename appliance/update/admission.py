"""May this bundle be installed on this board? Pure: facts in, objections out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .base import Bundle, Kind, Version


@dataclass(frozen=True, slots=True)
class Situation:
    """How the board stands. `family` is what its bundles are for: "gatehouse-rpi"."""

    family: str
    installed: Mapping[Kind, Version]


@dataclass(frozen=True, slots=True)
class Objection:
    """Why not. A person at the console may overrule its `age`, and nothing else."""

    reason: str
    age: bool = False


def compatible(family: str, kind: Kind) -> str:
    """What a bundle must be for. RAUC itself knows the system's string only, and refuses the others."""
    return family if kind is Kind.SYSTEM else f"{family}-{kind}"


def kind_of(compatible: str) -> Kind:
    """The kind of a bundle, by the end of what it is for."""
    return next((kind for kind in Kind if compatible.endswith(f"-{kind}")), Kind.SYSTEM)


def objections(bundle: Bundle, situation: Situation) -> tuple[Objection, ...]:
    """All that speaks against it, gravest first; empty where it may be installed."""
    return tuple(_objections(bundle, situation))


def _objections(bundle: Bundle, situation: Situation) -> Iterator[Objection]:
    wanted = compatible(situation.family, bundle.kind)
    if bundle.compatible != wanted:
        yield Objection(f'it is for "{bundle.compatible}", and this board takes "{wanted}"')
    present = situation.installed.get(bundle.kind)
    if present is not None and bundle.version < present:
        yield Objection(f"its version {bundle.version} is older than {present}, which runs", age=True)
