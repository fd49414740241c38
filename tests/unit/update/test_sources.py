"""What servers name is a bundle, or is no offer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from appliance.faults import SourceFailed
from appliance.update.base import Kind, Version
from appliance.update.fetch import Web
from appliance.update.sources import FolderSource, is_bundle

WILD = ["trials.json", "slots.json", "rauc.status", "../gatehouse-2.1.raucb", "gatehouse-2.1.raucb\n", ""]


@dataclass(frozen=True, slots=True)
class Answers(Web):
    """A server that has one answer."""

    answer: Any = None

    def text(self, url: str) -> Any:
        return self.answer


def plenty(folder: Path) -> int:
    return 1 << 40


def folder(file: str) -> FolderSource:
    entry = {"file": file, "compatible": "pi", "version": "2.1", "ring": 9, "size": 9, "sha256": "0"}
    web = Answers(answer={"format": 1, "bundles": [entry]})
    present = {Kind.SYSTEM: Version.parse("2.0")}
    return FolderSource("https://x/gates", web, plenty, family="pi", ring=1, installed=present)


@pytest.mark.parametrize("name", ["gatehouse-2.1.raucb", "gatehouse-system-rpi-2.1-rc1.raucb"])
def test_a_bundle_of_the_index_is_on_offer(name: str) -> None:
    (offer,) = folder(name).offers()

    assert (is_bundle(name), offer.name, offer.wanted.url) == (True, name, f"https://x/gates/{name}")


@pytest.mark.parametrize("name", WILD)
def test_an_index_that_names_anything_else_is_a_fault(name: str) -> None:
    assert not is_bundle(name)
    with pytest.raises(SourceFailed, match="no gatehouse-"):
        folder(name).offers()
