"""`gatehouse models install` with a shipped net: what holds serves, what does not changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.__main__ import main
from appliance.infer.base import Precision
from appliance.infer.files import sha256_of
from appliance.infer.models import SHIPPED, load_net


@pytest.fixture
def owner(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(f'[infer]\nmodels = "{tmp_path / "data" / "models"}"\nthreads = 1\n', encoding="utf-8")
    return path


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """The shipped net of liveness under another version, as somebody would bring it."""
    folder = tmp_path / "given"
    folder.mkdir()
    text = (SHIPPED / "nets" / "liveness.toml").read_text(encoding="utf-8")
    shutil.copy(SHIPPED / "weights" / "liveness.onnx", folder)
    (folder / "liveness.toml").write_text(
        text.replace("version = 1", "version = 9", 1).replace("weights/liveness.onnx", "liveness.onnx")
    )
    return folder / "liveness.onnx"


def mend(net: Path, change: Callable[[str], str]) -> None:
    manifest = net.with_suffix(".toml")
    manifest.write_text(change(manifest.read_text(encoding="utf-8")), encoding="utf-8")


def said(owner: Path, *words: str) -> int:
    return main(["models", *words, "--config", str(owner)])


def test_a_net_that_holds_serves_and_can_be_taken_back(
    tmp_path: Path, owner: Path, given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = tmp_path / "data" / "models"
    assert said(owner, "install", str(given)) == 0
    assert "Installed: liveness 9" in capsys.readouterr().out
    assert load_net("liveness", models).version == 9
    assert said(owner, "verify") == 0
    assert said(owner, "rollback") == 0
    assert not (models / "nets" / "liveness.toml").exists()


def test_a_net_that_answers_wrongly_changes_nothing(
    tmp_path: Path, owner: Path, given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(SHIPPED / "weights" / "vehicle.onnx", given)
    mend(
        given,
        lambda text: text.replace(load_net("liveness").precisions[Precision.FP32].sha256, sha256_of(given)),
    )
    assert said(owner, "install", str(given)) == 1
    out = capsys.readouterr().out
    assert out.startswith("Refused: ")
    assert len(out.splitlines()) == 1
    assert not (tmp_path / "data" / "models").exists()


def test_a_net_that_no_set_has_a_part_for_is_refused(
    owner: Path, given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mend(given, lambda text: text.replace('name = "liveness"', 'name = "mood"', 1))
    assert said(owner, "install", str(given)) == 1
    assert "no set has a part for mood" in capsys.readouterr().out


@pytest.mark.parametrize(("word", "why"), [("install none.zip", "no such file"), ("rollback", "nothing was")])
def test_what_cannot_be_done_is_one_line(
    owner: Path, word: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(owner, *word.split()) == 2
    err = capsys.readouterr().err
    assert why in err
    assert len(err.splitlines()) == 1


def test_a_set_that_lacks_its_package_here_keeps_the_others_from_nothing(
    tmp_path: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = shutil.copytree(SHIPPED, tmp_path / "whole")
    for net in ("ppocr_det", "ppocr_rec"):
        manifest = whole / "nets" / f"{net}.toml"
        manifest.write_text(manifest.read_text("utf-8").replace('"rapidocr"', '"no_such_package"'), "utf-8")
    assert said(owner, "install", str(whole)) == 0
    assert "ppocr_rec" in capsys.readouterr().out


def test_a_set_alone_that_lacks_its_package_is_refused(
    tmp_path: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = tmp_path / "alone"
    (alone / "nets").mkdir(parents=True)
    for net in ("ppocr_det", "ppocr_rec"):
        text = (SHIPPED / "nets" / f"{net}.toml").read_text("utf-8")
        (alone / "nets" / f"{net}.toml").write_text(text.replace('"rapidocr"', '"no_such_package"'), "utf-8")
    assert said(owner, "install", str(alone)) == 1
    assert "no_such_package" in capsys.readouterr().out
