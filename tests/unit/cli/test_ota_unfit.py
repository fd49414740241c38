"""A system on trial that cannot use the owner's configuration goes back, and the status tells why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from appliance.__main__ import main
from appliance.cli.ota import unfit
from appliance.update.trials import Stage
from tests.unit.update.rig import Rig


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    rig = Rig(tmp_path)
    monkeypatch.setattr(unfit, "make_updater", lambda config: rig.updater)
    monkeypatch.setattr(unfit, "keep_in_record", lambda config, trial: None)
    return rig


def mark_good(tmp_path: Path, text: str) -> int:
    owner = tmp_path / "gatehouse.toml"
    owner.write_text(text)
    return main(["ota", "mark-good", "--config", os.fspath(owner), "--board", "generic"])


def test_it_goes_back_and_names_the_key(rig: Rig, tmp_path: Path) -> None:
    rig.tried("system_2.1")

    assert mark_good(tmp_path, "[gate]\nnonsense = 1\n") == 1
    last = rig.trials.all()[-1]
    assert (last.stage, rig.restarts) == (Stage.BACK, ["board", "board"])
    assert "gatehouse.toml:2" in last.reason


def test_what_is_not_on_trial_stays_and_the_mistake_is_told(
    rig: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mark_good(tmp_path, "[gate]\nnonsense = 1\n") == 2
    assert (rig.trials.all(), rig.restarts) == ((), [])
    assert "nonsense" in capsys.readouterr().err
