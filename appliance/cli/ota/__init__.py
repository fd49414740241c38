"""`gatehouse ota`: updates of the system, the application and the nets."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn, cast

from ...config import Config
from ...faults import BundleRefused, ConfigFault
from ...update.base import Kind
from ..settings import read_settings

HELP = """\
Updates: signed bundles of the whole system, of the application, or of nets. What is new is on trial until
the gate has worked with it, and goes back by itself otherwise. docs/updates.md tells all of it.

  gatehouse ota status                             what runs, what waits, and what became of updates
  gatehouse ota install gatehouse-2.1.raucb        a file, or an https:// address
  gatehouse ota install FILE --restart             and try it as soon as the gate is at rest
  gatehouse ota mark-good                          wait until it has proved itself; done after each start
  gatehouse ota rollback                           back to what was good before
  gatehouse ota poll                               ask the source of [update] once; done by a timer

Exit code 0: fine. 1: refused, failed, waiting, or gone back. 2: cannot run."""

Action = Callable[[argparse.Namespace, Config], int]
Unfit = Callable[[argparse.Namespace, ConfigFault], int]

# Only what was asked for is imported: RAUC asks the backend often, and nets have no part in it.
_ACTIONS: Mapping[str, tuple[str, str]] = {
    "status": ("telling", "run"),
    "install": ("acting", "install"),
    "restart": ("acting", "restart"),
    "mark-good": ("acting", "mark_good"),
    "rollback": ("acting", "roll_back"),
    "poll": ("polling", "run"),
    "backend": ("backend", "run"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    status = actions.add_parser("status", help="slots, versions, and what became of updates")
    status.add_argument("--json", action="store_true", help="one JSON object, for tools")
    install = actions.add_parser("install", help="a bundle: FILE or URL")
    install.add_argument("place", metavar="FILE|URL", help="a .raucb file, or where a server has it")
    install.add_argument("--restart", action="store_true", help="try it at once")
    install.add_argument("--downgrade", action="store_true", help="although it is older; asks first")
    _add_now(install)
    restart = actions.add_parser("restart", help="try what is installed")
    _add_now(restart)
    actions.add_parser("mark-good", help="wait for the proof, and keep what is new; else it goes back")
    rollback = actions.add_parser("rollback", help="back to what was good before")
    rollback.add_argument("kind", nargs="?", type=Kind, choices=list(Kind), default=Kind.SYSTEM)
    actions.add_parser("poll", help="ask the source of [update] once, and go on with what it has")
    slots = actions.add_parser("backend", help="RAUC's questions about the boot slots")
    slots.add_argument("words", nargs="+", metavar="WORD", help="get-primary, set-state A good, ...")


def _add_now(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--now", action="store_true", help="although the gate is not at rest; asks first")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--force", action=_Vague, nargs=0, help=argparse.SUPPRESS)


class _Vague(argparse.Action):
    """Age and rest are two questions: no word answers both."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        parser.error("say --downgrade to install an older version, --now if the gate need not be at rest")


def run(args: argparse.Namespace) -> int:
    try:
        config = read_settings(args).config
    except ConfigFault as fault:
        if args.action != "mark-good":
            raise
        return cast(Unfit, _named("unfit", "run"))(args, fault)
    act = cast(Action, _named(*_ACTIONS[args.action]))
    try:
        return act(args, config)
    except BundleRefused as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _named(module: str, name: str) -> object:
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
