"""What is fetched is written where it should be, and nowhere else."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest

from appliance.faults import SourceFailed
from appliance.update.fetch import Wanted, Web, _SamePlace

DATA = bytes(range(256)) * 40
WANTED = Wanted("https://x/b.raucb", len(DATA), hashlib.sha256(DATA).hexdigest())


class Answer(io.BytesIO):
    status = 200


@dataclass(frozen=True, slots=True)
class OneFile(Web):
    """A server that knows no ranges. `during` is done once it was asked."""

    during: Any = None

    @contextmanager
    def _opened(self, request: object) -> Iterator[Any]:
        if self.during is not None:
            self.during()
        yield Answer(DATA)


def silent(share: float, doing: str) -> None:
    """Nobody watches."""


def plenty(folder: Path) -> int:
    return 1 << 40


def test_a_link_in_place_of_what_a_cut_left_is_not_followed(tmp_path: Path) -> None:
    foreign, place = tmp_path / "foreign", tmp_path / "bundles" / "b.raucb"
    place.parent.mkdir()
    foreign.write_bytes(b"untouched")
    place.with_name("b.raucb.part").symlink_to(foreign)
    OneFile().fetch(WANTED, place, silent, plenty)

    assert (place.read_bytes(), place.is_symlink(), foreign.read_bytes()) == (DATA, False, b"untouched")


def test_nor_is_one_that_is_put_there_meanwhile(tmp_path: Path) -> None:
    foreign, part = tmp_path / "foreign", tmp_path / "b.raucb.part"
    foreign.write_bytes(b"untouched")
    with pytest.raises(SourceFailed, match="symbolic link"):
        OneFile(during=lambda: part.symlink_to(foreign)).fetch(WANTED, tmp_path / "b.raucb", silent, plenty)

    assert foreign.read_bytes() == b"untouched"


@dataclass(frozen=True, slots=True)
class Asked(Web):
    """Notes what each request would say of who asks."""

    said: list[str | None] = field(default_factory=list)

    @contextmanager
    def _opened(self, request: Request) -> Iterator[Any]:
        self.said.append(request.get_header("Authorization"))
        yield io.BytesIO(b"{}")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://fleet/DEFAULT/controller", "TargetToken secret"),
        ("https://fleet:443/index.json", "TargetToken secret"),
        ("https://other/gatehouse-2.1.raucb", None),
        ("https://fleet:8443/index.json", None),
        ("http://fleet/index.json", None),
        ("https://fleet@other/index.json", None),
        ("https://fleet:port/index.json", None),
    ],
)
def test_a_token_goes_to_its_own_server_alone(url: str, said: str | None) -> None:
    web = Asked({"Authorization": "TargetToken secret"}, plain=True, home="https://fleet/")
    web.text(url)

    assert web.said == [said]


@pytest.mark.parametrize(
    ("leads_to", "said"),
    [("https://fleet/b", "secret"), ("https://fleet:8443/b", None), ("https://other/b", None)],
)
def test_a_redirection_takes_no_token_elsewhere(leads_to: str, said: str | None) -> None:
    asked = Request("https://fleet/a", headers={"Authorization": "secret"})
    follow = _SamePlace().redirect_request(asked, io.BytesIO(), 302, "", Message(), leads_to)

    assert follow is not None
    assert follow.get_header("Authorization") == said
