"""`gatehouse models` with the real nets on drawn pictures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.__main__ import main
from appliance.infer.base import Precision
from appliance.infer.models import SHIPPED, load_manifest

TEXTS = {"day.jpg": "KLM4827", "night_tilted.jpg": "7TRX563"}


@pytest.fixture
def owner(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(f'[infer]\nmodels = "{tmp_path / "models"}"\n', encoding="utf-8")
    return path


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """The drawn scenes a dozen times each, with noise, and the texts on them."""
    folder = tmp_path / "photos"
    folder.mkdir()
    noise = np.random.default_rng(5)
    rows = ["image,text"]
    for name, text in TEXTS.items():
        image = cv2.imread(str(SHIPPED / "golden" / name))
        assert image is not None
        for i in range(12):
            grain = np.asarray(noise.integers(0, 5, image.shape), np.uint8)
            cv2.imwrite(str(folder / f"{i:02}{name}.png"), cv2.add(image, grain))
            rows.append(f"{i:02}{name}.png,{text}")
    (folder / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


def test_the_shipped_nets_hold(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "verify", "--all", "--json", "--config", str(owner)]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["set"] for row in found} == {"gatehouse", "ppocr"}
    assert [row["problem"] for row in found if not row["ok"]] == []


def test_a_net_that_answers_something_else_is_found_wanting(
    tmp_path: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nets = tmp_path / "models" / "nets"
    nets.mkdir(parents=True)
    text = (SHIPPED / "nets" / "reader.toml").read_text(encoding="utf-8")
    (nets / "reader.toml").write_text(text.replace('text = "4QZT582"', 'text = "4QZT583"'), encoding="utf-8")
    assert main(["models", "verify", "--config", str(owner)]) == 1
    wanting = [line for line in capsys.readouterr().out.splitlines() if line.startswith("WANT")]
    assert "reads '4QZT582' instead of '4QZT583'. Take onnxruntime out of infer.chain." in wanting[0]


def test_a_labelled_folder_is_scored(
    tmp_path: Path, labelled: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plot, data = tmp_path / "plot.svg", tmp_path / "score.json"
    words = ["models", "evaluate", str(labelled), "--plot", str(plot), "--json", str(data)]
    words += ["--precision", "fp32"]
    assert main([*words, "--config", str(owner)]) == 0
    score = json.loads(data.read_text(encoding="utf-8"))
    assert (score["pictures"], score["reading"]["exact"], score["precision"]) == (24, 1.0, "fp32")
    assert plot.read_text(encoding="utf-8").startswith("<svg")
    assert "24 pictures" in capsys.readouterr().out


def test_a_bad_label_is_named_and_the_rest_scored(
    labelled: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (labelled / "labels.csv").open("a", encoding="utf-8") as sheet:
        sheet.write("\nnone.jpg,AB12\n")
    assert main(["models", "evaluate", str(labelled), "--json", "-", "--config", str(owner)]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["pictures"] == 24
    assert err.strip().endswith(f"labels.csv:26: there is no picture {labelled / 'none.jpg'}")


def test_a_quantized_net_serves_after_its_trial(
    tmp_path: Path, labelled: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnx", reason="the extra `quantize` is not installed")
    words = ["models", "quantize", "--frames", str(labelled), "--config", str(owner)]
    assert main(words) == 1
    assert "to compare; of fewer than 100 a single loss is more than a point" in capsys.readouterr().out
    assert main([*words, "--few"]) == 0
    assert "Kept:" in capsys.readouterr().out
    manifest = load_manifest("gatehouse", own=tmp_path / "models")
    assert manifest.file("detector").precision is Precision.INT8
    assert sorted(p.name for p in (tmp_path / "models").iterdir()) == ["nets", "weights"]
    assert main(["models", "verify", "--config", str(owner)]) == 0


def test_too_few_frames_are_refused(
    tmp_path: Path, labelled: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnx", reason="the extra `quantize` is not installed")
    (labelled / "labels.csv").unlink()
    for path in sorted(labelled.iterdir())[6:]:
        path.unlink()
    assert main(["models", "quantize", "--frames", str(labelled), "--config", str(owner)]) == 2
    assert "6 frames of 16 that are needed" in capsys.readouterr().err
    assert [*(tmp_path / "models").iterdir()] == []


def test_a_net_that_the_frames_show_nothing_of_is_refused(
    tmp_path: Path, labelled: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnx", reason="the extra `quantize` is not installed")
    words = ["models", "quantize", "--net", "liveness", "--frames", str(labelled), "--few"]
    assert main([*words, "--config", str(owner)]) == 2
    assert "none of 12 frames shows what the liveness net looks at" in capsys.readouterr().err
    assert [*(tmp_path / "models").iterdir()] == []


def test_a_precision_that_no_net_has_is_not_scored(
    labelled: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["models", "evaluate", str(labelled), "--precision", "int8", "--set", "ppocr"]
    assert main([*words, "--config", str(owner)]) == 2
    assert "no net of it has int8" in capsys.readouterr().err


def test_a_stale_net_says_what_is_wrong_and_what_helps(
    tmp_path: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nets = tmp_path / "models" / "nets"
    nets.mkdir(parents=True)
    text = (SHIPPED / "nets" / "reader.toml").read_text(encoding="utf-8")
    old = f'derived_from = "{"0" * 64}"'
    (nets / "reader.toml").write_text(f"{old}\n{text}", encoding="utf-8")
    assert main(["models", "verify", "--json", "--config", str(owner)]) == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (wanting,) = [row for row in found if not row["ok"]]
    assert (wanting["part"], wanting["remedy"][:12]) == ("reader", "Make it anew")
    assert wanting["problem"].startswith("A net that was made here is of an older version and is not used (")


def test_an_owner_s_own_net_can_be_quantized_from_its_own_file(
    tmp_path: Path, labelled: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnx", reason="the extra `quantize` is not installed")
    models = tmp_path / "models"
    (models / "nets").mkdir(parents=True)
    variant = load_manifest("gatehouse").nets["reader"].precisions[Precision.FP32]
    text = (SHIPPED / "nets" / "reader.toml").read_text(encoding="utf-8")
    (models / "nets" / "reader.toml").write_text(text.replace(variant.file, "mine.onnx"), encoding="utf-8")
    shutil.copyfile(SHIPPED / variant.file, models / "mine.onnx")
    words = ["models", "quantize", "--net", "reader", "--few", "--frames", str(labelled)]
    assert main([*words, "--config", str(owner)]) == 0
    manifest = load_manifest("gatehouse", own=models)
    assert manifest.file("reader").path == models / "weights" / "reader.int8.onnx"
    assert manifest.nets["reader"].precisions[Precision.FP32].file == "mine.onnx"


def test_pictures_that_are_all_damaged_are_no_result(
    labelled: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in labelled.glob("*.png"):
        path.write_bytes(b"no picture")
    assert main(["models", "evaluate", str(labelled), "--config", str(owner)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "none of its 24 pictures can be used" in err.splitlines()[-1]
