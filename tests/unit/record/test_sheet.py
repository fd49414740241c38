"""CSV: tolerant of how spreadsheets write, strict about what they say."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from appliance.faults import ListFault, ListFileLost
from appliance.listing import Listing
from appliance.record.sheet import Rules, moment, read_sheet, write_sheet

ZONE = timezone(timedelta(hours=1))


def check(listing: Listing) -> None:
    if listing.schedule == "unknown":
        raise ListFault("there is no schedule 'unknown'")


RULES = Rules(lambda text: text.replace(" ", "").upper(), check, ZONE)


def read(tmp_path: Path, content: bytes) -> list[Listing]:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    return read_sheet(path, RULES)


@pytest.mark.parametrize(
    "content",
    [
        b"plate,owner\nAB 12,Ada\n",
        b"\xef\xbb\xbfPlate;Owner\r\nAB 12;Ada\r\n",
        b"License Plate\tName\nab 12\tAda\n",
        b"Owner,Colour,plate_number\nAda,red,ab12\n\n,,\n",
        b'owner,plate\n"Ada","AB12"',
    ],
)
def test_many_ways_to_write_the_same(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) == [Listing("AB12", "Ada")]


def test_a_windows_file_keeps_its_umlauts(tmp_path: Path) -> None:
    assert read(tmp_path, "plate,owner\nAB12,Müller\n".encode("cp1252"))[0].owner == "Müller"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"owner\nAda\n", "line 1: one column must be named plate"),
        (b"plate,registration\nA,B\n", "line 1: one column"),
        (b"plate,allowed\nA1,yes\nA2,perhaps\n", "line 3: 'perhaps'"),
        (b"plate,until\nA1,31.12.2026\n", "line 2: '31.12.2026' is no date"),
        (b"plate,schedule\nA1,unknown\n", "line 2: there is no schedule"),
        (b"plate\nA1\nA2\nA 1\n", "line 4: A1 stands in line 2 too"),
        (b'plate\n"A1"x\n', "line 2"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(ListFault, match=said):
        read(tmp_path, content)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ListFileLost, match=r"No such file.*Name a file that exists"):
        read_sheet(tmp_path / "none.csv", RULES)


@pytest.mark.parametrize(("text", "allowed"), [("", True), ("Yes", True), ("0", False), ("denied", False)])
def test_allowed_has_many_names(tmp_path: Path, text: str, allowed: bool) -> None:
    assert read(tmp_path, f"plate,allowed\nA1,{text}\n".encode())[0].allowed is allowed


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    until = datetime(2026, 4, 1, tzinfo=timezone.utc)
    listings = [Listing("A1", "Ada; B, C", False, "nights", None, until, 'a "note"'), Listing("A2")]
    assert read(tmp_path, write_sheet(listings).encode()) == listings


@pytest.mark.parametrize(
    ("text", "last", "expected"),
    [
        ("", False, None),
        ("2026-12-31", False, datetime(2026, 12, 31, tzinfo=ZONE)),
        ("2026-12-31", True, datetime(2027, 1, 1, tzinfo=ZONE)),
        ("2026-12-31T18:00", True, datetime(2026, 12, 31, 18, tzinfo=ZONE)),
        ("2026-12-31T18:00Z", True, datetime(2026, 12, 31, 18, tzinfo=timezone.utc)),
    ],
)
def test_moments(text: str, last: bool, expected: datetime | None) -> None:
    assert moment(text, ZONE, last=last) == expected
