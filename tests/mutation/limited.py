"""A pytest plugin for the mutation run: the walk through the laws is short, and the same every time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings

EXAMPLES = 10
"""Half a second for a mutant that every other test let live."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        case: Any = getattr(item, "cls", None)
        if isinstance(getattr(case, "settings", None), settings):
            case.settings = settings(case.settings, max_examples=EXAMPLES, derandomize=True, database=None)
