"""`gatehouse models`: the nets that see and read."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from ...config import Config
from ...config.load import load_config
from ..settings import read_settings
from . import installing, listing, opening, quantizing, scoring, verifying

HELP = """\
The nets that see and read: what they are, whether they work on this board, and how well they do on your
own pictures. docs/models.md describes manifests and labels.

  gatehouse models list                              every net: version, size, licence, figures
  gatehouse models verify                            do they answer their golden frames on this board?
  gatehouse models evaluate photos/ --plot score.svg score them on a labelled folder
  gatehouse models opens photos/                     what a threshold costs: who is let in, who wrongly
  gatehouse models quantize --frames footage/        make them smaller and faster for this board
  gatehouse models install nets.zip                  take in others, once they hold on this board
  gatehouse models rollback                          go back to those before

Exit code 0: fine. 1: found wanting, or not good enough to keep. 2: cannot run, or labels left out."""

_ACTIONS: Mapping[str, Callable[[argparse.Namespace, Config], int]] = {
    "list": listing.run,
    "verify": verifying.run,
    "evaluate": scoring.run,
    "opens": opening.run,
    "quantize": quantizing.run,
    "install": installing.run,
    "rollback": installing.roll_back,
}


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing.configure(actions.add_parser("list", help="every net: version, size, licence, figures"))
    verifying.configure(actions.add_parser("verify", help="hash, load and golden frames on each backend"))
    scoring.configure(actions.add_parser("evaluate", help="score the nets on a labelled folder"))
    opening.configure(actions.add_parser("opens", help="what a threshold costs, on a labelled folder"))
    quantizing.configure(actions.add_parser("quantize", help="an INT8 net, calibrated on your footage"))
    installing.configure(actions.add_parser("install", help="other nets, once they hold on this board"))
    actions.add_parser("rollback", help="the nets before the last install")


def run(args: argparse.Namespace) -> int:
    return _ACTIONS[args.action](args, _config(args))


def _config(args: argparse.Namespace) -> Config:
    """The gate's configuration. On a computer without a gate, pictures are seen as `gatehouse read` does: the
    twin's thresholds are for drawn vehicles.
    """
    config = read_settings(args).config
    photographs = args.action in ("evaluate", "opens", "quantize") and args.board is None
    return load_config(args.config, None).config if photographs and config.board == "sim" else config
