"""Slots of a Raspberry Pi: `autoboot.txt`, and a restart that tries the other partition once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..faults import SlotsUnusable
from .autoboot import NAME, Autoboot, Fat, read_autoboot, write_autoboot
from .base import BaseSlots, Slot, SlotState
from .notes import SlotNotes

BOOTLOADER = "proc/device-tree/chosen/bootloader"
"""Where the firmware says what it booted: `partition` and `tryboot`, each 32 bits, big-endian."""
REBOOT_PARAM = "run/systemd/reboot-param"
"""What systemd hands to reboot(2). Left over after a trial, it would try the other slot again."""
STARTS = ("data/system/attempts_{}", "data/system/brief_{}")
"""Where the image's first program counts the starts of a slot that did not come up, or did not last."""
_TRYBOOT = b"0 tryboot\n"
PARTITIONS: Mapping[Slot, int] = {Slot.A: 2, Slot.B: 3}
"""The boot partitions of the image; the first partition holds `autoboot.txt` alone."""


class TrybootSlots(BaseSlots):
    """`root` is "/" on a board. The firmware spends the flag of a trial before it reads the partition: a slot
    that hangs or panics is tried once.
    """

    def __init__(self, root: Path, fat: Fat, notes: SlotNotes) -> None:
        self._root = root
        self._fat = fat
        self._notes = notes

    def current(self) -> Slot:
        partition = self._told("partition")
        for slot, number in PARTITIONS.items():
            if number == partition:
                return slot
        raise SlotsUnusable(f"the firmware booted partition {partition}, which is no slot", part="slots")

    def committed(self) -> Slot:
        """What the firmware boots where nothing is tried."""
        default = read_autoboot(self._fat).default
        for slot, number in PARTITIONS.items():
            if number == default:
                return slot
        raise SlotsUnusable(f"it names partition {default}, which is no slot", part=NAME)

    def primary(self) -> Slot:
        committed = self.committed()
        return committed.other if self._param.exists() else committed

    def set_primary(self, slot: Slot) -> None:
        if slot is self.committed():
            self._forget()
            return
        try:
            self._param.parent.mkdir(parents=True, exist_ok=True)
            self._param.write_bytes(_TRYBOOT)
        except OSError as error:
            raise SlotsUnusable(f"{self._param}: {error.strerror}", part="slots") from error

    def state(self, slot: Slot) -> SlotState:
        return SlotState.GOOD if slot is self.committed() else self._notes.state(slot)

    def set_state(self, slot: Slot, state: SlotState) -> None:
        if state is SlotState.GOOD:
            self._commit(slot)
        elif slot is self.committed():
            raise SlotsUnusable(f"slot {slot} is the one to fall back to", part="slots")
        else:
            self._forget()
            self._notes.note(slot, state)
            self._recount(slot)

    def _commit(self, slot: Slot) -> None:
        if slot is not self.current():
            raise SlotsUnusable(f"slot {slot} does not run, and cannot prove itself", part="slots")
        # The one that was good before is noted first: a cut in between leaves both as they are.
        self._notes.note(self.committed(), SlotState.GOOD)
        self._notes.note(slot, SlotState.GOOD)
        write_autoboot(self._fat, Autoboot(PARTITIONS[slot], PARTITIONS[slot.other]))
        self._forget()

    def _recount(self, slot: Slot) -> None:
        """What is written there next has all its starts before it."""
        for place in (self._root / counter.format(slot.value) for counter in STARTS):
            try:
                place.unlink(missing_ok=True)
            except OSError as error:
                raise SlotsUnusable(f"{place}: {error.strerror}", part="slots") from error

    def _forget(self) -> None:
        try:
            self._param.unlink(missing_ok=True)
        except OSError as error:
            raise SlotsUnusable(f"{self._param}: {error.strerror}", part="slots") from error

    @property
    def _param(self) -> Path:
        return self._root / REBOOT_PARAM

    def _told(self, name: str) -> int:
        place = self._root / BOOTLOADER / name
        try:
            return int.from_bytes(place.read_bytes(), "big")
        except OSError as error:
            raise SlotsUnusable(
                f"{place} cannot be read ({error.strerror}): no Raspberry Pi, or firmware older than 2023",
                part="slots",
            ) from error
