"""Nets that somebody gives to be installed: their manifests, and the files that these name."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..faults import ParcelFault
from .files import sha256_of
from .manifest import NetManifest
from .models import NETS, SHIPPED, pictures_of_set, read_net

_MANIFEST = ".toml"
MOST_BYTES = 1 << 30
"""Of an unpacked archive: thirty times what is shipped, and less than a data partition."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Nets, and sets by name. `files` are where each file lies now, by its place in a folder of models."""

    nets: tuple[NetManifest, ...]
    sets: tuple[str, ...]
    files: Mapping[str, Path]


def open_parcel(place: Path) -> Parcel:
    """Read a net's ONNX file with its manifest beside it (`NAME.onnx`, `NAME.toml`), or a folder as
    `infer.models` is laid out, and hold every file to its hash.

    What the manifests name and the folder lacks must be shipped. Raises ParcelFault and ManifestBroken.
    """
    try:
        return _opened(place)
    except OSError as error:
        raise ParcelFault(f"it cannot be read: {error.strerror}", part=str(place)) from error


def _opened(place: Path) -> Parcel:
    if place.is_dir():
        root = place if (place / NETS).is_dir() else _only_folder(place)
        return _parcel(root, sorted((root / NETS).glob(f"*{_MANIFEST}")), sorted(root.glob(f"*{_MANIFEST}")))
    manifest = place.with_suffix(_MANIFEST)
    if not manifest.is_file():
        raise ParcelFault(f"its manifest {manifest.name} is not beside it", part=str(place))
    parcel = _parcel(place.parent, [manifest], [])
    if place not in parcel.files.values():
        raise ParcelFault(f"its manifest {manifest.name} names other files", part=str(place))
    return parcel


def unpack(archive: Path, folder: Path) -> None:
    """A zip archive's files, into a folder and nowhere else. Raises ParcelFault and OSError."""
    try:
        with zipfile.ZipFile(archive) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
            if size > MOST_BYTES:
                raise ParcelFault(f"it unpacks to {size >> 20} MiB", part=str(archive))
            packed.extractall(folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ParcelFault(f"it is no zip archive that can be read: {error}", part=str(archive)) from error


def _only_folder(place: Path) -> Path:
    """Archives often hold all in one folder."""
    inner = [one for one in place.iterdir() if (one / NETS).is_dir()]
    if len(inner) != 1:
        raise ParcelFault(f"it has no folder {NETS} of manifests", part=str(place))
    return inner[0]


def _parcel(root: Path, manifests: Iterable[Path], sets: Iterable[Path]) -> Parcel:
    files: dict[str, Path] = {}
    nets = []
    for path in manifests:
        net = read_net(path)
        nets.append(net)
        files[f"{NETS}/{net.name}{_MANIFEST}"] = path
        files.update(_present(root, path, _promised(net)))
    if not nets:
        raise ParcelFault("it has no manifest of a net", part=str(root))
    names = []
    for path in sets:
        names.append(path.stem)
        files[path.name] = path
        files.update(_present(root, path, ((file, None) for file in pictures_of_set(path))))
    return Parcel(tuple(nets), tuple(names), files)


def _promised(net: NetManifest) -> Iterator[tuple[str, str | None]]:
    """Files of a manifest with their hashes; those of an installed package are not ours to bring."""
    if net.package is None:
        yield from ((one.file, one.sha256) for one in net.precisions.values())
    yield from ((one.file, one.sha256) for one in net.golden)


def _present(
    root: Path, manifest: Path, promised: Iterable[tuple[str, str | None]]
) -> Iterator[tuple[str, Path]]:
    for file, sha256 in promised:
        if PurePosixPath(file).is_absolute() or ".." in PurePosixPath(file).parts:
            raise ParcelFault(f"{manifest.name} names {file}, outside its folder", part=str(root))
        given = next((one for one in (root / file, root / Path(file).name) if one.is_file()), None)
        if given is None and not (SHIPPED / file).is_file():
            raise ParcelFault(f"{file} of {manifest.name} is missing", part=str(root))
        if sha256 not in (None, _hash(given or SHIPPED / file)):
            raise ParcelFault(f"{file} is not the file of {manifest.name} (SHA-256 differs)", part=str(root))
        if given is not None:
            yield file, given


def _hash(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise ParcelFault(f"it cannot be read: {error.strerror}", part=str(path)) from error
