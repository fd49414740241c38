"""A hashed lock is read for the computer that packages are for, not for the one that builds."""

from __future__ import annotations

from pathlib import Path

import pytest
from imagekit.lock import Target, holding, main

from tests.unit.house.tree import ROOT

LOCK = """# made by a tool
numpy==2.2.6 ; python_full_version < '3.11' \\
    --hash=sha256:aa \\
    --hash=sha256:ab
numpy==2.4.6 ; python_full_version == '3.11.*' \\
    --hash=sha256:b
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:c
pyserial==3.5 \\
    --hash=sha256:d
"""


@pytest.mark.parametrize(("python", "version"), [("3.10", "2.2.6"), ("3.11", "2.4.6")])
def test_the_marker_is_asked_about_the_target(python: str, version: str) -> None:
    found = dict(holding(LOCK, Target(python, "aarch64")))

    assert list(found) == ["numpy", "pyserial"]
    assert found["numpy"].startswith(f"numpy=={version} \\\n")


def test_every_hash_stays_with_its_entry() -> None:
    found = dict(holding(LOCK, Target("3.10", "aarch64")))

    assert found["numpy"] == "numpy==2.2.6 \\\n    --hash=sha256:aa \\\n    --hash=sha256:ab"


@pytest.mark.parametrize(
    ("asked", "printed"), [(["--only", "numpy"], "numpy==2.4.6"), (["--without", "numpy"], "pyserial==3.5")]
)
def test_a_part_can_be_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[str], printed: str
) -> None:
    (tmp_path / "lock").write_text(LOCK)

    main([str(tmp_path / "lock"), "--python", "3.11", "--machine", "x86_64", *asked])

    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()][::2] == [printed]


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
def test_the_package_s_own_lock_names_each_package_once(python: str) -> None:
    lock = (ROOT / "requirements" / "deb.txt").read_text()

    names = [name for name, _ in holding(lock, Target(python, "aarch64"))]
    assert len(names) == len(set(names))
    assert {"numpy", "onnxruntime", "lgpio", "jetson-gpio"} <= set(names)
