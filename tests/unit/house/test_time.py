"""Every clock is injected: the time of the computer is read in the drivers and the root alone."""

from __future__ import annotations

import ast

import pytest

from .tree import Module, modules, parse

MAY_READ_TIME = ("hw.system_clock", "hw.cameras", "cli")
READS = {
    ("time", name) for name in ("time", "monotonic", "perf_counter", "sleep", "time_ns", "monotonic_ns")
} | {("datetime", name) for name in ("now", "utcnow", "today")}


def reads_of_time(module: Module) -> list[str]:
    if module.name.startswith(MAY_READ_TIME):
        return []
    return [
        f"line {node.lineno}: {node.value.id}.{node.attr}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in READS
    ]


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name or "appliance")
def test_a_module_takes_its_clock(module: Module) -> None:
    assert reads_of_time(module) == []


def test_a_read_of_the_computer_s_time_is_caught() -> None:
    module = parse("vision.loop", "import time\nnow = time.monotonic()")

    assert reads_of_time(module) == ["line 2: time.monotonic"]
