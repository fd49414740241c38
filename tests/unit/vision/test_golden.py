from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.faults import EngineUntrusted
from appliance.infer.files import sha256_of
from appliance.infer.models import Golden, Manifest, load_manifest
from appliance.vision.base import Nets
from appliance.vision.golden import prove

from .makers import FakeDetector, FakeReader, plate, result


def nets(text: str) -> Nets:
    return Nets(FakeDetector([plate(50)]), FakeReader(result(text)))


def drawn(folder: Path, sha256: str | None = None) -> Manifest:
    cv2.imwrite(str(folder / "a.png"), np.zeros((80, 80, 3), np.uint8))
    return Manifest("mine", "", {}, (Golden(file="a.png", text="AB12", sha256=sha256),), folder)


def test_a_set_of_the_owner_s_takes_the_shipped_pictures(tmp_path: Path) -> None:
    shipped = load_manifest("gatehouse")
    prove(nets("KLM4827"), replace(shipped, golden=shipped.golden[:1], folder=tmp_path))


def test_the_owner_s_own_picture_comes_first(tmp_path: Path) -> None:
    prove(nets("AB12"), drawn(tmp_path))


def test_a_picture_with_its_hash_proves(tmp_path: Path) -> None:
    drawn(tmp_path)
    prove(nets("AB12"), drawn(tmp_path, sha256_of(tmp_path / "a.png")))


def test_a_picture_with_another_hash_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(EngineUntrusted, match="another picture"):
        prove(nets("AB12"), drawn(tmp_path, "f" * 64))


@pytest.mark.parametrize("sha256", [None, "f" * 64])
def test_a_picture_that_is_not_there_is_named(tmp_path: Path, sha256: str | None) -> None:
    manifest = drawn(tmp_path, sha256)
    (tmp_path / "a.png").unlink()
    with pytest.raises(EngineUntrusted, match="missing"):
        prove(nets("AB12"), manifest)
