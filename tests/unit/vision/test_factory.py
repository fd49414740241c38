import pytest

from appliance.config.schema import Infer, Vision
from appliance.faults import EngineFailed, EngineUntrusted
from appliance.infer.models import load_manifest
from appliance.sight import Detection
from appliance.vision.base import Nets, ReadResult
from appliance.vision.factory import build_recognition
from appliance.vision.golden import prove
from appliance.vision.scene import see

from .makers import FakeDetector, FakeReader, frame, plate, result


def nets(*reads: ReadResult) -> Nets:
    return Nets(FakeDetector([plate(50)] if reads else list[Detection]()), FakeReader(*reads))


@pytest.mark.parametrize("name", ["gatehouse", "ppocr"])
def test_engines_that_read_the_golden_frames_are_trusted(name: str) -> None:
    manifest = load_manifest(name)
    prove(nets(*(result(golden.text) for golden in manifest.golden)), manifest)


@pytest.mark.parametrize("reads", [(), (result("WRONG1"),), (result("KLM4827", confidence=0.2),)])
def test_engines_that_do_not_are_refused(reads: tuple[ReadResult, ...]) -> None:
    with pytest.raises(EngineUntrusted, match="KLM4827"):
        prove(nets(*reads), load_manifest("gatehouse"))


def test_an_unknown_reader_names_the_known_ones() -> None:
    with pytest.raises(EngineFailed, match="known: gatehouse, ppocr"):
        build_recognition(Vision(reader="abacus"), Infer())


def test_a_scene_lists_the_likeliest_plate_first_and_no_signs() -> None:
    detector = FakeDetector([plate(10), plate(100), plate(200)])
    reader = FakeReader(result("STOP", shape=0.0), result("AB12", confidence=0.7), result("CD34"))
    seen = see(detector, reader, frame(0.0).image, timer=iter([0.0, 0.5, 0.7]).__next__)
    assert [p.read.text for p in seen.plates] == ["CD34", "AB12"]
    assert [seen.detect_s, seen.read_s] == pytest.approx([0.5, 0.2])
