"""The right-hand column of the house plan: a room imports what it may, a vendor has its own file."""

import pytest

from .rooms import MAY_HOLD, MAY_IMPORT, broken
from .tree import Module, modules, parse


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name or "appliance")
def test_a_module_imports_only_what_its_room_may(module: Module) -> None:
    assert broken(module) == []


LAWFUL = [
    ("states.actuate", "from ..config.schema import Barrier\nfrom ..faults import GateFault"),
    ("states.actuate", "from .barrier import close_now"),
    ("hw.sim.twin", "from ..outputs import make\nfrom .world import World"),
    ("machine", "from transitions import Machine\nfrom .states import boot"),
    ("cli.run", "from ..hw import gpio\nfrom ..record.store import Store"),
    ("sight", "import numpy"),
    ("record.store", "import sqlite3"),
]


@pytest.mark.parametrize(("name", "source"), LAWFUL)
def test_what_the_plan_allows_passes(name: str, source: str) -> None:
    assert broken(parse(name, source)) == []


UNLAWFUL = [
    ("states.actuate", "from ..hw import gpio", "states.actuate: imports hw.gpio"),
    (
        "states.actuate",
        "def f():\n    from ..record.store import Store",
        "states.actuate: imports record.store.Store",
    ),
    ("access.decide", "from appliance.record import store", "access.decide: imports record.store"),
    ("hw.outputs", "from .sim import twin", "hw.outputs: imports hw.sim.twin"),
    ("hw.outputs", "import lgpio", "hw.outputs: imports lgpio"),
    ("web.page", "import json", "web.page: stands in no room of the table"),
    ("vision.track", "import torch", "vision.track: imports torch"),
    ("cli.audit", "import sqlite3", "cli.audit: imports sqlite3"),
    ("words", "from .config import Config", "words: imports config.Config"),
]


@pytest.mark.parametrize(("name", "source", "line"), UNLAWFUL)
def test_what_the_plan_forbids_is_caught(name: str, source: str, line: str) -> None:
    assert broken(parse(name, source)) == [line]


def test_a_package_resolves_its_own_dots() -> None:
    package = parse("hw", "from .gpio import Pins\nfrom ..record import store", is_package=True)

    assert broken(package) == ["hw: imports record.store"]


def test_every_room_of_the_table_stands() -> None:
    names = {module.name for module in modules()}

    assert set(MAY_IMPORT) - names == set()


def test_every_holder_of_a_vendor_stands() -> None:
    names = {module.name for module in modules()}

    assert {holder for holders in MAY_HOLD.values() for holder in holders} - names == set()
