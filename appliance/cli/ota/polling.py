"""`gatehouse ota poll`: one round with the source of updates, as far as the window and the gate let it go."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Set
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ...config import Config
from ...faults import BundleRefused, ConfigFault, SourceFailed
from ...hw.system_clock import SystemClock
from ...inspection.site import ask_tool
from ...update.base import Kind, Version
from ...update.fetch import PART, Web, digest_of
from ...update.gate import busy
from ...update.hawkbit import HawkbitSource
from ...update.sources import BUNDLES, BaseSource, FolderSource, NoSource, Offer, UsbSource
from ...update.trials import Stage, Trial, Trials
from ...update.underway import Underway
from ...update.updater import Updater
from ...update.windows import closed
from .telling import Bar, keep_in_record, sentence
from .turns import in_turn
from .wiring import family_of, free_bytes, make_trials, make_updater, own_versions


@in_turn
def run(_: argparse.Namespace, config: Config) -> int:
    source, trials = make_source(config), make_trials(config)
    return Round(
        source=source,
        updater=make_updater(config),
        trials=trials,
        wait=lambda: _wait(config),
        keep=lambda trial: keep_in_record(config, trial),
        underway=Underway.beside(config.recovery),
        folder=config.update.folder / BUNDLES,
    ).run()


@dataclass(frozen=True, slots=True)
class Round:
    """`wait` says why nothing may be installed or tried now, empty where it may; `keep` takes to the record
    what became of an update; `folder` is for what is fetched.
    """

    source: BaseSource
    updater: Updater
    trials: Trials
    wait: Callable[[], str]
    keep: Callable[[Trial], object]
    underway: Underway
    folder: Path

    def run(self) -> int:
        """The exit code. Raises UpdateFault."""
        pending = self.trials.pending()
        if pending is None or pending.action:
            self._heed()
        self._tell_ends()
        if self.trials.pending() is not None:
            return self._go_on()
        offers = self.source.offers()
        self._sweep({offer.name for offer in offers})
        for offer in offers:
            spent = self._spent(offer)
            if spent is None:
                return self._take(offer, self._fetched(offer))
            self.source.tell(replace(spent, action=offer.action))
        print("No update is on offer.")
        return 0

    def _spent(self, offer: Offer) -> Trial | None:
        """What became of it already. A source that names the digest need not be asked for the file again."""
        return self.trials.spent(offer.wanted.sha256 or digest_of(self._fetched(offer)), offer.action)

    def _sweep(self, wanted: Set[str]) -> None:
        """What was fetched and is not wanted any more makes room for the record."""
        for file in self.folder.glob("*.raucb*"):
            if file.name.removesuffix(PART) not in wanted:
                file.unlink(missing_ok=True)

    def _fetched(self, offer: Offer) -> Path:
        with self.underway.fetching.held() as say, closing(Bar(offer.name, say)) as bar:
            return self.source.fetch(offer, self.folder / offer.name, bar)

    def _take(self, offer: Offer, place: Path) -> int:
        """Asked only now: the fetch may have taken hours."""
        why = self.wait()
        if why or not offer.install:
            print(f"{offer.name} is here: {why or 'the fleet server holds it back'}.")
            return 1
        if self._heed():
            return 1
        with self.underway.held() as say, closing(Bar(offer.name, say)) as bar:
            trial = self.updater.install(place, bar, action=offer.action)
        print(sentence(trial))
        if trial.stage is not Stage.FAILED:
            self._sweep(set())
        self._tell(trial)
        if not trial.stage.pending or self._heed():
            return 1
        return self._go_on()

    def _heed(self) -> bool:
        """Whether the source cancels something; it is left, unless it is tried already."""
        action = self.source.cancelled()
        if not action:
            return False
        try:
            given_up = self.updater.give_up(action)
        except BundleRefused as late:
            self.source.leave(action, late.detail)
            return True
        if given_up is not None:
            print(sentence(given_up))
            self.keep(given_up)
        self.source.leave(action)
        known = self.trials.of_action(action)
        if known is not None:
            self.trials.told(known)
        return True

    def _go_on(self) -> int:
        """Something waits for its restart, or for its proof. The install may have taken minutes."""
        why = self.wait()
        if why:
            print(f"An update waits: {why}.")
            return 1
        try:
            trial = self.updater.restart()
        except BundleRefused as wait:
            print(f"An update waits: {wait.detail}.")
            return 1
        if trial is not None:
            self.keep(trial)
        return 0

    def _tell(self, trial: Trial) -> None:
        """What has just become of an offer: to the record first, then to whoever offered it."""
        self.keep(trial)
        self.source.tell(trial)
        if not trial.stage.pending:
            self.trials.told(trial)

    def _tell_ends(self) -> None:
        """A trial ends after a restart, when nobody speaks to the server: it is told at the next round.

        What cannot be told now holds nothing up.
        """
        for trial in self.trials.all():
            if trial.action and not trial.stage.pending and not trial.told:
                with _later(trial):
                    self.source.tell(trial)
                    self.trials.told(trial)


@contextmanager
def _later(trial: Trial) -> Iterator[None]:
    try:
        yield
    except SourceFailed as fault:
        print(f"What became of {trial.kind} {trial.version} is told later: {fault.detail}.")


def make_source(config: Config) -> BaseSource:
    """Raises ConfigFault where [update] lacks an address."""
    update = config.update
    if update.source == "none":
        return NoSource()
    if update.source == "usb":
        return UsbSource((update.usb,))
    if not update.url:
        raise ConfigFault(f'update.url: "{update.source}" needs the address of its server.')
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
    return Web({"Authorization": f"{update.token} {token}"}, plain=update.plain_http, home=update.url)


def _installed(config: Config) -> dict[Kind, Version]:
    """What runs or waits: neither is on offer again."""
    known: dict[Kind, Version] = dict(own_versions(config))
    nets = make_trials(config).installed(Kind.MODELS)
    return {**known, Kind.MODELS: nets} if nets is not None else known


def _wait(config: Config) -> str:
    clock = SystemClock(vouched=config.clock.trust == "always")
    return closed(config.update.windows, clock.wall(), config.access.timezone) or busy(ask_tool)
