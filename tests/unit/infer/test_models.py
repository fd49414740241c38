from pathlib import Path

import pytest

from appliance.faults import EngineFailed
from appliance.infer.base import ModelFile
from appliance.infer.files import check_hash, package_folder, sha256_of
from appliance.infer.models import SHIPPED, load_manifest

MANIFEST = """
name = "mine"
title = "A net"
licence = "Apache-2.0"
source = "here"
[nets.det]
file = "det.onnx"
sha256 = "{}"
[[golden]]
file = "a.png"
text = "AB12"
"""


def written(folder: Path, text: str) -> Path:
    (folder / "mine.toml").write_text(text)
    return folder


def test_a_manifest_names_its_files(tmp_path: Path) -> None:
    manifest = load_manifest("mine", written(tmp_path, MANIFEST.format("a" * 64)))
    assert manifest.file("det") == ModelFile("mine.det", tmp_path / "det.onnx", "a" * 64)


def test_the_shipped_manifests_are_good() -> None:
    for path in SHIPPED.glob("*.toml"):
        assert load_manifest(path.stem).name == path.stem


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("colour = 1\n" + MANIFEST.format("a" * 64), "colour"),
        (MANIFEST.format("short"), "nets.det.sha256"),
        (MANIFEST.format("a" * 64).replace('text = "AB12"', 'text = "ab 12"'), "golden.0.text"),
        ("= broken", "not TOML"),
    ],
)
def test_a_bad_manifest_is_refused_by_its_key(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(EngineFailed, match=named):
        load_manifest("mine", written(tmp_path, text))


def test_an_unknown_set_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="known: mine"):
        load_manifest("yours", written(tmp_path, MANIFEST.format("a" * 64)))


def test_an_unknown_net_is_refused(tmp_path: Path) -> None:
    manifest = load_manifest("mine", written(tmp_path, MANIFEST.format("a" * 64)))
    with pytest.raises(EngineFailed, match="no net rec"):
        manifest.file("rec")


def test_the_hash_is_held(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(b"weights")
    good = ModelFile("net", path, sha256_of(path))
    check_hash(good)
    path.write_bytes(b"other weights")
    with pytest.raises(EngineFailed, match="SHA-256"):
        check_hash(good)


@pytest.mark.parametrize("sha256", ["", "a" * 64])
def test_a_missing_file_is_refused(tmp_path: Path, sha256: str) -> None:
    with pytest.raises(EngineFailed, match=r"none\.onnx"):
        check_hash(ModelFile("net", tmp_path / "none.onnx", sha256))


def test_a_missing_package_is_refused() -> None:
    with pytest.raises(EngineFailed, match="nowhere"):
        package_folder("nowhere")
