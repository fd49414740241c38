"""What was measured lies over the profile and under the owner's file."""

from pathlib import Path

import pytest

from appliance.config.load import Loaded, read_config
from appliance.config.measured import Tables, write_measured
from appliance.faults import ConfigFault

CHOICE: Tables = {"infer": {"chain": ["openvino", "onnxruntime"], "threads": 2, "precision": "auto"}}
TUNED: Tables = {"vision": {"recognise_fps": 7.5, "detect_side": 416}, "vote": {"min_reads": 4}}


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


def test_each_command_keeps_what_the_other_measured(tmp_path: Path) -> None:
    for choice in (CHOICE, TUNED, {"infer": {"threads": 1}}):
        write_measured(tmp_path / "measured.toml", "generic", choice)
    config = load(tmp_path).config
    assert (config.infer.threads, config.infer.chain) == (1, ("onnxruntime",))
    assert (config.vision.recognise_fps, config.vision.detect_side, config.vote.min_reads) == (7.5, 416, 4)


def test_what_was_measured_on_another_board_does_not_stay(tmp_path: Path) -> None:
    write_measured(tmp_path / "measured.toml", "pi5", CHOICE)
    write_measured(tmp_path / "measured.toml", "generic", TUNED)
    assert load(tmp_path).config.infer.chain == ("onnxruntime",)


def test_the_owner_s_file_wins_over_what_was_tuned(tmp_path: Path) -> None:
    write_measured(tmp_path / "measured.toml", "generic", TUNED)
    loaded = load(tmp_path, "[vision]\nrecognise_fps = 3.0\n")
    assert (loaded.config.vision.recognise_fps, loaded.config.vision.detect_side) == (3.0, 416)
    origins = [Path(loaded.origin(f"vision.{key}").source).name for key in ("recognise_fps", "detect_side")]
    assert origins == ["mine.toml", "measured.toml"]


@pytest.mark.parametrize("choice", [{"gate": {"armed": True}}, {"vision": {"guard_fps": 1.0}}])
def test_what_no_measurement_decides_is_not_written(tmp_path: Path, choice: Tables) -> None:
    with pytest.raises(ValueError, match="nothing that a measurement decides"):
        write_measured(tmp_path / "measured.toml", "generic", choice)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('board = "generic"\n[gate]\narmed = true\n', "gate: is nothing that a measurement decides"),
        ('board = "generic"\n[infer]\nmodels = "x"\n', "infer.models: is nothing"),
        ('board = "generic"\n[vision]\nreader = "x"\n', "vision.reader: is nothing"),
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
