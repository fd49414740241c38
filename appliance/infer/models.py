"""The registry of models: manifests (`models/*.toml`) read strictly, and the files they name."""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..faults import EngineFailed
from ..shipped import find
from .base import ModelFile, Precision
from .files import package_folder

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SHIPPED = find("models")
"""The manifests that come with the appliance."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Net(_Table):
    """One model file. `package` names the installed package that carries it; else it lies beside."""

    file: str = Field(min_length=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    precision: Precision = Precision.FP32
    package: str | None = None


class Golden(_Table):
    """One golden frame: a picture beside the manifest, the plate on it, and what is tolerated."""

    file: str = Field(min_length=1)
    text: str = Field(pattern="^[A-Z0-9]+$")
    min_confidence: float = Field(0.6, ge=0.0, le=1.0)
    max_edits: int = Field(0, ge=0, le=2)


class Manifest(_Table):
    """What a model set is, where it is from, which files it needs, and how it proves itself."""

    name: str = Field(min_length=1)
    title: str
    licence: str
    source: str
    nets: dict[str, Net] = Field(min_length=1)
    golden: tuple[Golden, ...] = Field(min_length=1)
    folder: Path = Field(default=SHIPPED, exclude=True)

    def file(self, net: str) -> ModelFile:
        """The model file of one net. Raises EngineFailed when the package with it is missing."""
        entry = self.nets.get(net)
        if entry is None:
            raise EngineFailed(f"the manifest has no net {net}", part=self.name)
        root = package_folder(entry.package) if entry.package else self.folder
        return ModelFile(f"{self.name}.{net}", root / entry.file, entry.sha256, entry.precision)


def load_manifest(name: str, folder: Path = SHIPPED) -> Manifest:
    """Read `folder/name.toml`. Raises EngineFailed, naming the key that is wrong."""
    path = folder / f"{name}.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return Manifest.model_validate({**table, "folder": folder})
    except OSError as error:
        known = ", ".join(sorted(p.stem for p in folder.glob("*.toml"))) or "none"
        raise EngineFailed(f"no model set of this name in {folder}; known: {known}", part=name) from error
    except tomllib.TOMLDecodeError as error:
        raise EngineFailed(f"{path} is not TOML: {error}", part=name) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(step) for step in first["loc"])
        raise EngineFailed(f"{path}, {key}: {first['msg']}", part=name) from error
