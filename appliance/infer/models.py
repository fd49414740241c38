"""The registry of models: sets of nets (`models/*.toml`) and the manifest of each (`models/nets/*.toml`)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, Field, ValidationError

from ..faults import EngineFailed, GateFault, ManifestBroken, ModelStale
from ..shipped import find
from .base import ModelFile, Precision
from .files import package_folder
from .manifest import Name, NetManifest, Sha256, Table, Task

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T", bound=Table)

SHIPPED = find("models")
"""The sets, manifests and weights that come with the appliance."""
NETS = "nets"
"""Below a folder of models: the manifests of the nets."""
MODEL = "model"
"""The part that names make and model: a slot for a net that the owner brings."""
_DESCRIBER = "vehicle"
# The manifest of a net for that slot, in the owner's folder.
_OWNERS_MODEL = "make_model"


class Golden(Table):
    """One golden frame of a set: a picture, the plate on it, and what is tolerated."""

    file: str = Field(min_length=1)
    text: str = Field(pattern="^[A-Z0-9]+$")
    sha256: Sha256 | None = None
    min_confidence: float = Field(0.6, ge=0.0, le=1.0)
    max_edits: int = Field(0, ge=0, le=2)


class _Set(Table):
    """The file of a set: its nets by their part in it, and how they prove themselves together."""

    name: Name
    title: str
    nets: dict[Name, Name] = Field(min_length=1)
    golden: tuple[Golden, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Nets that belong together, by their part, and the golden frames of all of them at once.

    `precision` is the wanted one; a net without it serves in its default. `side` is that of the pictures
    to look at, where an engine is built for a size. `faults` say what of the owner's folder was passed over.
    """

    name: str
    title: str
    nets: Mapping[str, NetManifest]
    golden: tuple[Golden, ...]
    folder: Path
    precision: Precision | None = None
    faults: tuple[GateFault, ...] = ()
    side: int = 0

    def file(self, net: str) -> ModelFile:
        """The model file of one net. Raises EngineFailed when the set lacks it, ExtraMissing when the
        package with it is not installed.
        """
        entry = self.nets.get(net)
        if entry is None:
            raise EngineFailed(f"the manifest has no net {net}", part=self.name)
        return self.file_in(net, entry.chosen(self.precision))

    def file_in(self, net: str, precision: Precision) -> ModelFile:
        """The same in a precision that this net has."""
        entry = self.nets[net]
        side = self.side if "height" in entry.input.dynamic else 0
        return model_file(entry, f"{self.name}.{net}", precision, side)


def model_file(net: NetManifest, name: str, precision: Precision, side: int = 0) -> ModelFile:
    """A net's file in one of its precisions. Raises ExtraMissing."""
    variant = net.precisions[precision]
    if net.package is not None:
        path = package_folder(net.package, net.extra) / variant.file
    else:
        path = beside(net.folder, variant.file)
    return ModelFile(name, path, variant.sha256, precision, side)


def beside(folder: Path, file: str) -> Path:
    """A file of a manifest: in the manifest's own folder of models, else in the shipped one."""
    own = folder / file
    return own if _there(own) else SHIPPED / file


def load_manifest(
    name: str,
    folder: Path = SHIPPED,
    *,
    own: Path | None = None,
    precision: Precision | None = None,
    side: int = 0,
) -> Manifest:
    """Read the set `name` and the manifests of its nets.

    What lies in `own`, the owner's folder of models, comes before what is shipped; a net there that names
    make and model joins each set that describes vehicles. Raises EngineFailed, naming the file and the key
    that is wrong.
    """
    places = tuple(place for place in (own, folder) if place is not None)
    home = next((place for place in places if _there(place / f"{name}.toml")), folder)
    table = _read(home / f"{name}.toml", _Set, name, folder)
    nets: dict[str, NetManifest] = {}
    faults: list[GateFault] = []
    for part, net in table.nets.items():
        nets[part], stale = _newest(net, folder, own)
        faults += [stale] if stale else []
    if own is not None and _wants_model(nets) and _there(own / NETS / f"{_OWNERS_MODEL}.toml"):
        nets[MODEL] = _namer(own)
    return Manifest(table.name, table.title, nets, table.golden, home, precision, tuple(faults), side)


def load_net(name: str, folder: Path = SHIPPED) -> NetManifest:
    """Read `folder/nets/name.toml`. Raises EngineFailed, naming the key that is wrong."""
    net = _read(folder / NETS / f"{name}.toml", NetManifest, name, folder / NETS)
    return net.model_copy(update={"folder": folder})


def read_net(path: Path) -> NetManifest:
    """A manifest that lies anywhere. Raises EngineFailed, naming the key that is wrong."""
    return _read(path, NetManifest, path.stem, path.parent)


def pictures_of_set(path: Path) -> tuple[str, ...]:
    """The golden frames that the file of a set names. Raises EngineFailed, naming the key that is wrong."""
    return tuple(golden.file for golden in _read(path, _Set, path.stem, path.parent).golden)


def _wants_model(nets: Mapping[str, NetManifest]) -> bool:
    return _DESCRIBER in nets and MODEL not in nets


def _namer(own: Path) -> NetManifest:
    net = load_net(_OWNERS_MODEL, own)
    if net.task is not Task.NAME_MODEL:
        raise EngineFailed(
            f"{own / NETS / _OWNERS_MODEL}.toml, task: {net.task} instead of {Task.NAME_MODEL}", part=net.name
        )
    return net


def _newest(name: str, folder: Path, own: Path | None) -> tuple[NetManifest, ModelStale | None]:
    """The owner's net, unless it was made from another one than is shipped now."""
    if own is None or not _there(own / NETS / f"{name}.toml"):
        return load_net(name, folder), None
    mine = load_net(name, own)
    if mine.derived_from is None:
        return mine, None
    shipped = load_net(name, folder)
    origin = shipped.precisions.get(Precision.FP32)
    if origin is not None and mine.derived_from == origin.sha256:
        return mine, None
    return shipped, ModelStale(f"{own / NETS / name}.toml", part=name)


def _there(path: Path) -> bool:
    """Raises EngineFailed where the system does not let us look."""
    try:
        return path.is_file()
    except OSError as error:
        raise _closed(path, error, path.stem) from error


def _closed(path: Path, error: OSError, name: str) -> EngineFailed:
    return EngineFailed(f"{path} cannot be read: {error.strerror}; let this user read it", part=name)


def _read(path: Path, form: type[T], name: str, folder: Path) -> T:
    try:
        return form.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        known = ", ".join(sorted(p.stem for p in folder.glob("*.toml"))) or "none"
        raise EngineFailed(
            f"no model set or net of this name in {folder}; known: {known}", part=name
        ) from error
    except OSError as error:
        raise _closed(path, error, name) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ManifestBroken(f"{path} is not TOML: {error}", part=name) from error
    except ValidationError as error:
        raise ManifestBroken(f"{path}, {_mistake(error, form)}", part=name) from error


def _mistake(error: ValidationError, form: type[Table]) -> str:
    """The first mistake by its key. Unknown keys come first: one that is misspelt is missing, too."""
    errors = error.errors(include_url=False)
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    path = [str(step) for step in first["loc"]]
    key = ".".join(path) or "manifest"
    if first["type"] != "extra_forbidden":
        return f"{key}: {first['msg']}"
    close = get_close_matches(path[-1], _keys(form, path[:-1]), n=1)
    return f"{key}: no such key" + (f'; the nearest is "{close[0]}"' if close else "")


def _keys(form: type[BaseModel], path: Iterable[str]) -> list[str]:
    """What the table at this path may hold; steps that are no field are names of the owner's and numbers."""
    for step in path:
        info = form.model_fields.get(step)
        form = form if info is None else _table_of(info.annotation) or form
    return list(form.model_fields)


def _table_of(annotation: Any) -> type[BaseModel] | None:
    """The table that a field holds, alone or in a list or a table of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    tables = (_table_of(inner) for inner in get_args(annotation))
    return next((table for table in tables if table is not None), None)
