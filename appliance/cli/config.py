"""`gatehouse config`: what is configured, where each value comes from, and what may be written."""

from __future__ import annotations

import argparse
import json
import os
from datetime import datetime
from pathlib import Path

from ..config.migrate import migrate
from ..config.places import find_owner
from ..config.reference import json_schema, markdown
from ..config.show import as_data, as_toml
from .settings import read_settings

HELP = """\
Show the configuration in force, or describe what may be written into it.

  gatehouse config show          the merged result; behind each value, the file and line it comes from
  gatehouse config schema        JSON Schema, for editors and tools
  gatehouse config reference     every key with its form, default and meaning, as Markdown
  gatehouse config migrate       your file in the keys of this version, shown as a difference
  gatehouse config migrate --write    do it; the old file stays beside it, named by the time

A file of an older version works as it is, with a warning. `migrate` ends with 1 where it would change
something and was not told to.

`gatehouse check` tells whether the configuration is fit for a gate."""


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="the merged configuration and where each value comes from")
    show.add_argument("--json", action="store_true", help="one JSON object, for tools")
    actions.add_parser("schema", help="the JSON Schema of the configuration")
    actions.add_parser("reference", help="every key with its form, default and meaning, as Markdown")
    move = actions.add_parser("migrate", help="your file in the keys of this version")
    move.add_argument("--write", action="store_true", help="rewrite the file; the old one is kept beside it")


def run(args: argparse.Namespace) -> int:
    if args.action == "show":
        loaded = read_settings(args)
        print(
            json.dumps(as_data(loaded), indent=2) if args.json else as_toml(loaded),
            end="\n" if args.json else "",
        )
    elif args.action == "schema":
        print(json.dumps(json_schema(), indent=2))
    elif args.action == "migrate":
        return _migrate(args.config or find_owner(os.environ), write=args.write)
    else:
        print(markdown(), end="")
    return 0


def _migrate(path: Path | None, *, write: bool) -> int:
    if path is None:
        print("You have no file of your own: there is nothing to migrate.")
        return 0
    migration = migrate(path)
    if not migration.is_needed:
        print(f"{path} is current.")
        return 0
    print(migration.difference(), end="")
    if not write:
        return 1
    kept = migration.write(datetime.now().strftime("%Y%m%d-%H%M%S"))
    print(f"{path} is rewritten; the old file is {kept}.")
    return 0
