"""Of two commands that change what is installed, one works and the other says so."""

from __future__ import annotations

from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path

import pytest

from appliance.cli.ota import acting, polling, turns
from appliance.cli.ota.turns import Act, in_turn
from appliance.config.schema import Config, Update
from appliance.faults import ConfigFault
from appliance.update.own import alone


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(update=Update(folder=tmp_path / "updates"))


def write(_: Namespace, config: Config) -> int:
    (config.update.folder / "done").touch()
    return 0


work = in_turn(write)


def test_alone_it_works(config: Config) -> None:
    assert work(Namespace(), config) == 0
    assert (config.update.folder / "done").exists()


def test_beside_another_it_does_nothing_and_says_so(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    with alone(config.update.folder):
        assert work(Namespace(), config) == 1

    assert not (config.update.folder / "done").exists()
    assert "An update is at work on this board" in capsys.readouterr().err


def test_in_a_folder_of_anybody_s_it_does_nothing(config: Config) -> None:
    config.update.folder.mkdir()
    config.update.folder.chmod(0o777)

    with pytest.raises(ConfigFault, match="others than root"):
        work(Namespace(), config)
    assert not (config.update.folder / "done").exists()


@pytest.mark.parametrize("act", [acting.install, acting.restart, acting.roll_back, polling.run])
def test_none_of_them_works_beside_another(config: Config, act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "sleep", lambda seconds: None)
    with alone(config.update.folder):
        assert act(Namespace(), config) == 1


def test_a_person_s_command_outwaits_a_short_round(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    round_of_the_timer = ExitStack()
    round_of_the_timer.enter_context(alone(config.update.folder))
    monkeypatch.setattr(turns, "sleep", lambda seconds: round_of_the_timer.close())

    assert in_turn(write, patience=1)(Namespace(), config) == 0
    assert (config.update.folder / "done").exists()
