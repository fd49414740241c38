"""Progress is seen where no terminal is: in the log, and from another shell."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from pathlib import Path

import pytest

from appliance.cli.ota.telling import Bar, run
from appliance.config import Config
from appliance.config.load import read_config
from appliance.update.underway import Underway


@pytest.fixture
def config(tmp_path: Path) -> Config:
    home = {"GATEHOUSE_HOME": str(tmp_path), "GATEHOUSE_CONFIG": os.devnull}
    shipped = read_config(None, "generic", environment=home).config
    update = shipped.update.model_copy(update={"folder": tmp_path / "update"})
    (tmp_path / "gatehouse-updates").mkdir()
    recovery = shipped.recovery.model_copy(update={"request": tmp_path / "gatehouse" / "reboot"})
    return shipped.model_copy(update={"update": update, "recovery": recovery})


def test_each_tenth_is_a_line_of_the_log_and_each_step_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    bar = Bar("gatehouse-2.1.raucb", said.append)
    for share in (0.0, 0.05, 0.09, 0.1, 0.15, 1.0):
        bar(share, "writing")
    bar.close()

    shown = [line.split()[0] for line in capsys.readouterr().err.splitlines()]
    assert (shown, len(said)) == (["0%", "10%", "100%"], 6)
    assert said[1] == "5% of gatehouse-2.1.raucb: writing"


def test_the_status_tells_what_another_process_is_doing(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    with Underway.beside(config.recovery).held() as say:
        say("5% of a bundle: writing")
        run(Namespace(json=False), config)
        run(Namespace(json=True), config)

    text, data = capsys.readouterr().out.split("{", 1)
    assert "now          5% of a bundle: writing" in text
    assert json.loads("{" + data)["doing"] == "5% of a bundle: writing"


def test_and_of_a_fetch_that_holds_nothing_up(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    with Underway.beside(config.recovery).fetching.held() as say:
        say("40% of a bundle: fetching")
        run(Namespace(json=False), config)

    assert "now          40% of a bundle: fetching" in capsys.readouterr().out


def test_and_nothing_of_none(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    run(Namespace(json=False), config)

    assert "now " not in capsys.readouterr().out
