"""The list of plates as a CSV file, as people's spreadsheets write it; a bad line is named and refused."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path

from ..faults import ListFault, ListFileLost
from ..listing import Listing

HEADERS = ("plate", "owner", "allowed", "schedule", "valid_from", "valid_until", "note")

_OTHER_NAMES: dict[str, str] = {
    other: header
    for header, others in {
        "plate": (
            "platenumber",
            "licenseplate",
            "licenceplate",
            "registration",
            "reg",
            "number",
            "vrn",
            "kennzeichen",
            "matricula",
            "placa",
            "targa",
            "plaque",
        ),
        "owner": ("name", "person", "holder", "resident"),
        "allowed": ("allow", "access", "permitted", "status"),
        "schedule": ("hours", "times"),
        "valid_from": ("validfrom", "from", "start", "startdate"),
        "valid_until": ("validuntil", "until", "validto", "to", "end", "enddate", "expires", "expiry"),
        "note": ("notes", "comment", "comments", "remark", "description"),
    }.items()
    for other in (header, *others)
}
_YES = frozenset({"", "1", "y", "yes", "true", "allow", "allowed", "permitted"})
_NO = frozenset({"0", "n", "no", "false", "deny", "denied", "blocked"})


def moment(text: str, zone: tzinfo, *, last: bool = False) -> datetime | None:
    """An ISO date or time, None for empty text; without an offset it is in `zone`.

    A date alone is its first moment, with `last` the first moment of the next day.
    """
    text = text.strip().replace("Z", "+00:00")
    if not text:
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError as error:
        raise ListFault(f"{text!r} is no date; write 2026-12-31 or 2026-12-31T18:00") from error
    if len(text) == len("2026-12-31") and last:
        told = datetime.combine(told.date() + timedelta(days=1), time())
    return told if told.tzinfo else told.replace(tzinfo=zone)


@dataclass(frozen=True, slots=True)
class Rules:
    """How a line is understood.

    `plate` gives a plate as it is listed, `check` looks at the whole listing; both may refuse with a
    ListFault. Times without an offset are in `zone`.
    """

    plate: Callable[[str], str]
    check: Callable[[Listing], None]
    zone: tzinfo


def read_sheet(path: Path, rules: Rules) -> list[Listing]:
    """The listings of a CSV file. Raises ListFault that names file and line."""
    rows = _rows(path)
    columns = _columns(rows[0][1], path)
    found: dict[str, int] = {}
    listings = []
    for number, cells in rows[1:]:
        try:
            listing = _listing(dict(zip(columns, cells)), rules)
            rules.check(listing)
        except ListFault as fault:
            raise ListFault(f"{path.name}, line {number}: {fault.detail}") from fault
        if listing.plate in found:
            raise ListFault(
                f"{path.name}, line {number}: {listing.plate} stands in line {found[listing.plate]} too"
            )
        found[listing.plate] = number
        listings.append(listing)
    return listings


def write_sheet(listings: Iterable[Listing]) -> str:
    """The listings as CSV that `read_sheet` reads back."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADERS)
    for one in listings:
        writer.writerow(
            (
                one.plate,
                one.owner,
                "yes" if one.allowed else "no",
                one.schedule or "",
                one.valid_from.isoformat() if one.valid_from else "",
                one.valid_until.isoformat() if one.valid_until else "",
                one.note,
            )
        )
    return out.getvalue()


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The lines that say something, with their numbers; the first is the header."""
    text = _text(path)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise ListFault(f"{path.name}, line {reader.line_num}: {error}") from error
    if not rows:
        raise ListFault(f"{path.name} is empty; its first line names the columns: {', '.join(HEADERS)}")
    return rows


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ListFileLost(f"{path}: {error.strerror or error}") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets on Windows write when they do not write UTF-8; it has a meaning for any byte.
        return raw.decode("cp1252", "replace")


def _columns(cells: list[str], path: Path) -> list[str]:
    columns = [_OTHER_NAMES.get(re.sub(r"[\s_\-]+", "", cell.lower()), "") for cell in cells]
    if columns.count("plate") != 1:
        raise ListFault(
            f"{path.name}, line 1: one column must be named plate (others: {', '.join(HEADERS[1:])})"
        )
    return columns


def _listing(cells: dict[str, str], rules: Rules) -> Listing:
    def cell(name: str) -> str:
        return cells.get(name, "").strip()

    return Listing(
        plate=rules.plate(cell("plate")),
        owner=cell("owner"),
        allowed=_allowed(cell("allowed")),
        schedule=cell("schedule") or None,
        valid_from=moment(cell("valid_from"), rules.zone),
        valid_until=moment(cell("valid_until"), rules.zone, last=True),
        note=cell("note"),
    )


def _allowed(text: str) -> bool:
    word = text.lower()
    if word not in _YES | _NO:
        raise ListFault(f"{text!r} under allowed is neither yes nor no")
    return word in _YES
