"""A board with one root: application and models are updated on it, its system is not."""

from __future__ import annotations

from typing import NoReturn

from ..faults import SlotsUnusable
from .base import BaseSlots, Slot, SlotState


class SingleSlot(BaseSlots):
    """What runs is good, and there is nothing else."""

    def current(self) -> Slot:
        return Slot.A

    def committed(self) -> Slot:
        return Slot.A

    def primary(self) -> Slot:
        return Slot.A

    def set_primary(self, slot: Slot) -> None:
        if slot is not Slot.A:
            self._refuse()

    def state(self, slot: Slot) -> SlotState:
        return SlotState.GOOD if slot is Slot.A else SlotState.BAD

    def set_state(self, slot: Slot, state: SlotState) -> None:
        if (slot, state) != (Slot.A, SlotState.GOOD):
            self._refuse()

    def _refuse(self) -> NoReturn:
        raise SlotsUnusable("this board has one root, and no slots", part="slots")
