"""The profile `rpi`, which no test can boot: its parts agree, and its recipe asks for the right things."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.access.regions import PRESETS
from appliance.config.checks.wiring import level_before_start
from appliance.config.load import load_config
from appliance.config.schema import Output, Outputs
from appliance.firstboot.offers import WIFI, offers
from appliance.firstboot.places import Places
from appliance.hw.specs import input_specs, output_specs
from tests.unit.house.tree import ROOT

BUILD = ROOT / "image-build"
CONFIG = (BUILD / "overlay-boot" / "config.txt").read_text()
DROP_IN = BUILD / "overlay-rpi/etc/systemd/system/wpa_supplicant@.service.d/gatehouse.conf"
RULE = BUILD / "overlay-rpi/usr/lib/udev/rules.d/71-gatehouse-wifi.rules"
SYSTEM = "/usr/lib/python3/dist-packages"
KERNELS = {"rpi-v8": "kernel", "rpi-2712": "kernel_2712"}
DOCUMENTED = frozenset(
    {
        *("arm_64bit", "boot_delay", "camera_auto_detect", "cmdline", "disable_splash", "dtparam"),
        *("enable_uart", "gpio", "initramfs", "kernel", "kernel_watchdog_timeout"),
    }
)
"""Of raspberrypi/documentation, computers/config_txt, and the firmware's overlays README for dtparam."""


def pairs(board: str) -> Iterator[tuple[str, str]]:
    """What config.txt tells a board ("pi4", "pi5"), in its order."""
    heeded = True
    for line in CONFIG.splitlines():
        word = line.split("#")[0].strip()
        if word.startswith("["):
            heeded = word in ("[all]", f"[{board}]")
        elif heeded and word:
            key, _, value = word.replace("initramfs ", "initramfs=", 1).partition("=")
            yield key, value


def build(script: str, place: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    tools = place / "tools"
    surroundings = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "BOARD": "rpi",
        "IMAGE_CACHE": str(place / "cache"),
        "IMAGE_OUT": str(place / "out"),
        "MIRROR": "http://mirror/debian",
        "SECURITY_MIRROR": "http://mirror/debian-security",
        "VENDOR_MIRROR": "http://mirror/vendor",
        **settings,
    }
    return subprocess.run(
        [str(BUILD / script), *words], env=surroundings, capture_output=True, text=True, check=False
    )


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Tools that note what they are told, each word on a line."""
    folder = tmp_path / "tools"
    folder.mkdir()
    told = tmp_path / "told"
    for name in ("mmdebstrap", "arch-test", "dpkg-divert", "openssl", "depmod"):
        (folder / name).write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {told}\nexit 1\n')
        (folder / name).chmod(0o755)
    (folder / "depmod").write_text("#!/bin/sh\n")
    return told


def test_config_txt_says_nothing_that_is_not_documented() -> None:
    assert {key for key, _ in pairs("pi5")} <= DOCUMENTED


@pytest.mark.parametrize(("board", "kernel"), [("pi4", "kernel"), ("pi5", "kernel_2712")])
def test_each_processor_has_its_kernel(board: str, kernel: str) -> None:
    told = dict(pairs(board))

    assert (told["kernel"], told["initramfs"]) == (kernel, "initramfs followkernel")
    assert kernel in KERNELS.values()


def test_the_profile_s_kernels_are_those_of_config_txt_and_of_the_list() -> None:
    profile = (BUILD / "profiles" / "rpi.env").read_text()
    packages = (BUILD / "lists" / "rpi").read_text().split()

    (line,) = re.findall(r"^KERNELS='(.*)'$", profile, re.MULTILINE)
    assert dict(word.split("=") for word in line.split()) == KERNELS
    assert {f"linux-image-{flavour}" for flavour in KERNELS} <= set(packages)


@pytest.mark.parametrize("board", ["pi4", "pi5"])
def test_the_firmware_holds_every_relay_off_and_no_input(board: str) -> None:
    loaded = load_config(None, board, detect=lambda: board, regions=PRESETS).config
    numbers, _, kept = dict(pairs(board))["gpio"].partition("=")
    held = {f"GPIO{number}" for number in numbers.split(",")}

    outputs = output_specs(loaded.outputs, loaded.barrier)
    assert kept == "ip,pd"  # driven, it would energise another owner's relay, or short his contact
    assert held == {spec.pin for spec in outputs}
    assert {(spec.active_high, spec.shutdown) for spec in outputs} == {(True, False)}  # low
    assert held.isdisjoint(spec.pin for spec in input_specs(loaded.inputs, loaded.buttons))


@pytest.mark.parametrize("active_high", [True, False])
def test_a_relay_that_the_firmware_s_pull_down_switches_on_is_warned_of(active_high: bool) -> None:
    config = load_config(None, "pi5", detect=lambda: "pi5", regions=PRESETS).config
    numbers, _, _ = dict(pairs("pi5"))["gpio"].partition("=")

    for number in numbers.split(","):
        relay = Output(pin=f"GPIO{number}", active_high=active_high)
        wired = config.model_copy(update={"outputs": Outputs(open=relay)})
        told = [finding.remedy for finding in level_before_start(wired)]
        assert len(told) == (0 if active_high else 1)
        assert all("GPIO0 to GPIO8 for active low, or fit a resistor" in remedy for remedy in told)


def test_a_released_line_becomes_an_input() -> None:
    assert ("dtparam", "strict_gpiod") in list(pairs("pi4"))


def test_the_radio_is_given_what_the_first_boot_writes() -> None:
    (wifi,) = (offer for offer in offers(Places(), lambda _: None) if offer.name == WIFI)
    unit = DROP_IN.read_text()

    assert f"ConditionPathExists={wifi.kept_at}\n" in unit
    assert f"wpa_supplicant -c {wifi.kept_at} " in unit
    assert "After=gatehouse-prepare.service" in unit
    assert DROP_IN.parent.name.removesuffix(".service.d") in RULE.read_text()


def test_the_base_comes_from_debian_and_from_the_vendor_by_his_key(tmp_path: Path, tools: Path) -> None:
    keyring = tmp_path / "key.gpg"
    keyring.touch()

    build("base.sh", tmp_path, VENDOR_KEYRING=str(keyring))
    told = tools.read_text().splitlines()
    assert f"deb [signed-by={keyring}] http://mirror/vendor trixie main" in told
    assert "deb http://mirror/debian trixie main non-free-firmware" in told
    assert "--architectures=arm64" in told
    (wanted,) = (word for word in told if word.startswith("--include="))
    assert {"linux-image-rpi-2712", "linux-image-rpi-v8", "wireless-regdb", "systemd"} <= set(
        wanted.removeprefix("--include=").split(",")
    )


def test_without_the_vendor_s_key_nothing_is_fetched(tmp_path: Path, tools: Path) -> None:
    refused = build("base.sh", tmp_path, VENDOR_KEYRING="/nowhere")

    assert (refused.returncode, tools.exists()) == (2, False)
    assert "/nowhere" in refused.stderr


def test_the_tested_packages_come_before_those_that_picamera2_brings() -> None:
    lines = (BUILD / "overlay" / SYSTEM.lstrip("/") / "gatehouse.pth").read_text().splitlines()
    done = [f"import sys; sys.path.append({SYSTEM!r})", lines[-1], "print(sys.path[-2:])"]

    ran = subprocess.run(
        [sys.executable, "-S", "-c", "\n".join(done)], capture_output=True, check=True, text=True
    )
    assert ran.stdout.strip() == str(["/opt/gatehouse/lib", SYSTEM])


def vendor_root(place: Path, flavours: tuple[str, ...]) -> Path:
    """What the vendor's packages leave."""
    root = place / "root"
    for flavour in flavours:
        version = f"6.12.47+rpt-{flavour}"
        trees = root / "usr/lib" / f"linux-image-{version}"
        for folder in (trees / "broadcom", trees / "overlays", root / "boot"):
            folder.mkdir(parents=True, exist_ok=True)
        (root / "usr/lib/modules" / version / "kernel/sound").mkdir(parents=True)
        (root / "boot" / f"vmlinuz-{version}").write_text(flavour)
        (trees / "broadcom" / f"bcm2711-{flavour}.dtb").touch()
        (trees / "overlays" / "disable-bt.dtbo").touch()
    firmware = root / "usr/lib/raspi-firmware"
    firmware.mkdir(parents=True)
    for name in ("start4.elf", "fixup4.dat", "start.elf"):
        (firmware / name).touch()
    (place / "boot").mkdir()
    return root


def test_both_kernels_lie_on_the_boot_partition_with_their_trees(tmp_path: Path, tools: Path) -> None:
    root = vendor_root(tmp_path, ("rpi-v8", "rpi-2712"))

    done = build("kernels.sh", tmp_path, str(root), str(tmp_path / "boot"))
    assert done.returncode == 0, done.stderr
    assert {name: (tmp_path / "boot" / name).read_text() for name in KERNELS.values()} == {
        name: flavour for flavour, name in KERNELS.items()
    }
    found = {path.name for path in (tmp_path / "boot").rglob("*") if path.is_file()}
    assert found - set(KERNELS.values()) == {
        *("start4.elf", "fixup4.dat", "disable-bt.dtbo"),
        *("bcm2711-rpi-v8.dtb", "bcm2711-rpi-2712.dtb"),
    }
    assert list(root.rglob("sound")) == []


def test_a_kernel_that_is_missing_ends_the_build(tmp_path: Path, tools: Path) -> None:
    root = vendor_root(tmp_path, ("rpi-v8",))

    refused = build("kernels.sh", tmp_path, str(root), str(tmp_path / "boot"))
    assert refused.returncode == 1
    assert "wanted is one kernel *-rpi-2712; there is: none" in refused.stderr
