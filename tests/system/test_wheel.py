"""The built wheel is whole: the command starts outside a checkout, with its shipped files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_SOURCE = (".*", "__pycache__", "*.egg-info", "build", "data", "dist", "tests")
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel of this checkout in it, and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(*NOT_SOURCE))
    build = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)]
    subprocess.run(build, check=True, timeout=50)
    (wheel,) = folder.glob("*.whl")
    target = folder / "target"
    subprocess.run(
        [*PIP, "install", "--no-deps", "--target", str(target), str(wheel)], check=True, timeout=50
    )
    return target


def gatehouse(installed: Path, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "appliance", *words]
    return subprocess.run(
        command, cwd=installed.parent, env=environment, check=True, capture_output=True, text=True, timeout=50
    ).stdout


def test_the_configuration_travels_with_the_wheel(installed: Path) -> None:
    shown = gatehouse(installed, "config", "show", "--board", "pi5")

    assert str(installed / "share" / "gatehouse" / "etc" / "boards" / "pi5.toml") in shown


def test_the_models_travel_with_the_wheel(installed: Path) -> None:
    shown = gatehouse(installed, "check", "--board", "sim")

    assert "gatehouse reads its golden frames" in shown


def test_the_weights_travel_with_the_wheel(installed: Path) -> None:
    weights = installed / "share" / "gatehouse" / "models" / "weights"

    here = {path.name for path in (ROOT / "models" / "weights").glob("*.onnx")}
    assert {path.name for path in weights.iterdir()} == here
    assert {"detector.int8.onnx", "reader.int8.onnx"} <= here


def test_what_is_compiled_on_the_board_travels_with_the_wheel(installed: Path) -> None:
    sources = [
        path.relative_to(ROOT) for kind in ("*.cu", "*.cpp") for path in (ROOT / "appliance").rglob(kind)
    ]

    assert len(sources) >= 2
    assert [path for path in sources if not (installed / path).is_file()] == []
