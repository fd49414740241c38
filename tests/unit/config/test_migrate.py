"""Files of older versions: understood, shown as a difference, rewritten with everything around them kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.__main__ import main
from appliance.config.former import FORMER, Former, modernised
from appliance.config.load import load_config, read_config
from appliance.config.migrate import migrate
from appliance.config.mistakes import every_key
from appliance.config.sheet import read_sheet
from appliance.faults import ConfigFault

OLD = """\
# The north gate.
[gate]
name = "north"   # as on the sign

[heat]           # it stands in the sun
act_c = 70.0

[outputs.lamp]   # a lamp
pin = "GPIO21"

[vision]
recognition_threshold = 0.7
idle_fps = 3.0
"""
NEW = """\
# The north gate.
[gate]
name = "north"   # as on the sign

[thermal]           # it stands in the sun
act_c = 70.0


[vision]
idle_fps = 3.0
"""


@pytest.fixture
def owner(tmp_path: Path) -> Path:
    return written(tmp_path, OLD)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "gatehouse.toml"
    path.write_bytes(text.encode())
    return path


def test_an_old_file_works_and_says_what_is_old(owner: Path) -> None:
    loaded = load_config(owner, "pi5")
    told = [loaded.describe(finding) for finding in loaded.findings if "migrate" in finding.remedy]

    assert loaded.config.thermal.act_c == 70.0
    assert str(loaded.origin("thermal.act_c")) == f"{owner}:6"
    assert [line.split(": ")[:2] for line in told] == [
        [f"{owner}:5", "heat"],
        [f"{owner}:8", "outputs.lamp"],
        [f"{owner}:12", "vision.recognition_threshold"],
    ]


def test_a_file_is_not_rewritten_by_reading_it(owner: Path) -> None:
    load_config(owner, "pi5")

    assert owner.read_text() == OLD
    assert [path.name for path in owner.parent.iterdir()] == ["gatehouse.toml"]


def test_comments_and_layout_stay(owner: Path) -> None:
    assert migrate(owner).after == NEW


def test_what_was_migrated_means_the_same_and_is_current(owner: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.toml"
    again.write_text(migrate(owner).after)

    assert read_config(again, "pi5").config == read_config(owner, "pi5").config
    assert not migrate(again).is_needed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("heat.act_c = 70.0\n", "thermal.act_c = 70.0\n"),
        ("heat = { act_c = 70.0 } # hot\n", "thermal = { act_c = 70.0 } # hot\n"),
        ('["heat"]\r\nact_c = 70.0\r\n', "[thermal]\r\nact_c = 70.0\r\n"),
        ("[vision]\nrecognition_threshold = 0.7", "[vision]\n"),
        ("[gate] # heat\nname = 'heat'\n", "[gate] # heat\nname = 'heat'\n"),
    ],
)
def test_every_way_of_writing_a_key_is_rewritten(tmp_path: Path, before: str, after: str) -> None:
    assert migrate(written(tmp_path, before)).after == after


def test_a_long_value_goes_whole(tmp_path: Path) -> None:
    path = written(tmp_path, "[a]\nold = [\n  1, # one\n  2,\n]\nkept = 3\n")

    assert migrate(path, (Former(("a", "old"), None, "gone"),)).after == "[a]\nkept = 3\n"


def test_a_key_within_a_line_of_others_is_left_to_its_owner(tmp_path: Path) -> None:
    path = written(tmp_path, 'outputs = { lamp = { pin = "GPIO21" } }\n')

    with pytest.raises(ConfigFault, match=r"Change by hand: outputs\.lamp"):
        migrate(path)


def test_an_old_key_beside_its_successor_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "[heat]\nact_c = 70.0\n[thermal]\nact_c = 71.0\n")

    with pytest.raises(ConfigFault, match=r"gatehouse.toml:1: heat: is thermal now, which is there too\."):
        load_config(path, "pi5")


@pytest.mark.parametrize("text", ["[heat]\nact = 70.0\n", "[vision]\nrecognition_treshold = 0.7\n"])
def test_a_key_that_never_was_is_still_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigFault, match="is an unknown key"):
        load_config(written(tmp_path, text), "pi5")


def test_a_current_file_is_left_as_it_is(tmp_path: Path) -> None:
    sheet = read_sheet(written(tmp_path, NEW))

    assert modernised(sheet) == (sheet, ())


def test_no_key_of_today_is_an_old_one() -> None:
    paths = {path[:length] for path in every_key() for length in range(1, len(path) + 1)}

    assert [each.key for each in FORMER if each.key in paths] == []
    assert [each.now for each in FORMER if each.now is not None and each.now not in paths] == []


def test_the_difference_is_shown_and_nothing_written(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "migrate", "--config", str(owner)]) == 1
    shown = capsys.readouterr().out
    assert "-[heat]           # it stands in the sun\n+[thermal]" in shown
    assert owner.read_text() == OLD


def test_a_difference_ends_its_last_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    owner = written(tmp_path, "[heat]\nact_c = 70.0")

    assert main(["config", "migrate", "--config", str(owner)]) == 1
    assert capsys.readouterr().out.endswith("+[thermal]\n act_c = 70.0\n")


def test_the_old_file_is_kept_beside_the_new_one(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    owner.chmod(0o640)

    assert main(["config", "migrate", "--write", "--config", str(owner)]) == 0
    (kept,) = (path for path in owner.parent.iterdir() if path != owner)
    assert (owner.read_text(), kept.read_text()) == (NEW, OLD)
    assert owner.stat().st_mode & 0o777 == 0o640
    assert f"the old file is {kept}." in capsys.readouterr().out


def test_a_current_file_needs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "migrate", "--write", "--config", str(written(tmp_path, NEW))]) == 0
    assert "is current." in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["gatehouse.toml"]


def test_a_gate_without_a_file_of_its_own_has_nothing_to_migrate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GATEHOUSE_CONFIG", raising=False)

    assert main(["config", "migrate"]) == 0
    assert "nothing to migrate" in capsys.readouterr().out


def test_a_folder_that_refuses_leaves_the_file(owner: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("appliance.config.migrate.shutil.copy2", refuse)

    with pytest.raises(ConfigFault, match="Permission denied"):
        migrate(owner).write("20260601-120000")
    assert owner.read_text() == OLD
