"""What was measured lies over the profile and under the owner's file."""

from pathlib import Path

import pytest

from appliance.config.load import Loaded, read_config
from appliance.config.measured import write_measured
from appliance.faults import ConfigFault

CHOICE = {"chain": ["openvino", "onnxruntime"], "threads": 2, "precision": "auto"}


def load(tmp_path: Path, owner: str = "", board: str = "generic") -> Loaded:
    path = tmp_path / "mine.toml"
    path.write_text(f'[infer]\nmeasured = "{tmp_path / "measured.toml"}"\n{owner}', encoding="utf-8")
    return read_config(path, board)


def test_without_a_measurement_the_profile_counts(tmp_path: Path) -> None:
    assert load(tmp_path).config.infer.chain == ("onnxruntime",)


def test_a_measurement_lies_over_the_profile_and_says_so(tmp_path: Path) -> None:
    write_measured(tmp_path / "measured.toml", "generic", CHOICE)
    loaded = load(tmp_path)
    infer = loaded.config.infer
    assert (infer.chain, infer.threads, infer.precision) == (("openvino", "onnxruntime"), 2, "auto")
    assert loaded.origin("infer.chain").source == str(tmp_path / "measured.toml")
    assert [path.name for path in loaded.files][-2:] == ["measured.toml", "mine.toml"]


def test_the_owner_s_file_wins_over_it(tmp_path: Path) -> None:
    write_measured(tmp_path / "measured.toml", "generic", CHOICE)
    infer = load(tmp_path, "threads = 1\n").config.infer
    assert (infer.chain, infer.threads) == (("openvino", "onnxruntime"), 1)


def test_a_measurement_of_another_board_is_passed_over_with_a_finding(tmp_path: Path) -> None:
    write_measured(tmp_path / "measured.toml", "pi5", CHOICE)
    loaded = load(tmp_path)
    assert loaded.config.infer.chain == ("onnxruntime",)
    assert 'measured on "pi5"' in next(f for f in loaded.findings if f.key == "infer.measured").sentence


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('board = "generic"\n[gate]\narmed = true\n', "gate: is nothing that a measurement decides"),
        ('board = "generic"\n[infer]\nmodels = "x"\n', "infer.models: is nothing"),
        ('board = "generic"\ninfer = 3\n', "infer: is nothing"),
        ('board = "generic"\n[infer]\nthreads = -1\n', "infer.threads: must be at least 0"),
        ('board = "gen', "is not TOML"),
    ],
)
def test_a_damaged_one_is_refused_by_its_key(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "measured.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigFault, match=named):
        load(tmp_path)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigFault, match=r"infer\.measured"):
        write_measured(tmp_path / "file" / "measured.toml", "generic", CHOICE)
