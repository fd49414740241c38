"""Finding the shipped files and the owner's."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config.home import at_home
from appliance.config.load import read_config
from appliance.config.places import find_owner, find_shipped
from appliance.config.schema import Config
from appliance.faults import ConfigFault
from appliance.shipped import find, places


def test_the_shipped_files_lie_in_this_checkout() -> None:
    assert find_shipped() == Path(__file__).resolve().parents[3] / "etc"


def test_the_first_place_with_the_files_is_taken(tmp_path: Path) -> None:
    wheel = tmp_path / "share"
    wheel.mkdir()
    (wheel / "gatehouse.toml").touch()

    assert find_shipped((tmp_path / "checkout", wheel)) == wheel


def test_an_installation_without_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigFault, match="Install gatehouse again"):
        find_shipped((tmp_path,))


def test_an_installed_wheel_is_looked_for() -> None:
    assert any(place.parts[-3:] == ("share", "gatehouse", "etc") for place in places("etc"))


def test_the_environment_comes_before_the_usual_places(tmp_path: Path) -> None:
    usual = tmp_path / "usual.toml"
    usual.touch()

    assert find_owner({"GATEHOUSE_CONFIG": "mine.toml"}, (usual,)) == Path("mine.toml")
    assert find_owner({}, (usual,)) == usual


def test_an_owner_may_have_no_file(tmp_path: Path) -> None:
    assert find_owner({}, (tmp_path / "none.toml",)) is None


def test_the_shipped_models_lie_in_this_checkout() -> None:
    assert find("models") == Path(__file__).resolve().parents[3] / "models"


def test_what_is_nowhere_is_named_where_it_should_be() -> None:
    assert find("nothing") == places("nothing")[0]


def test_relative_paths_count_from_home() -> None:
    config = read_config(None, None, environment={"GATEHOUSE_HOME": "/var/lib/gatehouse"}).config

    assert config.record.path == Path("/var/lib/gatehouse/data/gatehouse.db")
    assert config.update.rauc == Path("/etc/rauc/system.conf")


def test_without_a_home_paths_stay_as_they_are() -> None:
    assert at_home(Config(), Path()) == Config()


def test_what_was_measured_lies_at_home(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "measured.toml").write_text('board = "generic"\n[infer]\nthreads = 3\n')
    loaded = read_config(None, "generic", environment={"GATEHOUSE_HOME": str(tmp_path)})

    assert loaded.config.infer.threads == 3
