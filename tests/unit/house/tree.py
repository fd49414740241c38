"""The source tree as the house tests see it: modules, and what each imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = "appliance"


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: its dotted name below the package ("" for the package itself) and its tree."""

    name: str
    is_package: bool
    tree: ast.Module


def parse(name: str, source: str, *, is_package: bool = False) -> Module:
    return Module(name, is_package, ast.parse(source))


def modules() -> list[Module]:
    """Every module of the package."""
    return [_read(path) for path in sorted((ROOT / PACKAGE).rglob("*.py"))]


def _read(path: Path) -> Module:
    parts = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return parse(name, path.read_text(encoding="utf-8"), is_package=is_package)


def ours(module: Module) -> set[str]:
    """Names below the package that a module imports; `from .x import y` gives "x.y"."""
    return {name for name in _imported(module) if not name.startswith("!")}


def foreign(module: Module) -> set[str]:
    """Top-level names of everything else that it imports."""
    return {name[1:].split(".")[0] for name in _imported(module) if name.startswith("!")}


def _imported(module: Module) -> Iterator[str]:
    """Names below the package, and others marked with "!"."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (_mark(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _from(module, node)


def _from(module: Module, node: ast.ImportFrom) -> Iterator[str]:
    if node.level == 0:
        for alias in node.names:
            yield _mark(f"{node.module}.{alias.name}")
        return
    package = module.name.split(".") if module.name else []
    up = node.level - (1 if module.is_package else 0)
    base = package[: len(package) - up] + ([node.module] if node.module else [])
    for alias in node.names:
        yield ".".join([*base, alias.name])


def _mark(name: str) -> str:
    inside = name == PACKAGE or name.startswith(f"{PACKAGE}.")
    return name.removeprefix(PACKAGE).removeprefix(".") if inside else f"!{name}"
