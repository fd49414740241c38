"""The shipped nets on pictures that lie on a GPU, as on the same pictures in main memory.

Without a GPU the processor is one: the kernels compiled for it, its lanes bound to ONNX Runtime's own memory.
"""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from appliance.config.schema import Infer
from appliance.faults import EngineFailed
from appliance.infer.base import Precision
from appliance.infer.chain import make_backend
from appliance.infer.models import SHIPPED, load_manifest
from appliance.infer.onnxruntime import OnnxRuntimeBackend
from appliance.infer.onnxruntime_cuda import OnnxRuntimeCudaBackend
from appliance.sight import Kind, Layout, Picture
from appliance.vision.own.detector import NetDetector
from appliance.vision.own.reader import NetReader
from tests.unit.infer.bound import BoundHere
from tests.unit.infer.cuda.rig import compiled
from tests.unit.infer.fake_gpu import FakeGpu

SIDE, THRESHOLD, LENGTHS = 416, 0.5, (3, 10)
OVERLAP, SCORE = 0.95, 0.02
"""How much the boxes share at least, and how far apart scores are at most."""
BYTES = 8192
"""What the boxes and the text of a picture cost on their way to the host."""
PARTS = ("detector", "reader")
GOLDEN = {"day.jpg": "KLM4827", "night_tilted.jpg": "7TRX563"}


@pytest.fixture(scope="module", params=["processor", "gpu"])
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OnnxRuntimeCudaBackend:
    folder = tmp_path_factory.mktemp("kernels")
    if request.param == "processor":
        return BoundHere(FakeGpu(kernels=compiled(folder)))
    try:
        backend = make_backend("onnxruntime-cuda", Infer(engines=folder))
    except EngineFailed as fault:
        pytest.skip(f"no GPU: {fault.detail}")
    assert isinstance(backend, OnnxRuntimeCudaBackend)
    return backend


def golden(name: str) -> Picture:
    """As NV12, at twice its size, so that both sides are even and the detector has to shrink it."""
    seen = np.asarray(cv2.imread(str(SHIPPED / "golden" / name)), np.uint8)
    height, width = seen.shape[:2]
    planar = cv2.cvtColor(cv2.resize(seen, (2 * width, 2 * height)), cv2.COLOR_BGR2YUV_I420)
    pairs = planar[2 * height :].reshape(2, height, width).transpose(1, 2, 0)
    luma = np.asarray(planar[: 2 * height], np.uint8)
    return Picture(Layout.NV12, (luma, np.ascontiguousarray(pairs, np.uint8)))


@pytest.mark.parametrize("name", GOLDEN)
def test_the_same_is_seen_and_read_on_the_gpu(here: OnnxRuntimeCudaBackend, name: str) -> None:
    manifest, plain = load_manifest("gatehouse"), OnnxRuntimeBackend(1)
    picture, parts = golden(name), {part: manifest.file_in(part, Precision.FP32) for part in PARTS}
    finder = NetDetector(here.load(parts["detector"]), SIDE, THRESHOLD, device=here.device)
    reader = NetReader(here.load(parts["reader"]), LENGTHS, look_twice=False, device=here.device)
    surface, before = here.device.put(picture), here.device.copied
    (seen,) = finder.detect(surface)
    text = "".join(one.text for one in reader.read(surface, seen).characters)
    after = here.device.copied
    (wanted,) = NetDetector(plain.load(parts["detector"]), SIDE, THRESHOLD).detect(picture)
    assert (seen.kind, text) == (Kind.PLATE, GOLDEN[name])
    assert seen.box.iou(wanted.box) > OVERLAP
    assert seen.score == pytest.approx(wanted.score, abs=SCORE)
    assert (after.to_device, after.to_host < before.to_host + BYTES) == (before.to_device, True)
