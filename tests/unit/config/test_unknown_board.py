"""A board that nobody knows says so, until its owner takes it over."""

from __future__ import annotations

from pathlib import Path

from appliance.config.load import load_config

PINS = (
    '[gate]\narmed = true\n[outputs.open]\npin = "GPIO17"\nmax_on_s = 10.0\n[inputs.loop]\npin = "GPIO26"\n'
)


def keys(path: Path | None) -> list[str]:
    loaded = load_config(path, "auto", detect=lambda: "generic", environment={})
    return [finding.key for finding in loaded.findings]


def test_an_unknown_board_is_unarmed_and_told() -> None:
    loaded = load_config(None, "auto", detect=lambda: "generic", environment={})

    assert loaded.config.gate.armed is False
    assert "board" in keys(None)


def test_an_owner_who_arms_it_has_taken_it_over(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'pin_factory = "lgpio"\n{PINS}[cameras.front]\nsource = "0"\n', encoding="utf-8")

    assert "board" not in keys(path)
