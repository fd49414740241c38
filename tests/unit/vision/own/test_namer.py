"""Make and model by a net that the owner brings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from appliance.faults import EngineFailed
from appliance.infer.base import ModelFile
from appliance.infer.fake import FakeSession
from appliance.infer.lane import Array, Arrays
from appliance.infer.manifest import NetManifest
from appliance.infer.onnxruntime import OnnxRuntimeBackend
from appliance.sight import Box, Picture
from appliance.vision.own.describer import BODIES, COLOURS, NetDescriber, NetNamer
from appliance.vision.pixels import bgr

from ...infer.tiny import strongest_colour
from ..makers import frame
from .test_describer import SPEC, shares

WORDS = ("Alfa 8C", "Lotus Elise", "Alpine A110")
BOX = Box(100, 50, 300, 150)


def manifest(**pixels: Any) -> NetManifest:
    return NetManifest.model_validate(
        {
            "name": "make_model",
            "version": 1,
            "task": "name_model",
            "title": "Three cars",
            "licence": "mine",
            "source": "mine",
            "precisions": {"fp32": {"file": "model.onnx", "sha256": "0" * 64}},
            "input": {"name": "picture", "shape": (1, 3, 40, 60), "resize": "stretch", **pixels},
            "outputs": [{"name": "model", "shape": (1, 3), "meaning": "probabilities", "classes": WORDS}],
        }
    )


def painted(blue: int, green: int, red: int) -> Picture:
    picture = bgr(frame(0.0).picture).copy()
    picture[40:160, 90:310] = (blue, green, red)
    return Picture.of(picture)


def namer(path: Path, net: NetManifest) -> NetNamer:
    file = strongest_colour(path / "model.onnx")
    return NetNamer(OnnxRuntimeBackend(threads=1).load(ModelFile("model", file.path)), net)


@pytest.mark.parametrize(("colour", "word"), [("RGB", "Alfa 8C"), ("BGR", "Alpine A110")])
def test_the_net_is_fed_as_its_manifest_says(tmp_path: Path, colour: str, word: str) -> None:
    guess = namer(tmp_path, manifest(colour=colour)).name(painted(0, 0, 255), BOX)
    assert guess.word == word
    assert 0.5 < guess.confidence < 1.0


def test_pixels_are_scaled_by_the_manifest(tmp_path: Path) -> None:
    # Green is as bright as red, but red's mean is taken from it.
    net = manifest(mean=(255.0, 0.0, 0.0))
    assert namer(tmp_path, net).name(painted(0, 255, 255), BOX).word == "Lotus Elise"


def test_make_and_model_stand_beside_colour_and_body(tmp_path: Path) -> None:
    def looks_red(feeds: Arrays) -> dict[str, Array]:
        return {"colour": shares(COLOURS, "red", 0.9), "body": shares(BODIES, "coupe", 0.8)}

    session = FakeSession("vehicle", looks_red, (SPEC,), {})
    looks = NetDescriber(session, namer(tmp_path, manifest())).describe(painted(0, 0, 255), BOX)
    assert (looks.colour.word, looks.body.word, looks.model and looks.model.word) == (
        "red",
        "coupe",
        "Alfa 8C",
    )


def test_a_file_without_the_manifest_s_names_is_refused(tmp_path: Path) -> None:
    file = strongest_colour(tmp_path / "model.onnx", output="y")
    session = OnnxRuntimeBackend(threads=1).load(ModelFile("model", file.path))
    with pytest.raises(EngineFailed, match="the file has no model"):
        NetNamer(session, manifest())


def test_another_number_of_classes_is_refused(tmp_path: Path) -> None:
    net = manifest()
    few = net.model_copy(update={"outputs": (net.outputs[0].model_copy(update={"classes": WORDS[:2]}),)})
    with pytest.raises(EngineFailed, match="3 classes instead of 2"):
        namer(tmp_path, few).name(painted(0, 0, 255), BOX)
