from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from appliance.faults import EngineUntrusted
from appliance.infer.base import BaseBackend, BaseSession, ModelFile, Precision
from appliance.infer.fake import FakeBackend
from appliance.infer.files import sha256_of
from appliance.infer.lane import Array, Arrays, TensorSpec
from appliance.infer.manifest import NetGolden, NetManifest
from appliance.infer.models import Manifest
from appliance.vision.proof import ProvingBackend, admit, differences, feed, frame, picture

INPUT: dict[str, Any] = {"name": "x", "shape": (1, 3, 8, 8), "resize": "stretch"}
OUTPUTS = [
    {"name": "boxes", "shape": [1, "N", 4], "meaning": ""},
    {"name": "scores", "shape": [1, "N", 2], "meaning": "", "classes": ["car", "plate"]},
    {"name": "chars", "shape": ["N", 3, 3], "meaning": "", "classes": ["A", "1", ""]},
    {"name": "live", "shape": ["N", 1], "meaning": ""},
    {"name": "vector", "shape": ["N", 2], "meaning": ""},
    {"name": "points", "shape": ["N", 2, 2], "meaning": ""},
]
ANSWER: Arrays = {
    "boxes": np.array([[[0, 0, 4, 4], [1, 1, 5, 3]]], np.float32),
    "scores": np.array([[[0.9, 0.1], [0.0, 0.8]]], np.float32),
    "chars": np.array([[[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.0, 0.1, 0.9]]], np.float32),
    "live": np.array([[0.7]], np.float32),
    "vector": np.array([[0.6, 0.8]], np.float32),
    "points": np.array([[[0.2, 0.3], [0.7, 0.3]]], np.float32),
}


def net(**given: Any) -> NetManifest:
    table: dict[str, Any] = {
        "name": "net",
        "version": 1,
        "task": "detect",
        "title": "",
        "licence": "free",
        "source": "here",
        "precisions": {"fp32": {"file": "n.onnx", "sha256": "a" * 64}},
        "input": INPUT,
        "outputs": OUTPUTS,
    }
    return NetManifest.model_validate({**table, **given})


def golden(**expected: Any) -> NetGolden:
    return NetGolden.model_validate({"file": "g.png", "sha256": "a" * 64, **expected})


def wrong(slack: float = 1.0, **expected: Any) -> list[str]:
    return list(differences(net(), golden(**expected), ANSWER, slack))


PLATE = {"class": "plate", "box": [1, 1, 5, 3.5], "score": 0.82, "tolerance": 0.03, "tolerance_px": 1.0}
TEXT = {"text": "A1", "chars": [0.91, 0.79], "tolerance": 0.02}
LIVE = {"output": "live", "value": 0.72, "tolerance": 0.03}
CAR = {"output": "scores", "class": "plate", "value": 0.1, "tolerance": 0.03}
VECTOR = {"output": "vector", "vector": [0.6, 0.8], "min_cosine": 0.99}
POINTS = {"output": "points", "points": [[0.2, 0.31], [0.7, 0.3]], "tolerance": 0.02}


def test_answers_within_the_tolerance_are_right() -> None:
    everything = wrong(boxes=[PLATE], texts=[TEXT], values=[LIVE, CAR], vectors=[VECTOR], points=[POINTS])
    assert everything == []


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"boxes": [{**PLATE, "score": 0.9}]}, "plate at 0.800 instead of 0.900"),
        ({"boxes": [{**PLATE, "box": [1, 1, 5, 9]}]}, "plate is off by 6.0 px"),
        ({"texts": [{**TEXT, "text": "AA"}]}, "reads 'A1' instead of 'AA'"),
        ({"texts": [{**TEXT, "chars": [0.9, 0.99]}]}, "A1 with characters at 0.900, 0.800"),
        ({"values": [{**LIVE, "value": 0.2}]}, "live is 0.700 instead of 0.200"),
        ({"values": [{**CAR, "value": 0.5}]}, "scores plate is 0.100 instead of 0.500"),
        ({"vectors": [{**VECTOR, "vector": [0.8, -0.6]}]}, "vector points elsewhere (cosine 0.000)"),
        ({"vectors": [{**VECTOR, "vector": [1, 0, 0]}]}, "vector has 2 values instead of 3"),
        ({"points": [{**POINTS, "points": [[0.2, 0.3], [0.7, 0.8]]}]}, "points are off by 0.500"),
    ],
)
def test_an_answer_outside_the_tolerance_is_named(expected: dict[str, Any], said: str) -> None:
    assert wrong(**expected) == [said]


def test_narrow_weights_get_their_slack() -> None:
    near = {**LIVE, "value": 0.75}
    assert [len(wrong(slack=s, values=[near])) for s in (1.0, 2.0)] == [1, 0]


def test_no_number_is_never_right() -> None:
    broken = {**ANSWER, "live": np.array([[np.nan]], np.float32)}
    assert len(list(differences(net(), golden(values=[LIVE]), broken))) == 1


def test_a_picture_is_fed_as_the_manifest_says() -> None:
    image = np.full((8, 8, 3), (255, 0, 51), np.uint8)
    (rgb,) = feed(net(), image).values()
    (bgr,) = feed(net(input={**INPUT, "colour": "BGR", "mean": (255, 0, 0)}), image).values()
    assert rgb[0, :, 0, 0].tolist() == pytest.approx([0.2, 0.0, 1.0])
    assert bgr[0, :, 0, 0].tolist() == pytest.approx([0.0, 0.0, 0.2])


def test_a_letterbox_keeps_the_scale_on_a_grey_ground() -> None:
    boxed = net(input={**INPUT, "resize": "letterbox", "multiple_of": 8})
    (laid,) = feed(boxed, np.zeros((5, 11, 3), np.uint8)).values()
    assert laid.shape == (1, 3, 8, 16)
    assert float(laid[0, 0, 7, 15]) == pytest.approx(114 / 255)


def test_a_golden_frame_fills_the_only_size_of_an_engine_with_ground_or_is_refused() -> None:
    boxed = net(input={**INPUT, "resize": "letterbox", "multiple_of": 8})
    (laid,) = feed(boxed, np.zeros((5, 11, 3), np.uint8), (32, 32)).values()
    assert laid.shape == (1, 3, 32, 32)
    assert [float(laid[0, 0, 4, 10]), float(laid[0, 0, 31, 0])] == pytest.approx([0.0, 114 / 255])
    with pytest.raises(EngineUntrusted, match="11 x 5 does not fit into its 8 x 8"):
        feed(boxed, np.zeros((5, 11, 3), np.uint8), (8, 8))


SPEC = TensorSpec("x", (1, 3, 8, 8), np.dtype(np.float32))
MODEL = ModelFile("mine.net", Path("n.onnx"), precision=Precision.FP32)


def proving(folder: Path, answer: Callable[[Arrays], dict[str, Array]]) -> ProvingBackend:
    path = folder / "g.png"
    cv2.imwrite(str(path), np.zeros((8, 8, 3), np.uint8))
    frame = golden(sha256=sha256_of(path), values=[LIVE])
    proven = net(golden=[frame], folder=folder)
    manifest = Manifest("mine", "", {"net": proven}, (), folder)
    fake = FakeBackend({"mine.net": answer, "mine.else": answer}, (SPEC,), outputs=specs())
    return ProvingBackend(fake, manifest)


def specs() -> tuple[TensorSpec, ...]:
    return tuple(TensorSpec(name, (None, *value.shape[1:]), value.dtype) for name, value in ANSWER.items())


def test_a_net_that_answers_its_golden_frames_serves(tmp_path: Path) -> None:
    session = proving(tmp_path, lambda feeds: dict(ANSWER)).load(MODEL)
    assert session.inputs == (SPEC,)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({**ANSWER, "live": np.array([[0.1]])}, "live is 0.100"),
        ({"live": ANSWER["live"]}, "gives no boxes"),
        ({**ANSWER, "chars": ANSWER["chars"][:, :, :2]}, "chars has sides 1 x 3 x 2 instead of N x 3 x 3"),
    ],
)
def test_a_net_that_does_not_is_refused(tmp_path: Path, answer: dict[str, Array], said: str) -> None:
    with pytest.raises(EngineUntrusted, match=said):
        proving(tmp_path, lambda feeds: answer).load(MODEL)


@pytest.mark.parametrize("data", [None, b"another picture"])
def test_a_golden_frame_that_is_not_the_manifest_s_proves_nothing(tmp_path: Path, data: bytes | None) -> None:
    backend = proving(tmp_path, lambda feeds: dict(ANSWER))
    (tmp_path / "g.png").unlink()
    if data is not None:
        (tmp_path / "g.png").write_bytes(data)
    with pytest.raises(EngineUntrusted, match=r"missing|damaged"):
        backend.load(MODEL)


def test_a_picture_of_the_manifest_is_found(tmp_path: Path) -> None:
    proving(tmp_path, lambda feeds: dict(ANSWER))
    frame = golden(sha256=sha256_of(tmp_path / "g.png"), values=[LIVE])
    assert picture(net(folder=tmp_path), frame).shape == (8, 8, 3)


class Watched(BaseSession):
    """A session that answers with another vendor's error, and knows whether it was closed."""

    def __init__(self) -> None:
        self.inputs, self.outputs, self.open = (SPEC,), specs(), True

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        raise ZeroDivisionError

    def close(self) -> None:
        self.open = False


class Only(BaseBackend):
    """A backend of one session."""

    name = "only"

    def __init__(self, session: BaseSession) -> None:
        self.session = session

    def load(self, model: ModelFile) -> BaseSession:
        return self.session


def test_it_likes_as_many_pictures_as_the_backend_does(tmp_path: Path) -> None:
    only = Only(Watched())
    only.most = 8
    assert ProvingBackend(only, Manifest("mine", "", {}, (), tmp_path)).most == 8


def test_whatever_goes_wrong_the_session_is_closed(tmp_path: Path) -> None:
    proving(tmp_path, lambda feeds: dict(ANSWER))
    frame = golden(sha256=sha256_of(tmp_path / "g.png"), values=[LIVE])
    manifest = Manifest("mine", "", {"net": net(golden=[frame], folder=tmp_path)}, (), tmp_path)
    session = Watched()
    with pytest.raises(ZeroDivisionError):
        ProvingBackend(Only(session), manifest).load(MODEL)
    assert not session.open


@pytest.mark.parametrize("part", ["vehicle", "model", "landmarks", "face", "liveness"])
def test_a_net_that_nothing_proves_is_refused(part: str) -> None:
    with pytest.raises(EngineUntrusted, match="give it a golden frame"):
        admit(Watched(), part, net())


@pytest.mark.parametrize("part", ["det", "rec"])
def test_nets_that_read_the_set_s_pictures_need_no_frame_of_their_own(part: str) -> None:
    admit(Watched(), part, net())


@pytest.mark.parametrize(("side", "shape"), [(416, (234, 416, 3)), (640, (360, 640, 3))])
def test_a_picture_becomes_as_large_as_a_camera_s_frame(side: int, shape: tuple[int, ...]) -> None:
    assert frame(np.zeros((120, 160, 3), np.uint8), side).shape == shape
