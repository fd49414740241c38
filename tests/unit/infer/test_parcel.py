"""What may be given to be installed, and what is wrong with what may not."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from appliance.faults import ManifestBroken, ParcelFault
from appliance.infer.parcel import open_parcel, unpack

from .makers import NET, SET


def written(folder: Path, net: str = "", nets: str = "nets") -> Path:
    """A folder with one net of two files and a golden frame, and the set that it serves in."""
    files = {"det.onnx": b"weights", "det.int8.onnx": b"narrow", "a.png": b"picture"}
    hashes = [hashlib.sha256(data).hexdigest() for data in files.values()]
    (folder / nets).mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / nets / "det.toml").write_text(net or NET.format(2, *hashes))
    return folder


def packed(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w") as into:
        for one in folder.rglob("*"):
            into.write(one, one.relative_to(folder.parent))
    return archive


def test_a_folder_gives_its_manifests_and_what_they_name(tmp_path: Path) -> None:
    folder = written(tmp_path / "given")
    (folder / "mine.toml").write_text(SET)
    (folder / "notes.txt").write_text("not named, so left behind")
    parcel = open_parcel(folder)
    assert [(net.name, net.version) for net in parcel.nets] == [("det", 2)]
    assert parcel.sets == ("mine",)
    assert set(parcel.files) == {"nets/det.toml", "det.onnx", "det.int8.onnx", "a.png", "mine.toml"}


def test_a_file_comes_with_the_manifest_beside_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "given", nets=".")
    parcel = open_parcel(folder / "det.onnx")
    assert parcel.files["nets/det.toml"] == folder / "det.toml"
    assert parcel.files["det.int8.onnx"] == folder / "det.int8.onnx"


def test_a_folder_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_dir", refuse)
    with pytest.raises(ParcelFault, match="it cannot be read: Permission denied"):
        open_parcel(tmp_path)


def test_an_archive_may_hold_all_in_one_folder(tmp_path: Path) -> None:
    archive = packed(written(tmp_path / "given"), tmp_path / "nets.zip")
    unpack(archive, tmp_path / "scratch")
    assert [net.name for net in open_parcel(tmp_path / "scratch").nets] == ["det"]


def test_an_archive_writes_nowhere_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as into:
        into.writestr("../../outside.toml", "out")
    unpack(tmp_path / "bad.zip", tmp_path / "one" / "two")
    assert not list(tmp_path.glob("*.toml"))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(ParcelFault, match="no zip archive"):
        unpack(tmp_path / "bad.zip", tmp_path / "scratch")


def test_a_file_without_its_manifest_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "given")
    with pytest.raises(ParcelFault, match=r"manifest det\.toml is not beside it"):
        open_parcel(folder / "det.onnx")


def test_a_manifest_of_another_file_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "given", nets=".")
    (folder / "face.toml").write_text((folder / "det.toml").read_text())
    (folder / "face.onnx").write_bytes(b"weights of a face")
    with pytest.raises(ParcelFault, match="names other files"):
        open_parcel(folder / "face.onnx")


def test_other_weights_than_the_manifest_means_are_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "given")
    (folder / "det.int8.onnx").write_bytes(b"other weights")
    with pytest.raises(ParcelFault, match=r"det\.int8\.onnx is not the file of det\.toml"):
        open_parcel(folder)


def test_a_file_that_lacks_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "given")
    (folder / "a.png").unlink()
    with pytest.raises(ParcelFault, match=r"a\.png of det\.toml is missing"):
        open_parcel(folder)


@pytest.mark.parametrize("place", ["../det.onnx", "/etc/passwd", "weights/../../det.onnx"])
def test_a_manifest_that_leaves_its_folder_is_refused(tmp_path: Path, place: str) -> None:
    net = NET.format(2, *["a" * 64] * 3).replace('"det.onnx"', f'"{place}"')
    with pytest.raises(ParcelFault, match="outside its folder"):
        open_parcel(written(tmp_path / "given", net))


def test_a_broken_manifest_names_its_key(tmp_path: Path) -> None:
    net = NET.format(2, *["a" * 64] * 3).replace("licence", "license")
    with pytest.raises(ManifestBroken, match='license: no such key; the nearest is "licence"'):
        open_parcel(written(tmp_path / "given", net))


def test_a_folder_without_manifests_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParcelFault, match="no folder nets"):
        open_parcel(tmp_path)
    (tmp_path / "nets").mkdir()
    with pytest.raises(ParcelFault, match="no manifest of a net"):
        open_parcel(tmp_path)
