"""What `make image` leaves, looked at from outside, as the one who flashes it gets it: nothing is booted."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
from imagekit.layout import SECTOR, plan

from .autoboot import CONFIG_PARTITION
from .conftest import IMAGE
from .firmware import Firmware

pytestmark = [pytest.mark.short, pytest.mark.timeout(600)]

MIB = 1 << 20
DOWNLOAD_LIMIT = 400 * MIB
"""So that a slow line has it within minutes; models and wheels may still grow."""
KEEPERS = re.compile(
    r"etc/ssh/ssh_host_|\.key$|etc/machine-id\.|var/lib/dbus/machine-id|/random-seed$|etc/apt/.*sources|root/\.ssh/"
)
"""What a board makes for itself, or what tells of the computer that built the image."""
BENCH = re.compile(r"(gpio-sim|vimc)\.ko|^bench|bench\.service")


@dataclass(frozen=True, slots=True)
class Artefacts:
    """The files that were built, and the root unpacked out of the image's first slot."""

    image: Path
    root: Path
    slot: Path

    def beside(self, suffix: str) -> Path:
        return self.image.with_suffix(suffix)

    def names(self) -> list[str]:
        return [str(path.relative_to(self.root)) for path in sorted(self.root.rglob("*"))]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Artefacts:
    if not (image := os.environ.get(IMAGE)):
        pytest.skip(f"no image: {IMAGE} is set by `make hil`, which builds it")
    work = tmp_path_factory.mktemp("artefacts")
    slot, root = work / "root.img", work / "root"
    place = plan().named("root_a")
    cut = (f"skip={place.start_mib}", f"count={place.size_mib}", "bs=1M", "conv=sparse", "status=none")
    subprocess.run(("dd", f"if={image}", f"of={slot}", *cut), check=True)
    subprocess.run(("unsquashfs", "-quiet", "-no-progress", "-d", root, slot), check=True)
    return Artefacts(Path(image), root, slot)


def test_the_hashes_are_those_of_the_files(built: Artefacts) -> None:
    sums = built.beside(".sha256")
    subprocess.run(("sha256sum", "--check", "--strict", "--quiet", sums.name), cwd=sums.parent, check=True)

    listed = [line.split()[1] for line in sums.read_text().splitlines()]
    assert listed == [f"{built.image.stem}{suffix}" for suffix in (".img.zst", ".img.bmap", ".spdx.json")]


def test_what_is_flashed_is_the_image(built: Artefacts) -> None:
    """bmaptool holds what it unpacks against the hashes of the block map, wherever it writes to."""
    packed = built.beside(".img.zst")
    subprocess.run(("bmaptool", "--quiet", "copy", packed, "/dev/null"), check=True)
    with subprocess.Popen(("zstd", "-dcq", packed), stdout=subprocess.PIPE) as unpacked:
        assert subprocess.run(("cmp", "-", built.image), stdin=unpacked.stdout, check=False).returncode == 0

    assert packed.stat().st_size < DOWNLOAD_LIMIT


def test_the_disk_is_divided_as_planned_and_documented(built: Artefacts) -> None:
    page = (Path(__file__).parents[3] / "docs" / "image.md").read_text("utf-8")
    named = re.findall(r"^\| [\d, ]+((?: ?`\w+`,?)+)", page, re.MULTILINE)

    assert list(_table(built.image)) == [
        (part.name, part.kind, part.guid, part.start_bytes // SECTOR, part.size_mib * MIB // SECTOR)
        for part in plan().partitions
    ]
    assert re.findall(r"\w+", " ".join(named)) == [part.name for part in plan().partitions]
    subprocess.run(("sgdisk", "--verify", built.image), check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("name", ["boot_b", "root_b"])
def test_the_other_slot_is_empty(built: Artefacts, name: str) -> None:
    slot = plan().named(name)
    where = (f"--ignore-initial={slot.start_bytes}:0", f"--bytes={slot.size_mib * MIB}")

    subprocess.run(("cmp", *where, built.image, "/dev/zero"), check=True)


def test_the_first_slot_starts_and_none_is_tried(built: Artefacts, tmp_path: Path) -> None:
    told = Firmware(built.image, tmp_path).read(CONFIG_PARTITION, "autoboot.txt").decode()

    assert re.findall(r"boot_partition=(\d)", told)[0] == str(plan().named("boot_a").number)


def test_the_kernel_is_told_the_hash_of_this_root(built: Artefacts, tmp_path: Path) -> None:
    blocks, salt, root_hash = _verity(built, tmp_path)
    sealed = (f"--salt={salt}", f"--data-blocks={blocks}", f"--hash-offset={int(blocks) * 4096}")

    command = ("veritysetup", "verify", "--no-superblock", *sealed, built.slot, built.slot, root_hash)
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_an_update_may_grow_to_twice_the_root(built: Artefacts, tmp_path: Path) -> None:
    blocks, _, _ = _verity(built, tmp_path)

    assert 2 * 4096 * int(blocks) < 0.98 * plan().named("root_a").size_mib * MIB  # hashes: a 128th more


def test_the_root_holds_nothing_of_one_board_or_one_builder(built: Artefacts) -> None:
    shadow = (built.root / "etc" / "shadow").read_text().splitlines()

    assert [name for name in built.names() if KEEPERS.search(name)] == []
    assert (built.root / "etc" / "machine-id").read_bytes() == b""
    assert {line.split(":")[1] for line in shadow} <= {"*", "!", "!*"}


def test_the_root_holds_nothing_of_the_test_bench(built: Artefacts) -> None:
    assert [name for name in built.names() if BENCH.search(name)] == []


def test_the_bill_names_every_package_and_wheel_with_its_version(built: Artefacts) -> None:
    listed = {
        (_kind(package), package["name"], package["versionInfo"]) for package in _bill(built)["packages"]
    }

    assert listed == {*_debian(built.root), *_wheels(built.root)}


def test_the_bill_is_valid_spdx(built: Artefacts) -> None:
    bill = _bill(built)
    keys = [package["SPDXID"] for package in bill["packages"]]

    assert (bill["spdxVersion"], bill["dataLicense"], bill["SPDXID"]) == (
        *("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT"),
    )
    assert re.fullmatch(r"https://\S+[0-9a-f]{64}", bill["documentNamespace"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", bill["creationInfo"]["created"])
    assert [key for key in keys if not re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", key)] == []
    assert len(set(keys)) == len(keys)
    assert [told["relatedSpdxElement"] for told in bill["relationships"]] == keys


def _verity(built: Artefacts, work: Path) -> tuple[str, str, str]:
    """Data blocks, salt and root hash, as the first slot's kernel is told."""
    cmdline = Firmware(built.image, work).read(plan().named("boot_a").number, "cmdline.txt").decode()
    blocks, salt, root_hash = re.findall(r"gatehouse\.verity=(\d+):(\w+):(\w+)", cmdline)[0]
    return blocks, salt, root_hash


def _table(image: Path) -> Iterator[tuple[str, str, str, int, int]]:
    """Name, type, GUID, first sector and number of sectors of each entry of the GPT (UEFI 2.10, 5.3)."""
    with image.open("rb") as disk:
        disk.seek(2 * SECTOR)
        entries = disk.read(128 * 128)
    for at in range(0, len(entries), 128):
        kind, guid, first, last, _, name = struct.unpack("<16s16sQQQ72s", entries[at : at + 128])
        if any(kind):
            yield name.decode("utf-16-le").rstrip("\0"), _guid(kind), _guid(guid), first, last - first + 1


def _guid(raw: bytes) -> str:
    return str(uuid.UUID(bytes_le=raw)).upper()


def _bill(built: Artefacts) -> dict[str, Any]:
    bill: dict[str, Any] = json.loads(built.beside(".spdx.json").read_text("utf-8"))
    return bill


def _kind(package: dict[str, Any]) -> str:
    locator: str = package["externalRefs"][0]["referenceLocator"]
    return locator.partition("/")[0]


def _debian(root: Path) -> Iterator[tuple[str, str, str]]:
    """As dpkg itself lists them."""
    form = "--showformat=${db:Status-Status} ${Package} ${Version}\n"
    command = ("dpkg-query", f"--admindir={root}/var/lib/dpkg", "--show", form)
    for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
        status, name, version = line.split()
        if status == "installed":
            yield "pkg:deb", name, version


def _wheels(root: Path) -> Iterator[tuple[str, str, str]]:
    for wheel in distributions(path=[str(root / "opt" / "gatehouse" / "lib")]):
        yield "pkg:pypi", wheel.metadata["Name"], wheel.version
