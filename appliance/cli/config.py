"""`gatehouse config`: what is configured, where each value comes from, and what may be written."""

from __future__ import annotations

import argparse
import json

from ..config.reference import json_schema, markdown
from ..config.show import as_data, as_toml
from .settings import read_settings

HELP = """\
Show the configuration in force, or describe what may be written into it.

  gatehouse config show          the merged result; behind each value, the file and line it comes from
  gatehouse config schema        JSON Schema, for editors and tools
  gatehouse config reference     every key with its form, default and meaning, as Markdown

`gatehouse check` tells whether the configuration is fit for a gate."""


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="the merged configuration and where each value comes from")
    show.add_argument("--json", action="store_true", help="one JSON object, for tools")
    actions.add_parser("schema", help="the JSON Schema of the configuration")
    actions.add_parser("reference", help="every key with its form, default and meaning, as Markdown")


def run(args: argparse.Namespace) -> int:
    if args.action == "show":
        loaded = read_settings(args)
        print(
            json.dumps(as_data(loaded), indent=2) if args.json else as_toml(loaded),
            end="\n" if args.json else "",
        )
    elif args.action == "schema":
        print(json.dumps(json_schema(), indent=2))
    else:
        print(markdown(), end="")
    return 0
