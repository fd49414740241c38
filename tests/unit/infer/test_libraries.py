"""A vendor's extensions are read before they are imported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from appliance.infer.libraries import read_ahead


@pytest.fixture
def vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The inner folder of a package that nothing has imported."""
    folder = tmp_path / "slowvendor" / "capi"
    folder.mkdir(parents=True)
    (tmp_path / "slowvendor" / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def test_extensions_are_read_and_nothing_is_imported(vendor: Path) -> None:
    (vendor / "big.abi3.so").write_bytes(b"x" * 3_000_000)
    (vendor / "libunused.so.1").write_bytes(b"x")

    assert read_ahead("slowvendor") == 3_000_000
    assert "slowvendor" not in sys.modules


def test_an_extension_that_cannot_be_read_is_left_to_the_import(vendor: Path) -> None:
    (vendor / "gone.so").symlink_to("nowhere")
    (vendor / "there.so").write_bytes(b"x")

    assert read_ahead("slowvendor") == 1


def test_a_package_that_is_not_there_is_left_to_the_import() -> None:
    assert read_ahead("nosuchvendor") == 0


def test_what_is_imported_is_not_read_again(vendor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (vendor / "there.so").write_bytes(b"x")
    monkeypatch.setitem(sys.modules, "slowvendor", sys)

    assert read_ahead("slowvendor") == 0
