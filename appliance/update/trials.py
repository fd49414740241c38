"""What became of each update, kept on the data partition for the owner to see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..durable import replace as replace_file
from ..faults import TrialsUnkept
from ..words import Word
from .base import Kind, Version

KEPT = 50
"""Some years of updates, in a file of one block or two."""
TRIES = 2
"""Of one bundle: a power cut during its trial looks like its own failure."""


class Stage(Word):
    INSTALLED = "installed"
    """Written; tried at the next restart."""
    TRYING = "trying"
    """The restart that tries it has been asked for, or it runs and has to prove itself."""
    GOOD = "good"
    BACK = "back"
    """What ran before runs again: it did not prove itself."""
    GIVEN_UP = "given_up"
    """Before it was tried: its fleet server cancelled it, or another took its place."""
    REFUSED = "refused"
    FAILED = "failed"
    """It could not be installed."""

    @property
    def pending(self) -> bool:
        return self in (Stage.INSTALLED, Stage.TRYING)


@dataclass(frozen=True, slots=True)
class Moment:
    """`utc` is for people. `boot` and `mono_us` are those of the record's stamps: a clock without a battery
    leaps at a restart.
    """

    utc: str
    boot: str
    mono_us: int


@dataclass(frozen=True, slots=True)
class Trial:
    """One update, told from all others by its `id`, and its bundle by `digest`. `slot` is where a system
    went, `action` is the fleet server's name for it. `utc`, `boot` and `mono_us` are the moment of its stage.
    """

    kind: Kind
    version: str
    digest: str
    stage: Stage
    utc: str
    reason: str = ""
    slot: str = ""
    action: str = ""
    told: bool = False
    """The fleet server knows how it ended."""
    id: str = ""
    boot: str = ""
    mono_us: int = 0

    @property
    def left(self) -> bool:
        """No update: a person went back from one that had proved itself."""
        return self.stage is Stage.BACK and not self.digest

    def reached(self, stage: Stage, now: Moment, reason: str = "") -> Trial:
        return replace(self, stage=stage, reason=reason, utc=now.utc, boot=now.boot, mono_us=now.mono_us)


class Trials:
    """Oldest first. Raises TrialsUnkept."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def all(self) -> tuple[Trial, ...]:
        """A damaged file is a fault: a trial that is forgotten would be neither committed nor told."""
        try:
            known = json.loads(self._place.read_bytes())
            return tuple(_trial(one) for one in known)
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise TrialsUnkept(f"{self._place}: {error}", part="updates") from error

    def pending(self, kind: Kind | None = None) -> Trial | None:
        """The newest update, of this kind, that waits for its restart or its proof; one of a kind at most."""
        known = (one for one in reversed(self.all()) if kind in (None, one.kind))
        return next((one for one in known if one.stage.pending), None)

    def ended(self, trial: Trial) -> Trial | None:
        """What became of it by another hand; None while nothing has."""
        return next((one for one in self.all() if one.id == trial.id and not one.stage.pending), None)

    def spent(self, digest: str, action: str = "") -> Trial | None:
        """What became of this very bundle, where no source need offer it again: it was refused, has proved
        itself, or came back or failed as often as TRIES. A fleet server's new action is another try.
        """
        known = [one for one in self.all() if (one.digest, one.action) == (digest, action)]
        failed = sum(one.stage in (Stage.BACK, Stage.FAILED) for one in known)
        ended = any(one.stage in (Stage.REFUSED, Stage.GOOD) for one in known)
        return known[-1] if ended or failed >= TRIES else None

    def installed(self, kind: Kind) -> Version | None:
        """The version of what last proved itself and was not left since, None where no update has."""
        good: list[Trial] = []
        for one in self.all():
            if one.kind is not kind:
                continue
            if one.stage is Stage.GOOD:
                good.append(one)
            elif one.left and good:
                good.pop()
        return Version.parse(good[-1].version) if good else None

    def put(self, trial: Trial) -> None:
        """Keep it as the last one, in the place of what it was before: durable when this returns."""
        known = [one for one in self.all() if not (one.stage.pending and one.id == trial.id)]
        self._write([*known, trial])

    def give_up(self, kind: Kind, now: Moment, reason: str) -> None:
        """No update of this kind waits for its restart or its proof any longer."""
        for one in self.all():
            if one.kind is kind and one.stage.pending:
                stage = Stage.GIVEN_UP if one.stage is Stage.INSTALLED else Stage.BACK
                self.put(one.reached(stage, now, reason))

    def of_action(self, action: str) -> Trial | None:
        """What became last of that action of a fleet server."""
        return next((one for one in reversed(self.all()) if one.action == action), None)

    def told(self, trial: Trial) -> None:
        """The fleet server knows how this one ended."""
        self._write([replace(one, told=True) if one == trial else one for one in self.all()])

    def _write(self, known: list[Trial]) -> None:
        try:
            replace_file(self._place, json.dumps([asdict(one) for one in known[-KEPT:]], indent=1).encode())
        except OSError as error:
            raise TrialsUnkept(f"{self._place}: {error.strerror}", part="updates") from error


def _trial(data: Mapping[str, Any]) -> Trial:
    return Trial(**{**data, "kind": Kind(data["kind"]), "stage": Stage(data["stage"])})
