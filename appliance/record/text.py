"""Values made fit for a database column: what a net or a peer sends may hold anything."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from ..sight import Box


def clean(text: str) -> str:
    """`text` with lone surrogates replaced: they have no UTF-8 and would stop the writer for good."""
    return text.encode("utf-8", "replace").decode("utf-8")


def finite(number: float) -> float:
    """`number`, or 0 where it is none: SQLite keeps NaN as NULL."""
    return number if math.isfinite(number) else 0.0


def canonical(value: Sequence[Any]) -> str:
    """JSON with no spaces and no escapes beyond those JSON demands; the same value is the same text."""
    return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


def pairs_text(pairs: Sequence[tuple[str, str]]) -> str:
    """Named values as [[name,value],...], in the order given."""
    return canonical([[name, value] for name, value in pairs])


def pairs_of(text: str) -> tuple[tuple[str, str], ...]:
    """What `pairs_text` wrote."""
    return tuple((str(name), str(value)) for name, value in json.loads(text))


def box_text(box: Box) -> str:
    """[x1,y1,x2,y2] to a tenth of a pixel."""
    return canonical([round(finite(edge), 1) for edge in (box.x1, box.y1, box.x2, box.y2)])


def box_of(text: str) -> Box:
    """What `box_text` wrote."""
    return Box(*json.loads(text))
