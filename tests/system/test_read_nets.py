"""The real nets on the drawn pictures that come with them."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
import pytest

from appliance.config.schema import Infer, Vision
from appliance.faults import EngineUntrusted
from appliance.infer.base import BaseSession, ModelFile
from appliance.infer.chain import MakeBackend
from appliance.infer.fake import FakeSession
from appliance.infer.lane import Array, Arrays
from appliance.infer.models import SHIPPED, load_manifest
from appliance.infer.onnxruntime import OnnxRuntimeBackend
from appliance.sight import VEHICLES, Box, Detection, Kind, Picture
from appliance.vision.base import Nets
from appliance.vision.factory import build_recognition
from appliance.vision.own.build import build
from appliance.vision.pixels import bgr
from appliance.vision.scene import see


def picture(name: str) -> Picture:
    image = cv2.imread(str(SHIPPED / "golden" / name))
    assert image is not None
    return Picture.of(np.asarray(image, np.uint8))


class Batching(OnnxRuntimeBackend):
    """Takes four pictures at once, and mixes them up in runs of `wrong_at`."""

    def __init__(self, wrong_at: int) -> None:
        super().__init__(threads=1)
        self.most = 4
        self._wrong_at = wrong_at

    def load(self, model: ModelFile) -> BaseSession:
        session = super().load(model)
        return FakeSession(model.name, partial(self._mixed, session), session.inputs, {}, session.outputs)

    def _mixed(self, session: BaseSession, feeds: Arrays) -> dict[str, Array]:
        answers = session.infer(feeds)
        count = len(next(iter(feeds.values())))
        return {n: np.roll(a, 1, axis=0) for n, a in answers.items()} if count == self._wrong_at else answers


def batching(wrong_at: int) -> MakeBackend:
    return lambda name, infer: Batching(wrong_at)


@pytest.fixture(scope="module", params=[False, True], ids=["live", "photo"])
def own(request: pytest.FixtureRequest) -> Nets:
    return build(load_manifest("gatehouse"), OnnxRuntimeBackend(threads=1), Vision(), request.param)


@pytest.mark.parametrize("reader", ["gatehouse", "ppocr"])
@pytest.mark.parametrize("photo", [False, True])
def test_both_model_sets_prove_themselves(reader: str, photo: bool) -> None:
    built = build_recognition(Vision(reader=reader), Infer(threads=1), photo=photo)
    assert (built.backend, built.faults) == ("onnxruntime", ())


def test_a_set_serves_in_batches_once_they_answer_as_single_pictures() -> None:
    built = build_recognition(Vision(), Infer(threads=1), make=batching(wrong_at=0))
    assert (built.detector.most, built.reader.most) == (4, 4)


def test_a_set_whose_batches_are_mixed_up_serves_nobody() -> None:
    with pytest.raises(EngineUntrusted, match="4 pictures at once"):
        build_recognition(Vision(), Infer(threads=1), make=batching(wrong_at=4))


@pytest.mark.parametrize(("name", "text"), [("day.jpg", "KLM4827"), ("night_tilted.jpg", "7TRX563")])
def test_rendered_scenes_are_read(own: Nets, name: str, text: str) -> None:
    seen = see(own.detector, own.reader, picture(name), min_score=0.25)
    assert [plate.read.text for plate in seen.plates] == [text]


@pytest.mark.parametrize(
    ("name", "text", "region"),
    [("plate_us.png", "4QZT582", "us"), ("plate_eu.png", "WL582XB", "eu"), ("plate_br.png", "KZT4903", "br")],
)
def test_rendered_crops_are_read(own: Nets, name: str, text: str, region: str) -> None:
    read = own.reader.read(picture(name), Detection(Kind.PLATE, 1.0, Box(0, 0, 192, 64)))
    assert (read.text, read.region) == (text, region)
    assert read.score > 0.95


def test_a_plate_on_a_drawn_car_is_found_where_it_is(own: Nets) -> None:
    seen = see(own.detector, own.reader, picture("car_rear.png"))
    assert [plate.read.text for plate in seen.plates] == ["4QZT582"]
    assert seen.plates[0].box.iou(Box(166, 175, 250, 217)) > 0.85
    assert VEHICLES >= {vehicle.kind for vehicle in seen.vehicles} > set()


def test_a_picture_of_nothing_shows_nothing(own: Nets) -> None:
    seen = see(own.detector, own.reader, Picture.of(bgr(picture("day.jpg"), Box(0, 0, 40, 40))))
    assert seen.plates == ()
