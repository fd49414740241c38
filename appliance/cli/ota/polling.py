"""`gatehouse ota poll`: one round with the source of updates, as far as the window and the gate let it go."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ...config import Config
from ...faults import BundleRefused, ConfigFault, UpdateFault
from ...hw.system_clock import SystemClock
from ...inspection.site import ask_tool
from ...update.base import Kind, Version
from ...update.fetch import Web, digest_of
from ...update.gate import busy
from ...update.hawkbit import HawkbitSource
from ...update.sources import BUNDLES, BaseSource, FolderSource, Offer, UsbSource
from ...update.trials import Trials
from ...update.underway import Underway
from ...update.windows import closed
from .telling import Bar, keep_in_record, sentence
from .wiring import family_of, free_bytes, make_trials, make_updater, own_versions


def run(_: argparse.Namespace, config: Config) -> int:
    source = make_source(config)
    trials = make_trials(config)
    _tell_end(source, trials)
    why = closed(config.update.windows, _clock(config).wall(), config.access.timezone) or busy(ask_tool)
    if trials.pending() is not None:
        return _go_on(config, why)
    for offer in source.offers():
        place = _fetched(source, offer, config)
        spent = trials.spent(digest_of(place))
        if spent is not None:
            source.tell(replace(spent, action=offer.action))
            continue
        if why or not offer.install:
            print(f"{offer.name} is here: {why or 'the fleet server holds it back'}.")
            return 1
        return _install(source, offer, place, config)
    print("No update is on offer.")
    return 0


def make_source(config: Config) -> BaseSource:
    """Raises ConfigFault where [update] names none, or lacks an address."""
    update = config.update
    if update.source == "usb":
        return UsbSource((update.usb,))
    if update.source == "none" or not update.url:
        raise ConfigFault(
            'update.source: no source of updates is set. Say "folder" or "hawkbit", and update.url.'
        )
    if update.source == "hawkbit":
        gate = update.gate_id or config.gate.name
        about = {"board": config.board, **{str(kind): str(one) for kind, one in own_versions(config).items()}}
        return HawkbitSource(update.url, update.tenant, gate, make_web(config), free_bytes, about)
    family, installed = family_of(config), _installed(config)
    return FolderSource(
        update.url, make_web(config), free_bytes, family=family, ring=update.ring, installed=installed
    )


def make_web(config: Config) -> Web:
    """Raises ConfigFault where the file of the token cannot be read."""
    update = config.update
    if update.token_file is None:
        return Web(plain=update.plain_http)
    try:
        token = update.token_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigFault(f"update.token_file: {update.token_file} cannot be read: {error}.") from error
    return Web({"Authorization": f"{update.token} {token}"}, plain=update.plain_http)


def _installed(config: Config) -> dict[Kind, Version]:
    """What runs or waits: neither is on offer again."""
    known: dict[Kind, Version] = dict(own_versions(config))
    nets = make_trials(config).installed(Kind.MODELS)
    return {**known, Kind.MODELS: nets} if nets is not None else known


def _fetched(source: BaseSource, offer: Offer, config: Config) -> Path:
    with closing(Bar()) as bar:
        return source.fetch(offer, config.update.folder / BUNDLES / offer.name, bar)


def _install(source: BaseSource, offer: Offer, place: Path, config: Config) -> int:
    updater = make_updater(config)
    try:
        with Underway.beside(config.recovery).held(), closing(Bar()) as bar:
            trial = updater.install(place, bar, action=offer.action)
    except UpdateFault:
        _tell(source, make_trials(config), config)
        raise
    print(sentence(trial))
    _tell(source, make_trials(config), config)
    return _go_on(config, "")


def _go_on(config: Config, why: str) -> int:
    """Something waits for its restart, or for its proof."""
    if why:
        print(f"An update waits: {why}.")
        return 1
    try:
        trial = make_updater(config).restart()
    except BundleRefused as wait:
        print(f"An update waits: {wait.detail}.")
        return 1
    if trial is not None:
        keep_in_record(config, trial)
    return 0


def _tell(source: BaseSource, trials: Trials, config: Config) -> None:
    """What has just become of an offer: to the record first, then to whoever offered it."""
    keep_in_record(config, trials.all()[-1])
    source.tell(trials.all()[-1])
    if not trials.all()[-1].stage.pending:
        trials.told()


def _tell_end(source: BaseSource, trials: Trials) -> None:
    """A trial ends after a restart, when nobody speaks to the server: it is told at the next round."""
    known = trials.all()
    if known and known[-1].action and not known[-1].stage.pending and not known[-1].told:
        source.tell(known[-1])
        trials.told()


def _clock(config: Config) -> SystemClock:
    return SystemClock(vouched=config.clock.trust == "always")
