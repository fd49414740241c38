"""The units as systemd itself judges them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.config.schema import Update
from tests.unit.house.tree import ROOT

UNITS = ROOT / "etc" / "systemd"
UPDATES = ROOT / "ota" / "systemd"
BUILD = ROOT / "image-build"
LAID = (
    *(UNITS, UPDATES),
    *(
        BUILD / "overlay" / "usr" / "lib" / "systemd" / "system",
        BUILD / "overlay" / "etc" / "systemd" / "system",
    ),
    BUILD / "overlay-qemu-arm64" / "etc" / "systemd" / "system",
)
"""What the image lays into one place: units, and what is added to them."""
MOST_EXPOSED = 2.5
"""Of 10, as `systemd-analyze security` counts it: below 2.5 for what talks to cameras and moves a barrier."""

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="no systemd-analyze here to ask")


def exposure(unit: Path) -> float:
    command = (ANALYZE or "", "security", "--offline=true", "--no-pager", str(unit))
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.findall(r"exposure level for \S+: ([\d.]+)", told)[0])


@pytest.fixture
def laid(tmp_path: Path) -> Path:
    """Our units as the image has them; the programs that they start are not here."""
    for folder in LAID:
        for found in sorted(folder.glob("gatehouse*")):
            if found.is_dir():
                shutil.copytree(found, tmp_path / found.name, dirs_exist_ok=True)
            else:
                text = re.sub(r"/usr/bin/gatehouse|/usr/lib/gatehouse/[\w-]+", "/bin/true", found.read_text())
                (tmp_path / found.name).write_text(text)
    return tmp_path


@needs_systemd
def test_the_gate_s_unit_is_hardened() -> None:
    assert exposure(UNITS / "gatehouse.service") < MOST_EXPOSED


@needs_systemd
def test_the_gate_s_unit_is_hardened_as_the_image_runs_it(laid: Path) -> None:
    assert {path.name for path in (laid / "gatehouse.service.d").iterdir()} >= {
        "image.conf",
        "application.conf",
    }
    assert exposure(laid / "gatehouse.service") < MOST_EXPOSED


@needs_systemd
def test_what_is_added_to_a_unit_counts(laid: Path) -> None:
    before = exposure(laid / "gatehouse.service")
    (laid / "gatehouse.service.d" / "zz.conf").write_text("[Service]\nUser=root\nPrivateTmp=no\n")

    assert exposure(laid / "gatehouse.service") > before


@needs_systemd
@pytest.mark.parametrize(
    ("unit", "most"),
    [
        ("gatehouse-prepare.service", 7.0),
        ("gatehouse-stranded.service", 7.0),
        ("gatehouse-ota-proof.service", 8.0),
        ("gatehouse-ota-poll.service", 8.0),
    ],
)
def test_what_needs_root_has_nothing_else_that_it_does_not_need(laid: Path, unit: str, most: float) -> None:
    assert exposure(laid / unit) <= most


@needs_systemd
def test_systemd_understands_every_unit_of_the_image(laid: Path) -> None:
    units = [str(path) for path in sorted(laid.glob("gatehouse*")) if path.is_file()]
    command = (ANALYZE or "", "verify", "--man=no", *units)
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_a_unit_that_systemd_does_not_understand_is_found(laid: Path) -> None:
    unit = laid / "gatehouse.service"
    unit.write_text(unit.read_text().replace("WatchdogSec=15", "WatchdogSec=soon"))
    command = (ANALYZE or "", "verify", "--man=no", str(unit))

    assert "soon" in subprocess.run(command, capture_output=True, text=True, check=False).stderr


@needs_systemd
def test_a_unit_without_hardening_is_found(tmp_path: Path) -> None:
    unit = tmp_path / "bare.service"
    unit.write_text("[Service]\nExecStart=/bin/true\n")

    assert exposure(unit) > MOST_EXPOSED


def test_what_the_image_enables_of_ours_exists() -> None:
    listed = (ROOT / "image-build" / "lists" / "units").read_text().splitlines()
    ours = {name for name in listed if name.startswith("gatehouse")}

    assert ours
    assert ours - {path.name for folder in LAID for path in folder.iterdir()} == set()


def test_a_slot_has_come_up_when_any_start_of_the_gate_says_ready_and_by_nothing_else() -> None:
    gate = (UNITS / "gatehouse.service").read_text()
    added = (BUILD / "overlay/etc/systemd/system/gatehouse.service.d/image.conf").read_text()
    pulls = [
        path.name
        for folder in LAID
        for path in folder.rglob("*.*")
        if path.is_file() and "gatehouse-up.service" in re.sub("#.*", "", path.read_text())
    ]

    assert "Type=notify" in gate
    assert "ExecStartPost=-+/usr/bin/systemctl start --no-block gatehouse-up.service\n" in added
    assert pulls == ["image.conf"]
    assert "gatehouse" not in re.sub(
        "#.*|Description.*|Exec.*", "", (UNITS / "gatehouse-up.service").read_text()
    )
    assert "gatehouse-up" not in (BUILD / "lists" / "units").read_text()


def test_what_touches_the_data_partition_waits_until_it_is_mounted() -> None:
    units = [path for folder in LAID for path in folder.glob("gatehouse*.service")]
    touching = [path for path in units if re.search(r"^Exec.*/data/", path.read_text(), re.MULTILINE)]
    own = BUILD / "overlay/etc/systemd/system/data.mount.d/stranded.conf"

    assert {path.name for path in touching} >= {"gatehouse-up.service", "gatehouse-prepare.service"}
    assert [path.name for path in touching if "RequiresMountsFor=/data\n" not in path.read_text()] == []
    assert "OnFailure=gatehouse-stranded.service\n" in own.read_text()
    assert "/data" not in (BUILD / "overlay/usr/lib/systemd/system/gatehouse-stranded.service").read_text()


def test_no_release_of_an_update_lets_go_of_the_outputs() -> None:
    (post,) = re.findall(r"^ExecStopPost=(.*)", (UNITS / "gatehouse.service").read_text(), re.MULTILINE)
    added = (UPDATES / "gatehouse.service.d" / "application.conf").read_text()

    assert "Environment=PYTHONPATH=" in added
    assert post == "/usr/bin/env -u PYTHONPATH /usr/bin/gatehouse run --release-outputs"


def test_all_that_installs_and_runs_updates_means_one_folder() -> None:
    named = [
        (ROOT / "ota" / "rauc" / "system.conf.in").read_text(),
        (UPDATES / "gatehouse.service.d" / "application.conf").read_text(),
        (BUILD / "overlay" / "etc" / "fstab").read_text(),
        (BUILD / "deb" / "postrm").read_text(),
    ]

    assert all(re.search(rf"{Update().folder}[/ ]", text) for text in named)


@pytest.mark.parametrize("unit", ["proof", "poll"])
def test_what_runs_as_root_reads_no_configuration_of_the_gate_s(unit: str) -> None:
    text = (UPDATES / f"gatehouse-ota-{unit}.service").read_text()

    assert "WorkingDirectory=/\n" in text


@pytest.fixture
def way_back(tmp_path: Path) -> Callable[..., int]:
    """What the way back waits with, for as long as it takes, with a systemd that says this; its exit code."""
    text = (UPDATES / "gatehouse-ota-back.service").read_text()
    found = re.search(r"^ExecStartPre=-/usr/bin/timeout 300 /bin/sh -c '(.*)'$", text, re.MULTILINE)
    assert found is not None
    for name in ("systemctl", "sleep"):
        (tmp_path / name).write_text(
            '#!/bin/sh\nprintf "$SAID"\n' if name == "systemctl" else "#!/bin/sh\nkill $PPID\n"
        )
        (tmp_path / name).chmod(0o755)

    def ran(said: str) -> int:
        env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SAID": said}
        return subprocess.run(("/bin/sh", "-c", found[1]), env=env, check=False).returncode

    return ran


@pytest.mark.parametrize(
    ("state", "text", "waits"),
    [
        ("active", "idle_roi", False),
        ("active", "actuate", True),
        ("active", "", True),
        ("activating", "recognize", True),
        ("failed", "actuate", False),
        ("inactive", "", False),
    ],
)
def test_the_way_back_waits_for_a_gate_at_rest(
    way_back: Callable[[str], int], state: str, text: str, waits: bool
) -> None:
    assert (way_back(f"ActiveState={state}\nStatusText={text}\n") != 0) is waits
