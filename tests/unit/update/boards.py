"""Boards that boot slots, as their firmware does it: what the contract test of slots restarts and resets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from appliance.faults import SlotsUnusable
from appliance.update.autoboot import NAME, Autoboot, MountedFat
from appliance.update.base import BaseSlots, Slot, SlotState
from appliance.update.fake import FakeSlots
from appliance.update.notes import SlotNotes
from appliance.update.nvbootctrl import EFIVARS, NvbootctrlSlots
from appliance.update.tryboot import BOOTLOADER, REBOOT_PARAM, TrybootSlots

GUID = "781e084c-a330-417c-b678-38e696380cb9"


class Board(Protocol):
    slots: BaseSlots

    def restart(self) -> None:
        """systemctl reboot."""

    def reset(self) -> None:
        """The watchdog's, a panic's or a cut's; as often as this board tries before it falls back."""

    def give_way(self) -> None:
        """The slot that proved itself last does not come up any more: the board starts the other one."""


class FakeBoard:
    def __init__(self, folder: Path) -> None:
        self.fake = FakeSlots()
        self.slots: BaseSlots = self.fake

    def restart(self) -> None:
        self.fake.restart()

    def reset(self) -> None:
        self.fake.reset()

    def give_way(self) -> None:
        self.fake.give_way()


class PiBoard:
    """A board whose first partition is a folder."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.boot = folder / "boot"
        self.boot.mkdir(parents=True)
        (self.boot / NAME).write_bytes(Autoboot(2, 3).data)
        (self.root / BOOTLOADER).mkdir(parents=True)
        self.slots: BaseSlots = TrybootSlots(self.root, MountedFat(self.boot), SlotNotes(folder / "slots"))
        self.reset()

    def restart(self) -> None:
        param = self.root / REBOOT_PARAM
        tried = param.exists() and param.read_bytes() == b"0 tryboot\n"
        param.unlink(missing_ok=True)
        self._boot(tried)

    def reset(self) -> None:
        (self.root / REBOOT_PARAM).unlink(missing_ok=True)
        self._boot(tried=False)

    def give_way(self) -> None:
        """The initramfs asks the firmware for the other one."""
        self._boot(tried=True)

    def _boot(self, tried: bool) -> None:
        autoboot = Autoboot.parse((self.boot / NAME).read_bytes())
        partition = autoboot.tried if tried else autoboot.default
        (self.root / BOOTLOADER / "partition").write_bytes(partition.to_bytes(4, "big"))


class JetsonBoard:
    """UEFI's variables, and an `nvbootctrl` that knows what the real one knows."""

    def __init__(self, folder: Path) -> None:
        self.efivars = folder / EFIVARS
        self.efivars.mkdir(parents=True)
        self.write("RootfsRedundancyLevel", 1)
        for slot in "AB":
            self.write(f"RootfsStatusSlot{slot}", 0)
        self.current = self.active = 0
        self.retries = [3, 3]
        self.calls: list[tuple[str, ...]] = []
        notes = SlotNotes(folder / "slots")
        notes.commit(Slot.A)
        self.slots: BaseSlots = NvbootctrlSlots(folder, self.tool, notes)

    def write(self, name: str, value: int) -> None:
        (self.efivars / f"{name}-{GUID}").write_bytes(bytes((7, 0, 0, 0)) + value.to_bytes(4, "little"))

    def read(self, name: str) -> int:
        return int.from_bytes((self.efivars / f"{name}-{GUID}").read_bytes()[4:], "little")

    def tool(self, *words: str) -> str:
        self.calls.append(words)
        answers: dict[str, Callable[[], str]] = {
            "dump-slots-info": self._dump,
            "verify": self._verified,
            "set-active-boot-slot": lambda: self._activate(int(words[-1])),
        }
        if words[0] == "chattr":
            return ""
        verb = next((word for word in words if word in answers), None)
        if verb is None:
            raise SlotsUnusable(f"nvbootctrl has no {words}")
        return answers[verb]()

    def _dump(self) -> str:
        lines = [f"Current rootfs slot: {'AB'[self.current]}", f"Active rootfs slot: {'AB'[self.active]}"]
        lines.append("num_slots: 2")
        for slot in (0, 1):
            status = "normal" if self._bootable(slot) else "unbootable"
            lines.append(
                f"slot: {slot},             retry_count: {self.retries[slot]},             status: {status}"
            )
        return "\n".join(lines)

    def _verified(self) -> str:
        self.retries[self.current] = 3
        return ""

    def _activate(self, slot: int) -> str:
        if self.read("RootfsRedundancyLevel") == 1:
            self.active, self.retries[slot] = slot, 3
        return ""

    def _bootable(self, slot: int) -> bool:
        return self.read(f"RootfsStatusSlot{'AB'[slot]}") == 0

    def restart(self) -> None:
        if not self.retries[self.active]:
            self.write(f"RootfsStatusSlot{'AB'[self.active]}", 0xFF)
        if not self._bootable(self.active):
            self.active = 1 - self.active
        self.current = self.active
        self.retries[self.current] -= 1

    def reset(self) -> None:
        """Three times nobody comes to verify; a slot that proves itself at each boot is verified at each."""
        for _ in range(4):
            self.restart()
            if self.slots.state(self.slots.current()) is SlotState.GOOD:
                self.tool("nvbootctrl", "verify")

    def give_way(self) -> None:
        for _ in range(4):
            self.restart()


BOARDS: dict[str, Callable[[Path], Board]] = {
    "fake": FakeBoard,
    "rpi_tryboot": PiBoard,
    "jetson_nvbootctrl": JetsonBoard,
}
