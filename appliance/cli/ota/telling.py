"""What the owner is told of updates: their state, their progress, and what became of them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict

from tqdm import tqdm

from ...config import Config
from ...events import EntryKind
from ...faults import RecordFault, SlotsUnusable
from ...record.audit import Told
from ...record.ledger import Ledger
from ...update.base import BaseSlots, Slot
from ...update.trials import Stage, Trial
from ...update.underway import Say, Underway
from ..records import operator, system_stamper
from .slotting import make_slots
from .wiring import family_of, make_trials, own_versions

_SHOWN = 8
SENTENCES = {
    Stage.INSTALLED: "is installed, and is tried at the next restart (`gatehouse ota restart`)",
    Stage.TRYING: "is on trial: it is kept once the gate has worked with it",
    Stage.GOOD: "has proved itself",
    Stage.BACK: "was taken back",
    Stage.GIVEN_UP: "was given up",
    Stage.REFUSED: "was refused",
    Stage.FAILED: "could not be installed",
}


def run(args: argparse.Namespace, config: Config) -> int:
    slots, trials = _slots(make_slots(config)), make_trials(config).all()
    doing = _doing(Underway.beside(config.recovery))
    if args.json:
        print(json.dumps({**_data(config, slots, trials), "doing": doing}, indent=2))
        return 0
    for kind, version in own_versions(config).items():
        print(f"{kind:<12} {version}")
    print(f"{'bundles for':<12} {family_of(config)}")
    for name, state in slots.items():
        print(f"{name:<12} {state}")
    if doing:
        print(f"{'now':<12} {doing}")
    print(*(f"{trial.utc[:16].replace('T', ' ')}  {sentence(trial)}" for trial in trials[-_SHOWN:]), sep="\n")
    return 0


def sentence(trial: Trial) -> str:
    what = f"{trial.kind} {trial.version}".strip()
    where = f" (slot {trial.slot})" if trial.slot else ""
    return f"{what}{where} {SENTENCES[trial.stage]}" + (f": {trial.reason}" if trial.reason else ".")


def keep_in_record(config: Config, trial: Trial) -> None:
    """An entry of the audit chain. A record that cannot be written does not hold up the way back."""
    stamper = system_stamper(config)
    fields = (
        ("kind", str(trial.kind)),
        ("version", trial.version),
        ("stage", str(trial.stage)),
        ("by", operator()),
    )
    told = Told(stamper.stamp(), str(EntryKind.MAINTENANCE), "update", f"Update: {sentence(trial)}", fields)
    try:
        with closing(Ledger.open(config.record, stamper)) as ledger, ledger.store.transaction():
            ledger.audit.append([told])
    except RecordFault as fault:
        print(f"The record does not have it: {fault}")


class Bar:
    """Progress of one bundle: a bar on a terminal, elsewhere a line for each tenth, and for `ota status` what
    `say` keeps.
    """

    def __init__(self, name: str, say: Say) -> None:
        self._bar = tqdm(total=100, unit="%", leave=False, disable=None, bar_format="{l_bar}{bar}| {desc}")
        self._name = name
        self._say = say
        self._tenth = -1

    def __call__(self, share: float, doing: str) -> None:
        line = f"{share:.0%} of {self._name}: {doing}"
        self._say(line)
        if self._bar.disable:
            self._log(int(share * 10), line)
        self._bar.set_description_str(doing, refresh=False)
        self._bar.update(round(share * 100) - self._bar.n)

    def close(self) -> None:
        self._bar.close()

    def _log(self, tenth: int, line: str) -> None:
        if tenth != self._tenth:
            print(line, file=sys.stderr, flush=True)
        self._tenth = tenth


def stand(slots: BaseSlots) -> dict[str, str]:
    """Each slot in words. Raises SlotsUnusable."""
    return {f"slot {slot}": ", ".join(_words(slots, slot)) for slot in Slot}


def _slots(slots: BaseSlots) -> dict[str, str]:
    """The same, or why nobody can tell."""
    try:
        return stand(slots)
    except SlotsUnusable as fault:
        return {"slots": str(fault)}


def _words(slots: BaseSlots, slot: Slot) -> Iterator[str]:
    yield str(slots.state(slot))
    if slot is slots.current():
        yield "runs"
    if slot is slots.primary():
        yield "next"


def _doing(underway: Underway) -> str:
    return underway.doing or underway.fetching.doing


def _data(config: Config, slots: dict[str, str], trials: tuple[Trial, ...]) -> dict[str, object]:
    versions = {str(kind): str(version) for kind, version in own_versions(config).items()}
    return {
        "versions": versions,
        "family": family_of(config),
        "slots": slots,
        "trials": [asdict(one) for one in trials],
    }
