"""RAUC's own service with our boot slots behind it, on a board of files.

It writes no slot: its verity format needs device-mapper in the kernel.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.cli.ota.slotting import make_slots
from appliance.config.load import load_config
from appliance.update.base import Slot, SlotState
from appliance.update.single import SingleSlot
from appliance.update.tryboot import TrybootSlots

from ..unit.update.boards import PiBoard

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(400)
NEEDED = ("rauc", "mksquashfs", "openssl", "dbus-run-session")

BACKEND = """\
#!{python}
import sys

sys.path.insert(0, "{tree}")
from pathlib import Path

from appliance.cli.ota.backend import answer
from appliance.update.autoboot import MountedFat
from appliance.update.notes import SlotNotes
from appliance.update.tryboot import TrybootSlots

board = Path("{board}")
slots = TrybootSlots(board / "root", MountedFat(board / "boot"), SlotNotes(board / "slots"))
print(answer(slots, sys.argv[1:]))
"""

needs_rauc = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in NEEDED),
    reason="RAUC's service is missing: apt-get install rauc squashfs-tools dbus",
)


class RaucBoard:
    """A Pi of files whose RAUC service knows our slots."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.board = PiBoard(folder)
        backend = folder / "backend"
        backend.write_text(BACKEND.format(python=sys.executable, tree=ROOT, board=folder))
        backend.chmod(0o755)
        for name in ("boot_a", "boot_b", "root_a", "root_b"):
            (folder / name).write_bytes(bytes(1 << 20))
        self.keys("ca", "keys")
        self.keys("signer", "keys", "builder")
        (folder / "ring.pem").write_text(self.keys("keyring", "keys"))
        self.conf = folder / "system.conf"
        text = self.run(str(ROOT / "ota" / "rauc" / "configure"), "rpi")
        for shipped, here in (
            ("/dev/gatehouse", str(folder)),
            ("/usr/lib/gatehouse/rauc-backend", str(backend)),
            ("/etc/rauc/keyring.pem", str(folder / "ring.pem")),
            ("/var/lib/gatehouse-updates", str(folder)),
        ):
            text = text.replace(shipped, here)
        self.conf.write_text(text)

    def keys(self, verb: str, *words: str) -> str:
        return self.run(str(ROOT / "ota" / "keys.sh"), verb, str(self.folder / words[0]), *words[1:])

    def run(self, *words: str) -> str:
        return subprocess.run(words, capture_output=True, text=True, check=True, timeout=150).stdout

    def rauc(self, command: str) -> subprocess.CompletedProcess[str]:
        """One command to a service that is started for it, on a bus of its own."""
        service = f"rauc --conf={self.conf} --override-boot-slot=A service"
        script = (
            f"{service} >{self.folder}/log 2>&1 & "
            "until gdbus introspect --session -d de.pengutronix.rauc -o / >/dev/null 2>&1 || ! kill -0 $!; "
            f"do sleep 0.1; done; {command}; code=$?; kill $!; wait; exit $code"
        )
        words = ["dbus-run-session", "--", "sh", "-c", f"export DBUS_STARTER_BUS_TYPE=session; {script}"]
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=150)

    def states(self) -> dict[str, str]:
        said = json.loads(self.rauc("rauc status --output-format=json").stdout)
        slots = {name: one for each in said["slots"] for name, one in each.items()}
        found = {str(one["bootname"]): str(one["boot_status"]) for one in slots.values() if one["bootname"]}
        return {**found, "primary": said["boot_primary"]}


@pytest.fixture
def rauc(tmp_path: Path) -> RaucBoard:
    return RaucBoard(tmp_path)


@needs_rauc
def test_rauc_sees_the_slots_as_they_are(rauc: RaucBoard) -> None:
    assert rauc.states() == {"A": "good", "B": "bad", "primary": "rootfs.0"}


@needs_rauc
def test_what_rauc_makes_active_is_tried_and_kept_once_it_proved_itself(rauc: RaucBoard) -> None:
    rauc.rauc("rauc status mark-active other")
    before = rauc.board.slots.primary()
    rauc.board.restart()
    rauc.board.slots.set_state(Slot.B, SlotState.GOOD)

    assert (before, rauc.board.slots.on_trial) == (Slot.B, False)
    assert rauc.states() == {"A": "good", "B": "good", "primary": "rootfs.1"}


@needs_rauc
def test_a_bundle_of_a_stranger_is_refused_before_a_slot_is_touched(rauc: RaucBoard) -> None:
    content = rauc.folder / "content"
    content.mkdir()
    for name in ("boot.img", "root.img"):
        (content / name).write_bytes(bytes(range(256)) * 100)
    rauc.keys("ca", "foreign")
    rauc.keys("signer", "foreign", "stranger")
    bundle, keys = str(rauc.folder / "b.raucb"), str(rauc.folder / "foreign")
    builder = str(ROOT / "ota" / "bundle.sh")
    rauc.run(builder, "rpi", "system", "2.1", str(content), keys, "stranger", bundle)
    done = rauc.rauc(f"rauc install {bundle}")

    assert (done.returncode, "signature verification failed" in done.stdout) == (1, True)
    assert rauc.states() == {"A": "good", "B": "bad", "primary": "rootfs.0"}
    assert bytes(1 << 20) == (rauc.folder / "root_b").read_bytes()


def test_a_board_s_slots_are_found_by_what_lies_on_it(tmp_path: Path) -> None:
    board = PiBoard(tmp_path)
    owner = tmp_path / "mine.toml"
    owner.write_text(f'[update]\nboot_files = "{board.boot}"\n', encoding="utf-8")
    pi = make_slots(load_config(owner, None).config, board.root)
    owner.write_text(f'[update]\nboot_files = "{tmp_path}/nothing"\n', encoding="utf-8")

    assert (type(pi), pi.current()) == (TrybootSlots, Slot.A)
    assert isinstance(make_slots(load_config(owner, None).config, board.root), SingleSlot)
