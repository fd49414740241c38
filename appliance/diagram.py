"""Draws the machine's table as a page for `docs/`: `python -m appliance.diagram > docs/machine.md`."""

from __future__ import annotations

import sys

from .machine import TABLE, Row
from .states import StateName

_HEAD = """# The machine

Made from the table in `appliance/machine.py` by `make docs`; a test holds it current.

```mermaid
stateDiagram-v2
    [*] --> boot
"""

_MIDDLE = """```

STOP held comes before every row: the gate stays where it is and nothing moves (law 3).

| trigger | from | to |
|---|---|---|
"""


def page() -> str:
    """The whole Markdown page."""
    arrows = "".join(
        f"    {source} --> {row.dest}: {row.trigger}\n" for row in TABLE for source in row.sources
    )
    return _HEAD + arrows + _MIDDLE + "".join(_line(row) for row in TABLE)


def _line(row: Row) -> str:
    sources = ", ".join(str(source) for source in sorted(row.sources, key=list(StateName).index))
    return f"| {row.trigger} | {sources} | {row.dest} |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
