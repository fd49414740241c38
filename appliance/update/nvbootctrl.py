"""Slots of a Jetson: NVIDIA's UEFI boots them, and `nvbootctrl` asks it to.

Sources: NVIDIA Jetson Linux Developer Guide, "Root File System" and "Update and Redundancy"; what L4T 35 and
36 print, as people show it in NVIDIA's forum. Not proved on a board.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from ..faults import SlotsUnusable
from .base import BaseSlots, Slot, SlotState
from .notes import SlotNotes

EFIVARS = "sys/firmware/efi/efivars"
_NVIDIA = "781e084c-a330-417c-b678-38e696380cb9"
_ATTRIBUTES = bytes((7, 0, 0, 0))
"""Kept, and for boot and run time: what every one of NVIDIA's variables carries."""
_NUMBERS: Mapping[Slot, str] = {Slot.A: "0", Slot.B: "1"}
_NOT_REDUNDANT = (
    "RootfsRedundancyLevel is not 1: a slot that is made active would be passed over, and every update would "
    "come back. Flash the board with ROOTFS_AB=1"
)

Tool = Callable[..., str]
"""Run a tool by its words; what it printed. Raises SlotsUnusable."""


class NvbootctrlSlots(BaseSlots):
    """NVIDIA's own service marks a boot as good as soon as user space runs; it must be masked, as law 14 asks
    for more: a slot that is marked good does here what it does (`nvbootctrl verify`). Three boots that nobody
    verified, and UEFI takes the other slot.
    """

    def __init__(self, root: Path, tool: Tool, notes: SlotNotes) -> None:
        self._root = root
        self._tool = tool
        self._notes = notes

    def current(self) -> Slot:
        return self._named("Current")

    def committed(self) -> Slot:
        """UEFI itself does not tell: it makes the slot active that it falls back to."""
        return self._notes.committed or self.current()

    def primary(self) -> Slot:
        return self._named("Active")

    def set_primary(self, slot: Slot) -> None:
        self._check_redundant()
        if self._unbootable(slot):
            self._clear(slot)
        self._tool("nvbootctrl", "set-active-boot-slot", _NUMBERS[slot])
        if self.primary() is not slot:
            raise SlotsUnusable(f"nvbootctrl did not make slot {slot} active", part="slots")

    def state(self, slot: Slot) -> SlotState:
        return SlotState.BAD if self._unbootable(slot) else self._notes.state(slot)

    def set_state(self, slot: Slot, state: SlotState) -> None:
        if state is SlotState.GOOD:
            self._verify(slot)
            return
        if slot is self.committed() and self.state(slot) is SlotState.GOOD:
            raise SlotsUnusable(f"slot {slot} is the one to fall back to", part="slots")
        self._notes.note(slot, state)
        if self.primary() is slot:
            self.set_primary(slot.other)

    def _verify(self, slot: Slot) -> None:
        if slot is not self.current():
            raise SlotsUnusable(f"slot {slot} does not run, and cannot prove itself", part="slots")
        self._tool("nvbootctrl", "verify")
        self._notes.commit(slot)

    def _named(self, word: str) -> Slot:
        found = re.search(rf"{word} rootfs slot: ([AB])", self._dump())
        if found is None:
            raise SlotsUnusable(f'nvbootctrl names no "{word} rootfs slot"', part="slots")
        return Slot(found[1].lower())

    def _unbootable(self, slot: Slot) -> bool:
        return re.search(rf"slot: {_NUMBERS[slot]},.*status: unbootable", self._dump()) is not None

    def _dump(self) -> str:
        return self._tool("nvbootctrl", "-t", "rootfs", "dump-slots-info")

    def _check_redundant(self) -> None:
        place = self._variable("RootfsRedundancyLevel")
        try:
            value = place.read_bytes()[len(_ATTRIBUTES) :]
        except OSError as error:
            raise SlotsUnusable(f"{_NOT_REDUNDANT} ({place.name}: {error.strerror})", part="slots") from error
        if int.from_bytes(value, "little") != 1:
            raise SlotsUnusable(_NOT_REDUNDANT, part="slots")

    def _clear(self, slot: Slot) -> None:
        """A slot that failed once stays unbootable for UEFI, whatever is written to it."""
        place = self._variable(f"RootfsStatusSlot{slot.bootname}")
        # The kernel guards such variables against rm -rf.
        self._tool("chattr", "-i", str(place))
        try:
            place.write_bytes(_ATTRIBUTES + bytes(4))
        except OSError as error:
            raise SlotsUnusable(f"{place.name}: {error.strerror}", part="slots") from error

    def _variable(self, name: str) -> Path:
        return self._root / EFIVARS / f"{name}-{_NVIDIA}"
