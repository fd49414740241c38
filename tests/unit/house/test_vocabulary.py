"""Closed sets are closed: every word is unique, every command and event belongs to its union."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from types import ModuleType
from typing import get_args

import pytest

from appliance import commands, events
from appliance.events import PlateEventKind
from appliance.words import Word

from .tree import PACKAGE

PLAIN_MODULES = ("words", "clock", "sight", "authority", "listing", "faults", "events", "commands")


def words() -> list[type[Word]]:
    for name in PLAIN_MODULES:
        importlib.import_module(f"{PACKAGE}.{name}")
    return sorted(Word.__subclasses__(), key=lambda word: word.__name__)


def records(module: ModuleType) -> set[type]:
    return {
        found
        for _, found in inspect.getmembers(module, inspect.isclass)
        if dataclasses.is_dataclass(found) and found.__module__ == module.__name__
    }


@pytest.mark.parametrize("word", [w for w in words() if w is not PlateEventKind], ids=lambda w: w.__name__)
def test_a_word_is_its_own_name_in_lower_case(word: type[Word]) -> None:
    assert [member.value for member in word] == [member.name.lower() for member in word]


def test_the_kinds_of_plate_events_keep_the_spelling_that_users_expect() -> None:
    assert all(re.fullmatch(r"[A-Z_]+", kind.value) for kind in PlateEventKind)


def test_every_command_belongs_to_the_union() -> None:
    assert records(commands) == set(get_args(commands.Command))


def test_every_event_of_the_machine_and_the_loop_is_a_record() -> None:
    closed = {*get_args(events.Event), *get_args(events.VisionEvent), *get_args(events.Verdict)}

    assert closed - records(events) == set()


@pytest.mark.parametrize("record", [*records(events), *records(commands)], ids=lambda r: r.__name__)
def test_what_crosses_rooms_is_frozen(record: type) -> None:
    assert record.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert hasattr(record, "__slots__")
