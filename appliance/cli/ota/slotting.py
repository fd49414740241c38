"""The boot slots of this board. RAUC starts a process for each question: nothing heavy is imported."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from ...config import Config
from ...faults import SlotsUnusable
from ...update.autoboot import NAME, MountedFat
from ...update.base import BaseSlots
from ...update.notes import SlotNotes
from ...update.nvbootctrl import EFIVARS, NvbootctrlSlots
from ...update.single import SingleSlot
from ...update.tryboot import TrybootSlots

ROOT = Path("/")
# Longer than systemd waits for a unit; nvbootctrl, which writes UEFI's flash, takes seconds.
_TOOL_LIMIT_S = 300.0


def make_slots(config: Config, root: Path = ROOT) -> BaseSlots:
    """Those of [update], or those that are found: a Pi started from the image, a Jetson with its tool."""
    update = config.update
    notes = SlotNotes(update.folder / "slots.json")
    driver = _found(config, root) if update.slots == "auto" else update.slots
    if driver == "rpi_tryboot":
        return TrybootSlots(root, _mounted(update.boot_files), notes)
    if driver == "jetson_nvbootctrl":
        return NvbootctrlSlots(root, call_tool, notes)
    return SingleSlot()


def call_tool(*words: str) -> str:
    """Raises SlotsUnusable with the tool's last word."""
    try:
        done = subprocess.run(
            words, capture_output=True, check=True, timeout=_TOOL_LIMIT_S, text=True, stdin=subprocess.DEVNULL
        )
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout or "").strip().splitlines()
        raise SlotsUnusable(f"{words[0]}: {said[-1] if said else error.returncode}", part="slots") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SlotsUnusable(f"{words[0]} cannot be run: {error}", part="slots") from error
    return done.stdout


def _mounted(folder: Path) -> MountedFat:
    """The image mounts it read-only; a folder that is no mount of its own is written as it is."""
    if not folder.is_mount():
        return MountedFat(folder)
    return MountedFat(folder, lambda mode: call_tool("mount", "-o", f"remount,{mode}", str(folder)))


def _found(config: Config, root: Path) -> str:
    if (config.update.boot_files / NAME).is_file():
        return "rpi_tryboot"
    if shutil.which("nvbootctrl") and (root / EFIVARS).is_dir():
        return "jetson_nvbootctrl"
    return "none"
