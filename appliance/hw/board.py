"""Which board this is, from what the firmware tells the kernel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

SIM = "sim"
GENERIC = "generic"

TREE = Path("proc/device-tree")
JETSON_RELEASE = Path("etc/nv_tegra_release")
MEMORY = Path("proc/meminfo")

# Maker's part numbers come first: a module keeps its own on a carrier board whose maker names the whole.
# p3767 stands before p3701, which a developer kit that emulates a smaller module also names.
# What a name of /proc/device-tree/compatible holds. Sources: the kernel's bindings of bcm2835 and tegra,
# and NVIDIA's Jetson Linux Developer Guide, "Jetson Module and Carrier Board".
_COMPATIBLE = (
    (r"raspberrypi,(4-|400$)", "pi4"),
    (r"raspberrypi,5(-|00$)", "pi5"),
    (r"p3767-000[01]\b", "jetson-orin-nx"),
    (r"p3767-000[345]\b", "jetson-orin-nano"),
    (r"p3701-000[0-8]\b", "jetson-agx-orin"),
    (r"linux,dummy-virt$", "qemu-arm64"),
)

# What the model's name holds, where no part number is known; "Raspberry Pi 400" and "500" too.
_MODELS = (
    (r"raspberry pi (4|compute module 4)", "pi4"),
    (r"raspberry pi (5|compute module 5)", "pi5"),
    (r"jetson orin nx", "jetson-orin-nx"),
    (r"jetson orin nano", "jetson-orin-nano"),
    (r"jetson agx orin", "jetson-agx-orin"),
    (r"linux,dummy-virt", "qemu-arm64"),
)

# NVIDIA's own carrier boards, whose 40-pin header Jetson.GPIO knows.
_CARRIERS = ("p3768-", "p3737-")


@dataclass(frozen=True, slots=True)
class Board:
    """What the firmware says. `memory_mb` is what the kernel has, somewhat under what is soldered."""

    profile: str
    model: str = ""
    compatible: tuple[str, ...] = ()
    memory_mb: int = 0
    tegra_release: str = ""

    @property
    def is_jetson(self) -> bool:
        return self.profile.startswith("jetson") or bool(self.tegra_release)

    @property
    def is_pi(self) -> bool:
        return any(name.startswith("raspberrypi,") for name in self.compatible) or "raspberry pi" in (
            self.model.lower()
        )

    @property
    def has_foreign_carrier(self) -> bool:
        """Whether a Jetson module sits on a carrier board that is not NVIDIA's."""
        modules = [name for name in self.compatible if re.search(r"p3767-|p3701-", name)]
        return bool(modules) and not any(part in name for name in modules for part in _CARRIERS)

    @property
    def could_be_super(self) -> bool:
        """Whether this module has a super mode that its device tree does not name."""
        names = " ".join(self.compatible)
        return "p3767-" in names and "-super" not in names

    @property
    def memory_gb(self) -> int:
        """As it is sold: the kernel and the firmware keep up to a tenth, a GPU's carve-out among it."""
        sold = (size for size in (1, 2, 4, 8, 16, 32, 64) if self.memory_mb <= size * 1024)
        return next(sold, round(self.memory_mb / 1024))


def look_at_board(root: Path = Path("/")) -> Board:
    """All that the firmware says about this board; empty where it says nothing."""
    return Board(
        profile=detect_board(root),
        model=board_model(root),
        compatible=tuple(name for name in _text(root / TREE / "compatible").split("\0") if name),
        memory_mb=_memory_mb(_text(root / MEMORY)),
        tegra_release=_text(root / JETSON_RELEASE).partition("\n")[0],
    )


def board_model(root: Path = Path("/")) -> str:
    """The model's name in the firmware's words, empty on an ordinary computer."""
    return _text(root / TREE / "model").rstrip("\0").strip()


def detect_board(root: Path = Path("/")) -> str:
    """The profile of this board.

    `sim` only where nothing speaks of a board; a board that is not known is `generic`, which stays
    unarmed until its owner says what it is.
    """
    names = _text(root / TREE / "compatible").lower().split("\0")
    known = _first(_COMPATIBLE, names) or _first(_MODELS, [board_model(root).lower()])
    if known:
        return known
    speaks = (root / TREE / "model", root / TREE / "compatible", root / JETSON_RELEASE)
    return GENERIC if any(place.exists() for place in speaks) else SIM


def _first(table: tuple[tuple[str, str], ...], names: list[str]) -> str | None:
    found = (profile for words, profile in table for name in names if re.search(words, name))
    return next(found, None)


def _memory_mb(meminfo: str) -> int:
    total = re.search(r"^MemTotal:\s+(\d+) kB", meminfo, re.MULTILINE)
    return int(total[1]) // 1024 if total else 0


def _text(place: Path) -> str:
    """The file's text, empty where it cannot be read: the kernel shows only what there is."""
    try:
        return place.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
