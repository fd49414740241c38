"""The Debian package in a bare system under its own systemd: a whole life, without a network."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .deb_rig import FOLDER, SUITES, Ran, System, booted, missing

pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=missing() or "can be tried"),
    pytest.mark.timeout(5400),
]
OWN = '[gate]\nname = "north"\n'
NEWER = "9.9.9"
UNITS = ("gatehouse.service", "gatehouse-reboot.path")
OURS = ("find", "/", "-xdev", "-iname", "*gatehouse*", "-not", "-path", "/var/log/*")
LIBRARIES = "find /opt/gatehouse -name '*.so*' -exec ldd {} + 2>&1 | grep 'not found'"


@dataclass(frozen=True, slots=True)
class Installed:
    enabled: str
    state: str
    user: str
    check: Ran
    visit: Ran
    verify: Ran
    unresolved: str


@dataclass(frozen=True, slots=True)
class Upgraded:
    owner: str
    version: str
    pids: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Removed:
    left: tuple[bool, bool]
    state: str
    log: str


@dataclass(frozen=True, slots=True)
class Purged:
    left: str
    user: str


@dataclass(frozen=True, slots=True)
class Life:
    """What was seen of a package from its installation to its purge."""

    installed: Installed
    upgraded: Upgraded
    removed: Removed
    purged: Purged


@pytest.fixture(scope="module", params=SUITES)
def life(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    place = tmp_path_factory.mktemp("life")
    (package,) = Path(FOLDER).glob(f"gatehouse_*~{request.param}_amd64.deb")
    with booted(Path(FOLDER) / f"bare-{request.param}-amd64.tar", place) as system:
        shutil.copy(package, system.root / "root/first.deb")
        newer(package, place, system.root / "root/later.deb")
        yield Life(installed(system), upgraded(system), removed(system), purged(system))


def newer(package: Path, place: Path, later: Path) -> None:
    """The same package with a later version."""
    tree = place / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", str(package), str(tree)], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(control.read_text().replace("\nVersion: ", f"\nVersion: {NEWER}-"))
    build = ("dpkg-deb", "--root-owner-group", "-Znone", "--build")
    subprocess.run([*build, str(tree), str(later)], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)


def installed(system: System) -> Installed:
    system.apt("install", "/root/first.deb")
    system.await_gate()
    return Installed(
        enabled=system.run("systemctl", "is-enabled", *UNITS).said,
        state=system.show("SubState"),
        user=system.must("stat", "--format=%U", f"/proc/{system.show('MainPID')}"),
        check=system.run("gatehouse", "check", "--board", "sim"),
        visit=system.run("gatehouse", "sim", "--visits", "1", "--speed", "max", "--json"),
        verify=system.run("systemd-analyze", "verify", "--man=no", *UNITS),
        unresolved=system.run("sh", "-c", LIBRARIES).said,
    )


def upgraded(system: System) -> Upgraded:
    owner = system.root / "etc/gatehouse/gatehouse.toml"
    owner.write_text(OWN)
    before = system.show("MainPID")
    system.apt("install", "/root/later.deb")
    system.await_gate()
    version = system.must("dpkg-query", "--show", "--showformat=${Version}", "gatehouse")
    return Upgraded(owner.read_text(), version, (before, system.show("MainPID")))


def removed(system: System) -> Removed:
    system.apt("remove", "gatehouse")
    kept = ("etc/gatehouse/gatehouse.toml", "var/lib/gatehouse/data/gatehouse.db")
    return Removed(
        left=((system.root / kept[0]).exists(), (system.root / kept[1]).exists()),
        state=system.show("ActiveState"),
        log=system.log(),
    )


def purged(system: System) -> Purged:
    system.apt("purge", "gatehouse")
    return Purged(system.must(*OURS), system.run("id", "gatehouse").said)


def test_the_gate_is_there_after_the_installation(life: Life) -> None:
    seen = life.installed

    assert (seen.enabled.split(), seen.state, seen.user) == (["enabled", "enabled"], "running", "gatehouse")


def test_the_installed_gate_finds_its_own_parts(life: Life) -> None:
    seen = life.installed

    assert seen.unresolved == ""
    assert "/site-packages/share/gatehouse/etc/gatehouse.toml" in seen.check.said
    assert seen.check.code == 0


def test_a_visit_in_the_twin_is_read_and_opens(life: Life) -> None:
    visit = life.installed.visit
    summary = json.loads(visit.said.splitlines()[-1])

    assert (visit.code, summary["opened"], summary["violations"]) == (0, 1, [])


def test_systemd_understands_the_installed_units(life: Life) -> None:
    # Of its own units a system says this and that.
    assert life.installed.verify.code == 0
    assert "gatehouse" not in life.installed.verify.said


def test_an_upgrade_keeps_the_owner_s_file_and_starts_the_new_gate(life: Life) -> None:
    seen = life.upgraded

    assert seen.owner == OWN
    assert seen.version.startswith(NEWER)
    assert len({*seen.pids, "0"}) == 3


def test_a_removal_stops_the_gate_and_leaves_what_was_written(life: Life) -> None:
    seen = life.removed

    assert seen.left == (True, True)
    assert seen.state == "inactive"
    # ExecStopPost=, which drives the outputs to their shutdown level, has worked as well.
    assert seen.log.splitlines()[-2].endswith("Deactivated successfully.")


def test_a_purge_leaves_nothing_but_the_user(life: Life) -> None:
    assert life.purged.left == ""
    assert "(gatehouse)" in life.purged.user
