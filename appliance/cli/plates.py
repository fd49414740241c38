"""`gatehouse plates`: the owner's list of plates."""

from __future__ import annotations

import argparse
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ..access.index import PlateIndex, plain
from ..config.schema import Access, Config
from ..faults import ConfigFault, ListFault
from ..listing import Listing
from ..record.ledger import Ledger
from ..record.register import Listings, Register
from ..record.sheet import HEADERS, Rules, moment, read_sheet, write_sheet
from ..record.store import Store
from .records import operator, system_stamper
from .settings import read_settings

HELP = f"""\
Who may pass: the owner's list of plates. A running gate notices each change within seconds.

  gatehouse plates add "AB12 CDE" --owner Ada         let this plate in
  gatehouse plates add AB12CDE --deny --note "sold"   never let it in, and raise an alert
  gatehouse plates list                               everybody, with those of the configuration
  gatehouse plates import residents.csv               add or change all plates of a file, or none
  gatehouse plates regions                            names for access.regions

A CSV file names its columns in the first line: {", ".join(HEADERS)};
only plate is needed. Times without an offset are in access.timezone."""

MAX_LENGTH = 16
_SEPARATORS = re.compile(r"[\s\-.·•_:/'’]+")


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="every plate and what it may do")
    listing.add_argument("--json", action="store_true", help="one JSON object a line, for tools")
    _configure_add(actions.add_parser("add", help="put a plate on the list, or change it"))
    remove = actions.add_parser("remove", help="take plates off the list")
    remove.add_argument("plates", nargs="+", metavar="PLATE")
    load = actions.add_parser("import", help="add or change all plates of a CSV file, or none")
    load.add_argument("file", type=Path, metavar="FILE")
    save = actions.add_parser("export", help="the list as CSV")
    save.add_argument("file", type=Path, nargs="?", metavar="FILE", help="else to standard output")
    regions = actions.add_parser("regions", help="the names that access.regions may hold")
    regions.add_argument("--json", action="store_true", help="one JSON object, for tools")


def _configure_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plate", metavar="PLATE", help="as on the car; spaces and dashes do not matter")
    parser.add_argument("--owner", default="", help="whose it is")
    parser.add_argument("--deny", action="store_true", help="never let it in, and raise an alert")
    parser.add_argument("--schedule", metavar="NAME", help="a schedule of the configuration; else always")
    parser.add_argument("--from", dest="valid_from", default="", metavar="TIME", help="2026-03-01[T08:00]")
    parser.add_argument("--until", dest="valid_until", default="", metavar="TIME", help="2026-03-31[T18:00]")
    parser.add_argument("--note", default="", help="for people")


def run(args: argparse.Namespace) -> int:
    config = read_settings(args).config
    return _ACTIONS[args.action](args, config)


# -- actions ---------------------------------------------------------------------------------------


def _list(args: argparse.Namespace, config: Config) -> int:
    sourced = [("list", one) for one in _kept(config)]
    sourced += [("configuration", one) for one in _configured(config.access)]
    if args.json:
        for source, one in sourced:
            print(json.dumps({**_data(one), "source": source}, ensure_ascii=False))
    elif sourced:
        _print_table([_cells(source, one) for source, one in sourced])
    else:
        print("No plate is listed yet. Add one: gatehouse plates add AB12CDE --owner Ada")
    return 0


def _add(args: argparse.Namespace, config: Config) -> int:
    rules = _rules(config)
    listing = Listing(
        plate=rules.plate(args.plate),
        owner=args.owner,
        allowed=not args.deny,
        schedule=args.schedule,
        valid_from=moment(args.valid_from, rules.zone),
        valid_until=moment(args.valid_until, rules.zone, last=True),
        note=args.note,
    )
    rules.check(listing)
    with _register(config) as register:
        changes = register.put([listing])
        everybody = register.all()
    done = "added" if changes.added else "changed" if changes.changed else "listed like this already"
    print(f"{listing.plate} {done}.")
    _warn_of_neighbours([listing], everybody, config.access)
    return 0


def _remove(args: argparse.Namespace, config: Config) -> int:
    plates = [plate_text(text) for text in args.plates]
    configured = {one.plate for one in _configured(config.access)}
    code = 0
    with _register(config) as register:
        for plate in plates:
            if register.remove(plate):
                print(f"{plate} removed.")
            else:
                print(f"{plate} is not on the list.")
                code = 1
            if plate in configured:
                print(f"{plate} stands in the configuration too; it counts until it is removed there.")
    return code


def _import(args: argparse.Namespace, config: Config) -> int:
    listings = read_sheet(args.file, _rules(config))
    with _register(config) as register:
        changes = register.put(listings)
        everybody = register.all()
    print(f"{changes.added} added, {changes.changed} changed, {changes.same} were listed like this already.")
    _warn_of_neighbours(listings, everybody, config.access)
    return 0


def _export(args: argparse.Namespace, config: Config) -> int:
    text = write_sheet(_kept(config))
    if args.file is None:
        print(text, end="")
        return 0
    try:
        args.file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ListFault(f"{args.file}: {error.strerror or error}") from error
    return 0


def _regions(args: argparse.Namespace, config: Config) -> int:
    from ..access.regions import PRESETS

    if args.json:
        print(json.dumps({name: preset.title for name, preset in PRESETS.items()}, ensure_ascii=False))
    else:
        _print_table([(name, preset.title) for name, preset in PRESETS.items()])
    return 0


_ACTIONS: dict[str, Callable[[argparse.Namespace, Config], int]] = {
    "list": _list,
    "add": _add,
    "remove": _remove,
    "import": _import,
    "export": _export,
    "regions": _regions,
}


# -- what they share -------------------------------------------------------------------------------


def plate_text(text: str) -> str:
    """A plate as it is listed: A-Z 0-9, separators and accents taken off.

    Raises ListFault for anything else in it: a letter of another alphabet, dropped in silence, would
    list another plate.
    """
    bare = _SEPARATORS.sub("", unicodedata.normalize("NFC", text))
    try:
        plate = plain(bare)
    except ConfigFault as fault:
        raise ListFault(f"{text!r} is no plate: letters A-Z and digits only") from fault
    if len(plate) != len(bare):
        raise ListFault(f"{text!r} is no plate: letters A-Z and digits only")
    if len(plate) > MAX_LENGTH:
        raise ListFault(f"{text!r} is longer than {MAX_LENGTH} characters")
    return plate


def _rules(config: Config) -> Rules:
    def check(listing: Listing) -> None:
        if listing.schedule is not None and listing.schedule not in config.access.schedules:
            known = ", ".join(config.access.schedules) or "none is configured"
            raise ListFault(f"there is no schedule {listing.schedule!r} ({known})")
        if listing.valid_from and listing.valid_until and listing.valid_until <= listing.valid_from:
            raise ListFault(f"{listing.plate} would expire before it becomes valid")

    return Rules(plate_text, check, ZoneInfo(config.access.timezone))


@contextmanager
def _register(config: Config) -> Iterator[Register]:
    stamper = system_stamper(config)
    # Unchecked: the gate checks at its start, and an owner who adds a plate need not wait for it.
    with closing(Ledger.open(config.record, stamper, check=False)) as ledger:
        yield Register(ledger.store, stamper, operator())


def _kept(config: Config) -> list[Listing]:
    if not config.record.path.exists():
        return []
    with closing(Store.open_to_read(config.record)) as store:
        return Listings(store).all()


def _configured(access: Access) -> list[Listing]:
    known = [Listing(plain(plate), owner) for plate, owner in access.known_plates.items()]
    denied = [Listing(plain(plate), allowed=False, note=why) for plate, why in access.denied_plates.items()]
    return known + denied


def _warn_of_neighbours(fresh: list[Listing], everybody: list[Listing], access: Access) -> None:
    """Law 7, told when it can still be acted on."""
    index = PlateIndex([*everybody, *_configured(access)], access.match_distance)
    for listing in fresh:
        near = index.near(listing.plate)
        if near:
            print(
                f"{listing.plate} looks like {', '.join(near)}: each opens only when every character"
                " that tells them apart is read surely.",
                file=sys.stderr,
            )


def _data(one: Listing) -> dict[str, Any]:
    return {
        "plate": one.plate,
        "owner": one.owner,
        "allowed": one.allowed,
        "schedule": one.schedule,
        "valid_from": one.valid_from.isoformat() if one.valid_from else None,
        "valid_until": one.valid_until.isoformat() if one.valid_until else None,
        "note": one.note,
    }


def _cells(source: str, one: Listing) -> tuple[str, ...]:
    may = (one.schedule or "always") if one.allowed else "DENIED"
    ends = (("from", one.valid_from), ("until", one.valid_until))
    times = [f"{word} {end:%Y-%m-%d %H:%MZ}" for word, end in ends if end is not None]
    return one.plate, may, one.owner, " ".join(times), one.note, source


def _print_table(rows: Iterable[tuple[str, ...]]) -> None:
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
