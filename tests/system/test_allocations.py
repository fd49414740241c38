"""Detection and reading of a frame take no new memory once they are warm: tracemalloc counts."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from appliance.bench.recognition import SteppedLoop
from appliance.config.schema import Camera, Infer, Vision, Vote
from appliance.faults import EngineFailed
from appliance.infer.chain import make_backend
from appliance.infer.models import SHIPPED, load_manifest
from appliance.sight import Box, Kind, Layout, Picture
from appliance.vision.base import Nets
from appliance.vision.factory import Recognition
from appliance.vision.own.build import build
from appliance.vision.pixels import bgr

SIZE = (1280, 720)
ROI = Box(120, 60, 1220, 700)
LARGEST = 16 << 10
"""Bytes that a frame may hold at one time for all of its boxes, texts and slices: half a plate's crop."""
GROWN = 2 << 10
"""Ten bytes a frame: one number, or a slice, would be more."""
WARM, TURNS, FRAMES = 100, 3, 200
"""Readings vote for fifty frames; until then there are more of them."""


def scene(layout: Layout) -> Picture:
    """The rendered car by day, at the size of a camera's picture."""
    golden = cv2.imread(str(SHIPPED / "golden" / "day.jpg"))
    image = cv2.resize(np.asarray(golden, np.uint8), SIZE)
    if layout is Layout.BGR:
        return Picture.of(np.asarray(image, np.uint8))
    width, height = SIZE
    planes = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420), np.uint8)
    u, v = planes[height:].reshape(2, height // 2, width // 2)
    chroma = (np.dstack([u, v]),) if layout is Layout.NV12 else (u, v)
    return Picture(layout, (planes[:height], *chroma))


@pytest.fixture(scope="module", params=["onnxruntime", "openvino"])
def nets(request: pytest.FixtureRequest) -> Nets:
    try:
        backend = make_backend(request.param, Infer(threads=1))
    except EngineFailed as fault:
        pytest.skip(f"{request.param}: {fault.detail}")
    return build(load_manifest("gatehouse"), backend, Vision(detect_side=416), photo=False)


def look(nets: Nets, picture: Picture) -> list[str]:
    """What the plates of one picture say."""
    plates = [one for one in nets.detector.detect(picture, ROI) if one.kind is Kind.PLATE]
    return [nets.reader.read(picture, plate).text for plate in plates]


def stepped(nets: Nets) -> SteppedLoop:
    """The loop on these nets, each read done before the next frame, warm and with a steady track."""
    camera = Camera(roi=((0.1, 0.1), (0.95, 0.1), (0.95, 0.97), (0.1, 0.97)))
    recognition = Recognition(nets.detector, nets.reader, "these", ())
    return SteppedLoop(recognition, camera, Vision(), Vote())


def borrowed(run: Callable[[], object]) -> int:
    """The most bytes that a run holds beyond what it began with."""
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    run()
    return tracemalloc.get_traced_memory()[1] - before


def held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
def test_a_frame_of_the_loop_takes_no_memory(nets: Nets) -> None:
    loop, picture = stepped(nets), scene(Layout.NV12)
    for _ in range(WARM):
        loop.see(picture)
    most, grown = 0, []
    for _ in range(TURNS):
        before = held()
        for _ in range(FRAMES):
            most = max(most, borrowed(lambda: loop.see(picture)))
        grown.append(held() - before)
    assert most < LARGEST
    # What is made once, whenever that is, grows in one turn; what is lost in each frame grows in all.
    assert min(grown) < GROWN


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("layout", Layout)
def test_to_detect_and_read_takes_none(nets: Nets, layout: Layout) -> None:
    picture = scene(layout)
    assert [look(nets, picture) for _ in range(3)] == [["KLM4827"]] * 3
    assert borrowed(lambda: look(nets, picture)) < LARGEST


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("layout", [Layout.NV12, Layout.I420])
def test_a_copy_would_be_counted(layout: Layout) -> None:
    picture = scene(layout)
    assert borrowed(lambda: bgr(picture, Box(0, 0, 100, 60))) > LARGEST
    assert borrowed(lambda: picture.planes[1][:64, :192].astype(np.float32)) > LARGEST
