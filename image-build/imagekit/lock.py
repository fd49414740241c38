"""The part of a hashed lock that holds for another Python and processor than those that pip runs on.

pip asks the markers of a lock about itself. Here they are asked about the computer that the packages are for.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True, slots=True)
class Target:
    """A Linux computer: its Python ("3.11") and its processor as the kernel names it ("aarch64")."""

    python: str
    machine: str

    def environment(self) -> dict[str, str]:
        """What markers may ask, by PEP 508."""
        return {
            "implementation_name": "cpython",
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": "linux",
        }


def holding(lock: str, target: Target) -> Iterator[tuple[str, str]]:
    """The name of each package that holds there, and its entry with the hashes, without the marker."""
    for entry in _entries(lock):
        head, *hashes = entry.splitlines()
        wanted = Requirement(head.rstrip(" \\"))
        if wanted.marker is None or wanted.marker.evaluate(target.environment()):
            name = canonicalize_name(wanted.name)
            yield name, "\n".join((f"{name}{wanted.specifier} \\", *hashes))


def _entries(lock: str) -> Iterator[str]:
    entry: list[str] = []
    for line in lock.splitlines():
        if line.startswith(" "):
            entry.append(line)
        elif not line.startswith("#"):
            if entry:
                yield "\n".join(entry)
            entry = [line]
    if entry:
        yield "\n".join(entry)


def _kept(name: str, only: Collection[str], without: Collection[str]) -> bool:
    return name not in without and (not only or name in only)


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", type=Path)
    parser.add_argument("--python", required=True, metavar="3.11")
    parser.add_argument("--machine", required=True, metavar="aarch64")
    parser.add_argument("--only", nargs="*", default=(), metavar="NAME")
    parser.add_argument("--without", nargs="*", default=(), metavar="NAME")
    asked = parser.parse_args(words)
    lock = asked.lock.read_text(encoding="utf-8")
    for name, entry in holding(lock, Target(asked.python, asked.machine)):
        if _kept(name, asked.only, asked.without):
            print(entry)


if __name__ == "__main__":
    main()
