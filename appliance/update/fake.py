"""Slots in memory, with the firmware that boots them: for tests, and a board without any."""

from __future__ import annotations

from ..faults import SlotsUnusable
from .base import BaseSlots, Slot, SlotState


class FakeSlots(BaseSlots):
    """`restart`, `reset` and `give_way` are what a board does after an orderly restart, a cut, and many."""

    def __init__(self) -> None:
        self._committed = Slot.A
        self._current = Slot.A
        self._tried: Slot | None = None
        self._good = {Slot.A}

    def current(self) -> Slot:
        return self._current

    def committed(self) -> Slot:
        return self._committed

    def primary(self) -> Slot:
        return self._tried or self._committed

    def set_primary(self, slot: Slot) -> None:
        self._tried = None if slot is self._committed else slot

    def state(self, slot: Slot) -> SlotState:
        return SlotState.GOOD if slot in self._good else SlotState.BAD

    def set_state(self, slot: Slot, state: SlotState) -> None:
        if state is SlotState.GOOD:
            self._commit(slot)
            return
        if slot is self._committed:
            raise SlotsUnusable(f"slot {slot} is the one to fall back to", part="slots")
        self._good.discard(slot)
        if self._tried is slot:
            self._tried = None

    def _commit(self, slot: Slot) -> None:
        if slot is not self._current:
            raise SlotsUnusable(f"slot {slot} does not run, and cannot prove itself", part="slots")
        self._good.add(slot)
        self._committed = slot
        self._tried = None

    def restart(self) -> None:
        self._current, self._tried = self.primary(), None

    def reset(self) -> None:
        self._current, self._tried = self._committed, None

    def give_way(self) -> None:
        """What the initramfs asks for when the committed slot has not come up several times."""
        self._current, self._tried = self._committed.other, None
