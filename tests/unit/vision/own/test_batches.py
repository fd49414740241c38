"""Several pictures in one run of a net: each gets its own answer, in the order in which they were given."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.faults import EngineFailed
from appliance.infer.device import Picked
from appliance.infer.fake import FakeSession
from appliance.infer.lane import Array, Arrays, TensorSpec
from appliance.sight import Box, Detection, Kind, Looks, Picture, Surface
from appliance.vision.base import Shot
from appliance.vision.own.describer import BODIES, COLOURS, NetDescriber
from appliance.vision.own.describer import SIZE as VEHICLE_SIZE
from appliance.vision.own.detector import CLASSES, NetDetector
from appliance.vision.own.reader import ALPHABET, SIZE, NetReader

from ..makers import plate
from ..there import FakeDevice, ThereSession
from .nets import SLOTS, slots

FLOAT = np.dtype(np.float32)


def grey(level: int, width: int = 400, height: int = 200) -> Picture:
    return Picture.of(np.full((height, width, 3), level, np.uint8))


def levels(feeds: Arrays) -> list[int]:
    """What grey each image of the batch begins with."""
    (images,) = feeds.values()
    return [round(255 * float(image[0, 0, 0])) for image in images]


def finder(images: int | None = None, sides: tuple[int | None, int | None] = (None, None)) -> FakeSession:
    """Finds one plate in each image, as far to the right as the image is bright."""

    def find(feeds: Arrays) -> dict[str, Array]:
        boxes = [[(level, 10, level + 40, 30)] for level in levels(feeds)]
        scores = np.zeros((len(boxes), 1, len(CLASSES)), np.float32)
        scores[:, 0, CLASSES.index(Kind.PLATE)] = 0.8
        return {"boxes": np.array(boxes, np.float32), "scores": scores}

    return FakeSession("detector", find, (TensorSpec("image", (images, 3, *sides), FLOAT),), {})


def choosy(tallest: int) -> FakeSession:
    """Refuses images of more rows."""
    inner = finder()

    def find(feeds: Arrays) -> dict[str, Array]:
        if feeds["image"].shape[2] > tallest:
            raise EngineFailed("too tall", part="detector")
        return inner.infer(feeds)

    return FakeSession("detector", find, inner.inputs, {})


def lefts(found: tuple[tuple[Detection, ...], ...]) -> list[float]:
    return [one.box.x1 for picture in found for one in picture]


@pytest.mark.parametrize(("images", "most", "runs"), [(None, 3, [3, 2]), (None, 8, [5]), (1, 8, [1] * 5)])
def test_pictures_of_a_size_are_one_run(images: int | None, most: int, runs: list[int]) -> None:
    session = finder(images)
    found = NetDetector(session, 400, 0.5, most=most).detect_many([Shot(grey(10 * n)) for n in range(5)])
    assert lefts(found) == [0, 10, 20, 30, 40]
    assert [len(fed["image"]) for fed in session.fed] == runs


def test_pictures_of_several_sizes_keep_their_order() -> None:
    session = finder()
    shots = [Shot(grey(10)), Shot(grey(20, height=400)), Shot(grey(30)), Shot(grey(40, height=400))]
    assert lefts(NetDetector(session, 400, 0.5, most=4).detect_many(shots)) == [10, 20, 30, 40]
    assert [fed["image"].shape[:3] for fed in session.fed] == [(2, 3, 224), (2, 3, 416)]


def test_a_size_that_the_net_refuses_is_the_fault_of_its_own_pictures() -> None:
    detector = NetDetector(choosy(tallest=224), 400, 0.5, most=4)
    shots = [Shot(grey(10)), Shot(grey(20, height=400)), Shot(grey(30))]
    first, refused, third = detector.detect_each(shots)
    assert isinstance(refused, EngineFailed)
    assert first == detector.detect_many(shots[:1])[0] != third == detector.detect_many(shots[2:])[0]
    with pytest.raises(EngineFailed, match="too tall"):
        detector.detect_many(shots)


@pytest.mark.parametrize(("width", "height", "last"), [(400, 200, (50, 100)), (200, 400, (128, 64))])
def test_an_engine_of_one_size_gets_the_picture_on_grey(
    width: int, height: int, last: tuple[int, int]
) -> None:
    session = finder(1, (128, 100))
    (found,) = NetDetector(session, 400, 0.5).detect(grey(0, width, height))
    (image,) = session.fed[0]["image"]
    down, across = last
    assert image.shape == (3, 128, 100)
    assert image[0, :down, :across].max() == 0.0
    assert image[0, -1, -1] == pytest.approx(114 / 255)
    assert found.box.width == pytest.approx(40 * width / across)


def test_no_picture_is_no_run() -> None:
    session = finder()
    assert NetDetector(session, 400, 0.5).detect_many([]) == ()
    assert session.fed == []


def test_pictures_on_the_gpu_are_searched_there() -> None:
    surface = Surface(400, 200, 1, 2, 512, None, lambda: grey(0))
    boxes = np.array([[10, 20, 50, 40]], np.float32)
    picked = Picked(boxes, np.array([CLASSES.index(Kind.CAR)], np.int32), np.array([0.625], np.float32))
    device = FakeDevice(picked)
    (found,) = NetDetector(ThereSession(len(CLASSES)), 200, 0.5, device=device).detect(surface)
    assert found == Detection(Kind.CAR, 0.75, Box(20, 40, 100, 80))
    assert device.least == 0.25


def test_a_net_of_other_classes_is_refused_on_the_gpu_too() -> None:
    surface = Surface(400, 200, 1, 2, 512, None, lambda: grey(0))
    with pytest.raises(EngineFailed, match="2 classes instead of 6"):
        NetDetector(ThereSession(2), 200, 0.5, device=FakeDevice()).detect(surface)


def test_plates_are_read_in_one_run() -> None:
    def read(feeds: Arrays) -> dict[str, Array]:
        count = len(feeds["crop"])
        return {
            "chars": np.stack([slots(3 * ALPHABET[level // 10]) for level in levels(feeds)]),
            "region": np.eye(9, dtype=np.float32)[np.zeros(count, int)],
            "readable": np.ones((count, 1), np.float32),
            "places": np.zeros((count, SLOTS, 2), np.float32),
        }

    session = FakeSession("reader", read, (TensorSpec("crop", (None, 3, *SIZE), FLOAT),), {})
    reader = NetReader(session, (3, 10), look_twice=False, most=4)
    texts = [one.text for one in reader.read_many([(grey(10 * n), plate(100)) for n in range(6)])]
    assert texts == ["000", "111", "222", "333", "444", "555"]
    assert [len(fed["crop"]) for fed in session.fed] == [4, 2]


def test_vehicles_are_described_in_one_run() -> None:
    def describe(feeds: Arrays) -> dict[str, Array]:
        colours = np.eye(len(COLOURS), dtype=np.float32)[[level // 10 for level in levels(feeds)]]
        return {"colour": colours, "body": np.ones((len(colours), len(BODIES)), np.float32)}

    session = FakeSession("vehicle", describe, (TensorSpec("vehicle", (None, 3, *VEHICLE_SIZE), FLOAT),), {})
    vehicles = [(grey(10 * n), Box(0, 0, 200, 100)) for n in range(3)]
    looks: tuple[Looks, ...] = NetDescriber(session, most=4).describe_many(vehicles)
    assert [one.colour.word for one in looks] == list(COLOURS[:3])
    assert len(session.fed) == 1
