"""The course of an update: admitted, installed, tried, and kept or taken back."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..clock import Clock
from ..faults import BundleRefused, UpdateFault
from .base import BaseInstaller, BaseSlots, Kind, Progress, Slot, SlotState
from .health import Health, Proof, Verdict
from .intake import Intake
from .releases import BaseShelf
from .surroundings import Limits, Surroundings
from .trials import Moment, Stage, Trial, Trials

log = logging.getLogger(__name__)

LOOK_S = 2.0
REST_S = 300.0
"""So long the way back waits for a gate at rest: one that does not work may never say that it is."""
CAME_BACK = (
    "the board came back by itself: the new system hung, panicked, or power was cut while it was tried"
)
CANCELLED = "its fleet server cancelled it"
ANOTHER_SYSTEM = "the board runs another system, which has an application of its own"
GAVE_WAY = "the slot that had proved itself did not start, and the board gave way to this one"


class Updater:
    """Raises UpdateFault of each part; what became of an update is kept before anything follows from it."""

    def __init__(
        self,
        slots: BaseSlots,
        installer: BaseInstaller,
        shelves: Mapping[Kind, BaseShelf],
        trials: Trials,
        around: Surroundings,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._slots = slots
        self._intake = Intake(slots, installer, shelves, trials, around)
        self._shelves = shelves
        self._trials = trials
        self._around = around
        self._limits = limits
        self._clock = clock

    def install(
        self,
        path: Path,
        progress: Progress,
        *,
        downgrade: bool = False,
        now: bool = False,
        action: str = "",
    ) -> Trial:
        """Write a bundle where it is tried from. What runs is not touched.

        What became of it, which is kept: installed, refused with every reason, or failed. A person at the
        console may allow an older version (`downgrade`), and a gate that is not at rest (`now`). Raises
        BundleRefused where the gate is not at rest, another update is on trial or there is no file, and
        InstallFailed without an installer: neither is kept.
        """
        self._await_rest(Kind.SYSTEM, now)
        self._await_proof()
        trial = self._trial(Kind.SYSTEM, "", digest=self._intake.digest(path), action=action)
        try:
            bundle = self._intake.inspect(path)
        except BundleRefused as refusal:
            return self._keep(trial.reached(Stage.REFUSED, self._now(), refusal.detail))
        trial = replace(trial, kind=bundle.kind, version=str(bundle.version))
        try:
            self._intake.admit(bundle, downgrade)
            slot = self._intake.write(bundle, progress, self._now())
        except BundleRefused as refusal:
            return self._keep(trial.reached(Stage.REFUSED, self._now(), refusal.detail))
        except UpdateFault as fault:
            return self._keep(trial.reached(Stage.FAILED, self._now(), fault.detail))
        return self._keep(replace(trial.reached(Stage.INSTALLED, self._now()), slot=slot))

    def restart(self, *, now: bool = False) -> Trial | None:
        """Try what is installed: restarts the board, or the gate. None where nothing waits for it.

        Raises BundleRefused while the gate is not at rest, unless a person at the console wants it `now`.
        """
        trial = self._trials.pending()
        if trial is None or trial.stage is not Stage.INSTALLED:
            return None
        self._await_rest(trial.kind, now)
        return self._try(trial)

    def give_up(self, action: str) -> Trial | None:
        """Let go of what waits for its restart, as its fleet server cancels it; None where nothing waits.

        Raises BundleRefused where it is too late: what is tried ends by its own proof.
        """
        trial = self._trials.of_action(action)
        if trial is None or not (trial.stage.pending or trial.stage is Stage.GOOD):
            return None
        if trial.stage is not Stage.INSTALLED or self._runs(trial):
            raise BundleRefused(f"{trial.kind} {trial.version} is tried already", part=f"action {action}")
        # Before it is kept: a cut in between leaves it to the next round, which hears of it again.
        self._withdraw(trial)
        return self._keep(trial.reached(Stage.GIVEN_UP, self._now(), CANCELLED))

    def settle(self) -> Trial | None:
        """Wait until what is on trial has proved itself, or take it back; what became of it.

        Called after every start. None where nothing is on trial: then what runs is confirmed as good.
        """
        trial = self._trials.pending() or self._unknown()
        if trial is None:
            self._slots.set_state(self._slots.current(), SlotState.GOOD)
            return None
        if not self._runs(trial):
            return self._not_tried(trial)
        health = self._proved(self._since(trial))
        ended = self._trials.ended(trial)
        if ended is not None:
            return ended
        return self._good(trial) if health.verdict is Verdict.GOOD else self._back(trial, health)

    def take_back(self, reason: str) -> Trial | None:
        """What runs on trial goes back unjudged: what would judge it says in `reason` why it cannot.

        None where nothing that runs is on trial; nothing is confirmed then.
        """
        trial = self._trials.pending() or (self._unknown() if self._slots.on_trial else None)
        if trial is None or not self._runs(trial):
            return None
        return self._leave(trial, reason)

    def roll_back(self, kind: Kind, who: str) -> Trial:
        """Go back to what was good before; a system is tried there as an update is, and proves itself anew.

        Raises BundleRefused where the gate is not at rest or there is nothing good to go back to.
        """
        self._await_rest(kind)
        reason = f"{who} asked to go back"
        if kind is Kind.SYSTEM:
            return self._switch_back(reason)
        trial = self._trials.pending(kind)
        if trial is None or trial.stage is Stage.INSTALLED:
            self._shelves[kind].drop()
            self._trials.give_up(kind, self._now(), reason)
            trial = self._trial(kind, "0")
        self._shelves[kind].back()
        kept = self._keep(trial.reached(Stage.BACK, self._now(), reason))
        self._around.restart_gate()
        return kept

    # -- steps -------------------------------------------------------------------------------------

    def _await_rest(self, kind: Kind, now: bool = False) -> None:
        """It says nothing of the bundle, and is not kept: the next round may find the gate at rest."""
        busy = self._around.busy()
        if busy and not now:
            raise BundleRefused(busy, part=str(kind))

    def _await_proof(self) -> None:
        """Nor is this of the bundle's making. The slot of what is on trial is the one to fall back to."""
        pending = self._trials.pending()
        if pending is not None and pending.stage is Stage.TRYING:
            trial = f"{pending.kind} {pending.version}"
        elif self._slots.on_trial:
            trial = "the system that runs"
        else:
            return
        raise BundleRefused(f"{trial} is on trial and has not proved itself yet", part="updates")

    def _withdraw(self, trial: Trial) -> None:
        """No restart tries it any more."""
        if trial.kind is Kind.SYSTEM:
            self._slots.set_state(Slot(trial.slot), SlotState.BAD)
        else:
            self._shelves[trial.kind].drop()

    def _try(self, trial: Trial) -> Trial:
        if trial.kind is not Kind.SYSTEM:
            # First: a cut in between leaves what serves as installed, which is put to the proof as well.
            self._shelves[trial.kind].serve()
        kept = self._keep(trial.reached(Stage.TRYING, self._now(), trial.reason))
        if trial.kind is not Kind.SYSTEM:
            self._around.restart_gate()
            self._around.prove()
            return kept
        current = self._slots.current()
        self._slots.set_primary(current.other if trial.slot == current.other else current)
        self._around.restart_board()
        return kept

    def _switch_back(self, reason: str) -> Trial:
        other = self._slots.current().other
        if self._slots.state(other) is not SlotState.GOOD:
            raise BundleRefused("the other slot holds nothing that has proved itself", part="slots")
        self._trials.give_up(Kind.SYSTEM, self._now(), reason)
        return self._try(replace(self._trial(Kind.SYSTEM, "0"), slot=other.value, reason=reason))

    def _not_tried(self, trial: Trial) -> Trial:
        """It waits on, or what was started is not what was to be tried."""
        if trial.stage is Stage.TRYING:
            reason = CAME_BACK if trial.kind is Kind.SYSTEM else ANOTHER_SYSTEM
            return self._keep(trial.reached(Stage.BACK, self._now(), reason))
        if trial.kind is not Kind.SYSTEM and self._unknown() is None:
            self._slots.set_state(self._slots.current(), SlotState.GOOD)
        return trial

    def _runs(self, trial: Trial) -> bool:
        """Whether what was installed is what runs now; a gate that was told to start anew will run it."""
        if trial.kind is Kind.SYSTEM:
            return trial.slot == self._slots.current()
        return self._shelves[trial.kind].runs(trial.version)

    def _since(self, trial: Trial) -> int:
        """From when on the gate speaks for it: all of a boot that began after it was installed."""
        return trial.mono_us if trial.boot == self._around.boot and trial.kind is not Kind.SYSTEM else 0

    def _proved(self, since: int) -> Health:
        limits = self._limits
        proof = Proof(self._clock.monotonic(), limit_s=limits.limit_s, settle_s=limits.settle_s)
        while True:
            health = proof.look(self._around.facts(since), self._clock.monotonic())
            if health.verdict is not Verdict.WAITING:
                return health
            self._around.sleep(LOOK_S)

    def _good(self, trial: Trial) -> Trial:
        if trial.kind is Kind.SYSTEM:
            self._slots.set_state(self._slots.current(), SlotState.GOOD)
            self._trials.give_up(Kind.APPLICATION, self._now(), ANOTHER_SYSTEM)
        return self._keep(trial.reached(Stage.GOOD, self._now(), trial.reason))

    def _back(self, trial: Trial, health: Health) -> Trial:
        return self._leave(trial, "it did not prove itself in time: " + "; ".join(health.reasons))

    def _leave(self, trial: Trial, reason: str) -> Trial:
        """The reason is durable before the way back begins. What is in use then is not torn away."""
        kept = self._keep(trial.reached(Stage.BACK, self._now(), reason))
        if trial.kind is Kind.SYSTEM:
            self._slots.set_state(self._slots.current(), SlotState.BAD)
            self._sit_out()
            self._around.restart_board()
        else:
            self._shelves[trial.kind].back()
            self._sit_out()
            self._around.restart_gate()
        return kept

    def _sit_out(self) -> None:
        """Wait for a gate at rest, REST_S at most."""
        ends_s = self._clock.monotonic() + REST_S
        while self._around.busy() and self._clock.monotonic() < ends_s:
            self._around.sleep(LOOK_S)

    def _unknown(self) -> Trial | None:
        """A system on trial that nothing is known of: installed by another hand, its traces are lost, or the
        board gave way to it.
        """
        current = self._slots.current()
        if self._slots.committed() is current:
            return None
        version = self._around.versions.get(Kind.SYSTEM)
        trial = self._trial(Kind.SYSTEM, str(version or "0"))
        return replace(trial, slot=current.value, reason="" if self._slots.on_trial else GAVE_WAY)

    def _keep(self, trial: Trial) -> Trial:
        self._trials.put(trial)
        log.info(
            "update: %s %s is %s%s",
            trial.kind,
            trial.version,
            trial.stage,
            trial.reason and f": {trial.reason}",
        )
        return trial

    def _trial(self, kind: Kind, version: str, *, digest: str = "", action: str = "") -> Trial:
        """A new one, which nothing else goes on from."""
        now = self._now()
        return Trial(
            kind,
            version,
            digest,
            Stage.TRYING,
            now.utc,
            action=action,
            id=secrets.token_hex(8),
            boot=now.boot,
            mono_us=now.mono_us,
        )

    def _now(self) -> Moment:
        utc = self._clock.wall().utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return Moment(utc, self._around.boot, round(self._clock.monotonic() * 1e6))
