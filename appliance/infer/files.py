"""Model files on disk: finding them and holding them to the hash that their manifest promises."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

from ..faults import EngineFailed, ExtraMissing
from .base import ModelFile

_BLOCK = 1 << 20
DISTRIBUTION = "gatehouse"
"""The name under which pip knows this project."""


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def check_hash(model: ModelFile) -> None:
    """Raise EngineFailed unless the file is there and is the one that the manifest means."""
    try:
        have = sha256_of(model.path) if model.sha256 else ""
    except OSError as error:
        raise EngineFailed(f"{model.path} cannot be read: {error.strerror}", part=model.name) from error
    if have != model.sha256:
        raise EngineFailed(f"{model.path} is not the file of the manifest (SHA-256 differs)", part=model.name)
    if not model.path.is_file():
        raise EngineFailed(f"{model.path} is missing", part=model.name)


def package_folder(package: str, extra: str | None = None) -> Path:
    """Where an installed package's files lie, without importing it. Raises ExtraMissing."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        command = f"pip install '{DISTRIBUTION}[{extra}]'" if extra else f"pip install {package}"
        raise ExtraMissing(f"{command} brings it", part=package)
    return Path(spec.origin).parent
