from pathlib import Path

import pytest

from appliance.config.schema import Infer, Vision
from appliance.faults import EngineFailed, EngineFallback, EngineUntrusted, ExtraMissing
from appliance.infer.base import Precision
from appliance.infer.chain import Chosen
from appliance.infer.models import Manifest, load_manifest
from appliance.sight import Detection
from appliance.vision.base import Nets, ReadResult
from appliance.vision.factory import build_recognition
from appliance.vision.golden import prove
from appliance.vision.scene import see

from ..infer.makers import net_text, write_models
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
    seen = see(detector, reader, frame(0.0).picture, timer=iter([0.0, 0.5, 0.7]).__next__)
    assert [p.read.text for p in seen.plates] == ["CD34", "AB12"]
    assert [seen.detect_s, seen.read_s] == pytest.approx([0.5, 0.2])


def test_a_set_without_its_package_says_which_command_brings_it(tmp_path: Path) -> None:
    folder = write_models(tmp_path, net='package = "nowhere"\nextra = "ppocr"\n' + net_text())
    (folder / "mine.toml").rename(folder / "ppocr.toml")
    with pytest.raises(ExtraMissing, match=r"pip install 'gatehouse\[ppocr\]'"):
        build_recognition(Vision(reader="ppocr"), Infer(models=tmp_path / "none"), models=folder)


def test_narrow_nets_that_fail_give_way_to_fp32_with_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Precision | None] = []

    def prove(manifest: Manifest, *rest: object) -> Chosen[Nets]:
        tried.append(manifest.precision)
        if manifest.precision is Precision.INT8:
            raise EngineUntrusted("read something else", part="mine.det")
        return Chosen(nets(result("AB12")), "fake", ())

    monkeypatch.setattr("appliance.vision.factory._prove", prove)
    infer = Infer(precision="int8", models=tmp_path / "none")
    built = build_recognition(Vision(reader="mine"), infer, models=write_models(tmp_path))
    assert tried == [Precision.INT8, Precision.FP32]
    assert [type(fault) for fault in built.faults] == [EngineFallback]
    assert built.precisions == {"det": Precision.FP32}


def test_fp32_that_fails_serves_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def prove(manifest: Manifest, *rest: object) -> Chosen[Nets]:
        raise EngineUntrusted("read something else", part="mine.det")

    monkeypatch.setattr("appliance.vision.factory._prove", prove)
    with pytest.raises(EngineUntrusted):
        build_recognition(Vision(reader="mine"), Infer(models=tmp_path), models=write_models(tmp_path / "m"))
