"""`gatehouse ota install`, `restart`, `mark-good` and `rollback`."""

from __future__ import annotations

import argparse
import sys
import urllib.parse
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

from ...config import Config
from ...faults import BundleRefused, ConfigFault
from ...update.base import Progress
from ...update.sources import BUNDLES, is_bundle
from ...update.trials import Stage, Trial
from ...update.underway import Underway
from ..records import operator
from .polling import make_web
from .telling import Bar, keep_in_record, sentence
from .turns import PATIENCE, in_turn
from .wiring import free_bytes, make_updater

_OVERRULED: Mapping[str, str] = {
    "downgrade": "--downgrade installs an older version.",
    "now": "--now goes on although a vehicle may be present.",
}


@partial(in_turn, patience=PATIENCE)
def install(args: argparse.Namespace, config: Config) -> int:
    _confirm(args)
    updater = make_updater(config)
    name = Path(urllib.parse.urlsplit(args.place).path).name
    with Underway.beside(config.recovery).held() as say, closing(Bar(name, say)) as bar:
        trial = updater.install(
            _fetched(args.place, config, bar), bar, downgrade=args.downgrade, now=args.now
        )
    code = _tell(config, trial)
    if code or not args.restart:
        return code
    return _tell(config, updater.restart(now=args.now))


@partial(in_turn, patience=PATIENCE)
def restart(args: argparse.Namespace, config: Config) -> int:
    _confirm(args)
    trial = make_updater(config).restart(now=args.now)
    if trial is None:
        print("Nothing is installed that waits for a restart.")
        return 1
    return _tell(config, trial)


@partial(in_turn, wait=True)
def mark_good(_: argparse.Namespace, config: Config) -> int:
    with Underway.beside(config.recovery).held() as say:
        say("what runs has to prove itself")
        trial = make_updater(config).settle()
    if trial is None:
        print("What runs is good; nothing is on trial.")
        return 0
    return _tell(config, trial)


@partial(in_turn, patience=PATIENCE)
def roll_back(args: argparse.Namespace, config: Config) -> int:
    _tell(config, make_updater(config).roll_back(args.kind, operator()))
    return 0


def _tell(config: Config, trial: Trial | None) -> int:
    """Said and recorded; found wanting where it did not stay."""
    if trial is None:
        return 0
    wanting = trial.stage in (Stage.BACK, Stage.REFUSED, Stage.FAILED)
    said = sentence(trial)
    print(said[0].upper() + said[1:], file=sys.stderr if wanting else sys.stdout)
    keep_in_record(config, trial)
    return int(wanting)


def _fetched(place: str, config: Config, progress: Progress) -> Path:
    """A file as it is; what lies on a server is fetched into the folder of updates."""
    if "://" not in place:
        return Path(place)
    name = Path(urllib.parse.urlsplit(place).path).name
    if not is_bundle(name):
        raise BundleRefused("the address names no gatehouse-*.raucb", part=place)
    return make_web(config).take(place, config.update.folder / BUNDLES / name, progress, free_bytes)


def _confirm(args: argparse.Namespace) -> None:
    """Have a person agree to what is overruled; raises ConfigFault where nobody does."""
    words = [what for flag, what in _OVERRULED.items() if getattr(args, flag, False)]
    if not words or args.yes:
        return
    if not sys.stdin.isatty():
        raise ConfigFault("nobody is here to be asked. Add --yes if you can see that all is clear.")
    if input(f'{" ".join(words)} Type "yes" to go on: ').strip() != "yes":
        raise ConfigFault("not confirmed, nothing was done.")
