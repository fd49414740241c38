"""Boards by what their firmware really says.

Compatible strings: the kernel's bindings (Documentation/devicetree/bindings/arm/bcm/bcm2835.yaml and
tegra.yaml), its device trees under arch/arm64/boot/dts/nvidia and broadcom, and for "-super" the overlays
of Jetson Linux 36.4.3. Release lines and sizes of memory: as reported by owners of the boards.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.hw.board import detect_board, look_at_board
from appliance.hw.jetpack import JetPack, read_release

PI4 = ("raspberrypi,4-model-b", "brcm,bcm2711")
PI5 = ("raspberrypi,5-model-b", "brcm,bcm2712")
NANO = ("nvidia,p3768-0000+p3767-0005", "nvidia,p3767-0005", "nvidia,tegra234")
NANO_SUPER = ("nvidia,p3768-0000+p3767-0005-super", "nvidia,p3767-0005", "nvidia,tegra234")
NX = ("nvidia,p3768-0000+p3767-0000", "nvidia,p3767-0000", "nvidia,tegra234")
AGX = ("nvidia,p3737-0000+p3701-0000", "nvidia,p3701-0000", "nvidia,tegra234")

BOARDS = [
    ("Raspberry Pi 4 Model B Rev 1.5", PI4, "pi4"),
    ("Raspberry Pi 400 Rev 1.0", ("raspberrypi,400", "brcm,bcm2711"), "pi4"),
    ("Raspberry Pi Compute Module 4 Rev 1.1", ("raspberrypi,4-compute-module", "brcm,bcm2711"), "pi4"),
    ("Raspberry Pi 5 Model B Rev 1.0", PI5, "pi5"),
    ("Raspberry Pi 500", ("raspberrypi,500", "brcm,bcm2712"), "pi5"),
    ("Raspberry Pi Compute Module 5 Rev 1.0", ("raspberrypi,5-compute-module", "brcm,bcm2712"), "pi5"),
    ("NVIDIA Jetson Orin Nano Developer Kit", NANO, "jetson-orin-nano"),
    (
        "NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super",
        NANO_SUPER,
        "jetson-orin-nano",
    ),
    ("NVIDIA Jetson Orin NX Engineering Reference Developer Kit", NX, "jetson-orin-nx"),
    ("NVIDIA Jetson AGX Orin Developer Kit", AGX, "jetson-agx-orin"),
    ("linux,dummy-virt", ("linux,dummy-virt",), "qemu-arm64"),
    # Not served: each must be told from its sister.
    ("Raspberry Pi 3 Model B Plus Rev 1.3", ("raspberrypi,3-model-b-plus", "brcm,bcm2837"), "generic"),
    ("Raspberry Pi Zero 2 W Rev 1.0", ("raspberrypi,model-zero-2-w", "brcm,bcm2837"), "generic"),
    (
        "NVIDIA Jetson Nano Developer Kit",
        ("nvidia,p3450-0000", "nvidia,jetson-nano", "nvidia,tegra210"),
        "generic",
    ),
    (
        "NVIDIA Jetson AGX Xavier Developer Kit",
        ("nvidia,p2972-0000", "nvidia,tegra194"),
        "generic",
    ),
]


def a_board(root: Path, model: str, compatible: tuple[str, ...], memory_kb: int = 0, tegra: str = "") -> Path:
    tree = root / "proc/device-tree"
    tree.mkdir(parents=True)
    (tree / "model").write_bytes(f"{model}\0".encode())
    (tree / "compatible").write_bytes("".join(f"{name}\0" for name in compatible).encode())
    (root / "proc/meminfo").write_text(f"MemTotal:       {memory_kb} kB\nMemFree:  1 kB\n")
    if tegra:
        (root / "etc").mkdir()
        (root / "etc/nv_tegra_release").write_text(f"{tegra}\n# KERNEL_VARIANT: oot\n")
    return root


@pytest.mark.parametrize(("model", "compatible", "profile"), BOARDS)
def test_a_board_is_known_by_what_its_firmware_says(
    tmp_path: Path, model: str, compatible: tuple[str, ...], profile: str
) -> None:
    assert detect_board(a_board(tmp_path, model, compatible)) == profile


def test_a_module_is_known_on_another_maker_s_carrier_board(tmp_path: Path) -> None:
    board = look_at_board(a_board(tmp_path, "Acme AI Box", ("acme,box+p3767-0003", "nvidia,tegra234")))

    assert board.profile == "jetson-orin-nano"
    assert board.has_foreign_carrier


def test_a_kit_that_emulates_a_smaller_module_is_that_module(tmp_path: Path) -> None:
    emulated = ("nvidia,p3737-0000+p3701-0000-as-p3767-0004", "nvidia,tegra234")

    assert detect_board(a_board(tmp_path, "Jetson AGX Orin as Nano 4GB", emulated)) == "jetson-orin-nano"


@pytest.mark.parametrize("compatible", [NANO, NANO_SUPER, NX, AGX, PI5])
def test_the_maker_s_own_carrier_board_is_no_stranger(tmp_path: Path, compatible: tuple[str, ...]) -> None:
    assert not look_at_board(a_board(tmp_path, "", compatible)).has_foreign_carrier


@pytest.mark.parametrize(
    ("memory_kb", "sold_gb"),
    [(926_164, 1), (1_848_000, 2), (3_884_136, 4), (7_650_336, 8), (15_656_512, 16), (64_349_000, 64)],
)
def test_memory_is_told_as_it_is_sold(tmp_path: Path, memory_kb: int, sold_gb: int) -> None:
    assert look_at_board(a_board(tmp_path, "", PI4, memory_kb)).memory_gb == sold_gb


def test_a_board_says_who_made_it(tmp_path: Path) -> None:
    pi = look_at_board(a_board(tmp_path / "pi", "Raspberry Pi 5 Model B Rev 1.0", PI5))
    jetson = look_at_board(a_board(tmp_path / "jetson", "", NANO))

    assert (pi.is_pi, pi.is_jetson) == (True, False)
    assert (jetson.is_pi, jetson.is_jetson) == (False, True)


def test_an_ordinary_computer_with_dmi_is_the_twin(tmp_path: Path) -> None:
    dmi = tmp_path / "sys/class/dmi/id"
    dmi.mkdir(parents=True)
    (dmi / "board_name").write_text("X570\n")

    assert look_at_board(tmp_path).profile == "sim"


@pytest.mark.parametrize(
    ("line", "release"),
    [
        ("# R36 (release), REVISION: 4.3, GCID: 38968081", JetPack("36.4.3", "6.2", "12.6", "10.3")),
        ("# R36 (release), REVISION: 4.0, GCID: 1", JetPack("36.4.0", "6.1", "12.6", "10.3")),
        ("# R36 (release), REVISION: 3.0, GCID: 1", JetPack("36.3.0", "6.0", "12.2", "8.6")),
        ("# R35 (release), REVISION: 6.0, GCID: 1", JetPack("35.6.0", "5.1", "11.4", "8.5")),
        ("# R39 (release), REVISION: 2.1, GCID: 1", JetPack("39.2.1")),
        ("no release", None),
    ],
)
def test_a_release_of_jetson_linux_names_its_jetpack(line: str, release: JetPack | None) -> None:
    assert read_release(line) == release


@pytest.mark.parametrize(
    ("l4t", "too_old"), [("35.6.0", True), ("36.3.0", True), ("36.4.0", False), ("39.2.1", False)]
)
def test_a_jetpack_before_6_1_is_too_old(l4t: str, too_old: bool) -> None:
    assert JetPack(l4t).too_old is too_old
