"""Loading: what is laid over what, where each value came from, and everything that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.access.regions import PRESETS
from appliance.config.load import DEFAULT, Loaded, load_config, read_config
from appliance.config.places import board_names, find_shipped
from appliance.faults import ConfigFault

NOWHERE = {"GATEHOUSE_CONFIG": ""}


def owner_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def load(tmp_path: Path, text: str, board: str | None = "sim") -> Loaded:
    return load_config(owner_file(tmp_path, text), board)


def refusal(tmp_path: Path, text: str, board: str | None = "sim") -> list[str]:
    with pytest.raises(ConfigFault) as caught:
        load(tmp_path, text, board)
    return [line.removeprefix(f"{tmp_path}/") for line in caught.value.detail.splitlines()]


@pytest.mark.parametrize("board", board_names(find_shipped()))
def test_every_shipped_profile_can_be_used_as_it_is(board: str) -> None:
    assert load_config(None, board, environment=NOWHERE, regions=PRESETS).config.board == board


def test_the_owner_wins_over_the_board_and_the_board_over_the_shipped_file(tmp_path: Path) -> None:
    config = load(tmp_path, '[gate]\nname = "north"\n', "generic").config

    assert (config.gate.name, config.gate.armed, config.gate.actuator) == ("north", False, "barrier")


def test_a_table_of_the_owner_s_merges_with_the_board_s(tmp_path: Path) -> None:
    output = load(tmp_path, "[outputs.open]\nactive_high = false\n").config.outputs.open

    assert output is not None
    assert (output.pin, output.active_high) == ("GPIO17", False)


def test_a_list_of_the_owner_s_replaces_the_board_s(tmp_path: Path) -> None:
    text = "[cameras.front]\nroi = [[0, 0], [1, 0], [1, 1]]\n"

    assert load(tmp_path, text).config.cameras["front"].roi == ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))


def test_each_value_knows_its_file_and_line(tmp_path: Path) -> None:
    loaded = load(tmp_path, '# mine\n\n[gate]\nname = "north"\n')

    assert str(loaded.origin("gate.name")) == f"{tmp_path}/mine.toml:4"
    assert loaded.origin("barrier.hold_s").source.endswith("boards/sim.toml")
    assert loaded.origin("gate.tick_s") == DEFAULT


def test_the_files_come_back_in_their_order(tmp_path: Path) -> None:
    names = [path.name for path in load(tmp_path, "").files]

    assert names == ["gatehouse.toml", "sim.toml", "mine.toml"]


def test_the_command_line_names_the_board(tmp_path: Path) -> None:
    loaded = load(tmp_path, 'board = "generic"\n', "sim")

    assert (loaded.config.board, str(loaded.origin("board"))) == ("sim", "--board")


def test_the_owner_s_file_names_the_board_where_the_command_line_does_not(tmp_path: Path) -> None:
    loaded = load(tmp_path, 'board = "generic"\n', None)

    assert (loaded.config.board, str(loaded.origin("board"))) == ("generic", f"{tmp_path}/mine.toml:1")


def test_auto_asks_the_board(tmp_path: Path) -> None:
    loaded = load_config(owner_file(tmp_path, ""), "auto", detect=lambda: "pi5")

    assert (loaded.config.board, str(loaded.origin("board"))) == ("pi5", "detected")


def test_the_environment_names_the_owner_s_file(tmp_path: Path) -> None:
    path = owner_file(tmp_path, '[gate]\nname = "north"\n')
    loaded = load_config(None, "sim", environment={"GATEHOUSE_CONFIG": str(path)})

    assert loaded.config.gate.name == "north"


def test_all_mistakes_of_all_files_come_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = '[gate]\narmed = "yes"\n[barrier]\nmotion_limit_s = 0\nhold = 3\n'

    assert refusal(tmp_path, text) == [
        "mine.toml:2: gate.armed: must be true or false (it is 'yes'). Write it without quotes.",
        "mine.toml:4: barrier.motion_limit_s: must be greater than 0 (it is 0). Raise it.",
        'mine.toml:5: barrier.hold: is an unknown key. Did you mean "hold_s"?',
    ]


REFUSED = [
    ("[gate]\nhold_s = 3\n", 'mine.toml:2: gate.hold_s: is an unknown key. Did you mean "barrier.hold_s"?'),
    ("[gates]\n", 'mine.toml:1: gates: is an unknown key. Did you mean "gate"?'),
    ("gate = 5\n", "mine.toml:1: gate: must be a table (it is 5). Write it as [section] with keys below."),
    ("[vote]\nmin_reads = 3.0\n", "mine.toml:2: vote.min_reads: must be a whole number (it is 3.0). "),
    ('[vote]\nmin_reads = "3"\n', "mine.toml:2: vote.min_reads: must be a whole number (it is '3'). "),
    ("[barrier]\nhold_s = nan\n", "mine.toml:2: barrier.hold_s: must be "),
    ("[barrier]\nhold_s = inf\n", "mine.toml:2: barrier.hold_s: must be "),
    ("[outputs.horn]\nmax_on_s = 1\n", "mine.toml:1: outputs.horn.pin: is missing. Add it."),
    ("[access]\nregions = []\n", "mine.toml:2: access.regions: needs at least 1 "),
    (
        '[[access.schedules.day]]\nstart = "7:00"\n',
        "mine.toml:1: access.schedules.day.0.start: has the wrong form",
    ),
    ("[record]\npath = 3\n", "mine.toml:2: record.path: "),
    ("a = [1\n", "mine.toml: is not TOML: "),
    ('[gate]\nname = "a"\nname = "b"\n', "mine.toml: is not TOML: "),
]


@pytest.mark.parametrize(("text", "line"), REFUSED)
def test_a_mistake_gets_one_line_with_file_key_and_remedy(tmp_path: Path, text: str, line: str) -> None:
    (said,) = refusal(tmp_path, text)

    assert said.startswith(line)


def test_keys_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    (line,) = refusal(tmp_path, '[outputs.horn]\npin = "17"\n')

    assert line == (
        "mine.toml:2: outputs.horn.pin: uses GPIO17, as outputs.open does. Give each its own pin."
    )


def test_a_contradiction_with_the_profile_stands_at_the_owner_s_line(tmp_path: Path) -> None:
    (line,) = refusal(tmp_path, '[outputs.open]\npin = "GPIO5"\n')

    assert line.startswith("mine.toml:2: outputs.open.pin: uses GPIO5, as inputs.loop does.")


def test_keys_that_contradict_each_other_are_shown_to_who_only_reads(tmp_path: Path) -> None:
    loaded = read_config(owner_file(tmp_path, '[outputs.horn]\npin = "17"\n'), "sim")

    assert [finding.key for finding in loaded.findings] == ["outputs.horn.pin"]


def test_an_unknown_region_is_refused_where_the_names_are_known(tmp_path: Path) -> None:
    with pytest.raises(ConfigFault, match=r'no region is named "ukk"\. Did you mean "uk"\?'):
        load_config(owner_file(tmp_path, '[access]\nregions = ["ukk"]\n'), "sim", regions=["uk", "us"])


def test_an_unknown_board_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigFault, match=r'no profile is named "pi55"\. Did you mean "pi5"\?'):
        load(tmp_path, "", "pi55")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigFault, match=r"none\.toml: cannot be read: No such file"):
        load_config(tmp_path / "none.toml", "sim")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"name = '\xff'")

    with pytest.raises(ConfigFault, match="is not UTF-8 text"):
        load_config(path, "sim")
