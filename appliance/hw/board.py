"""Which board this is, from what the firmware tells the kernel."""

from __future__ import annotations

from pathlib import Path

SIM = "sim"
GENERIC = "generic"

MODEL = Path("proc/device-tree/model")
JETSON_RELEASE = Path("etc/nv_tegra_release")

_PROFILES = (
    ("raspberry pi 5", "pi5"),
    ("raspberry pi compute module 5", "pi5"),
    ("raspberry pi 4", "pi4"),
    ("raspberry pi compute module 4", "pi4"),
    ("jetson agx orin", "jetson-agx-orin"),
    ("jetson orin nx", "jetson-orin-nx"),
    ("jetson orin nano", "jetson-orin-nano"),
    ("linux,dummy-virt", "qemu-arm64"),
)
"""What the model's name begins with, or holds after the maker's; "Raspberry Pi 400" and "500" too."""


def board_model(root: Path = Path("/")) -> str:
    """The model's name in the firmware's words, empty on an ordinary computer."""
    try:
        return (root / MODEL).read_bytes().rstrip(b"\0").decode("utf-8", "replace").strip()
    except OSError:
        return ""


def detect_board(root: Path = Path("/")) -> str:
    """The profile of this board.

    `sim` only where nothing speaks of a board; a board that is not known is `generic`, which stays
    unarmed until its owner says what it is.
    """
    model = board_model(root).lower()
    for words, profile in _PROFILES:
        if words in model:
            return profile
    is_board = model or (root / MODEL).exists() or (root / JETSON_RELEASE).exists()
    return GENERIC if is_board else SIM
