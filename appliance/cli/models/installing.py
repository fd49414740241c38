"""`gatehouse models install` and `rollback`: nets into the owner's folder, once they hold on this board."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from ...config import Config
from ...config.schema import Infer
from ...faults import EngineFailed, EngineUntrusted, ExtraMissing, GateFault, ParcelFault
from ...infer.models import Manifest, load_manifest
from ...infer.parcel import Parcel, open_parcel, unpack
from ...infer.shelf import Shelf
from ...vision.factory import build_recognition
from .listing import set_names

_SERVES = "It serves from the next start."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "place",
        type=Path,
        metavar="PLACE",
        help="NAME.onnx with NAME.toml beside it, or a folder or a zip archive laid out as infer.models is",
    )


def run(args: argparse.Namespace, config: Config) -> int:
    parcel, refusal = take_in(args.place, config)
    if refusal:
        print(f"Refused: {refusal}. What served serves on.")
        return 1
    told = ", ".join(f"{net.name} {net.version}" for net in parcel.nets)
    folder = Shelf(config.infer.models).folder
    print(f"Installed: {told}, in {folder}. {_SERVES} `gatehouse models rollback` goes back.")
    return 0


def take_in(place: Path, config: Config, *, wait: bool = False) -> tuple[Parcel, str]:
    """Put nets into the owner's folder if they hold on this board; else the reason tells why not.

    Those that `wait` serve only once the shelf is told to.
    """
    shelf = Shelf(config.infer.models)
    with tempfile.TemporaryDirectory(prefix="gatehouse-parcel-") as scratch:
        parcel = open_parcel(_unpacked(place, Path(scratch)))
        with shelf.staged(parcel.files) as folder:
            candidate = config.infer.model_copy(update={"models": folder})
            refusal = _refusal(config, candidate, parcel)
            if not refusal:
                (shelf.keep if wait else shelf.take)()
    return parcel, refusal


def roll_back(_: argparse.Namespace, config: Config) -> int:
    shelf = Shelf(config.infer.models)
    shelf.back()
    print(f"Back: {shelf.folder} is as it was before. {_SERVES} Once more undoes this.")
    return 0


def _unpacked(place: Path, scratch: Path) -> Path:
    try:
        if not place.exists():
            raise ParcelFault("there is no such file", part=str(place))
        if place.suffix.lower() != ".zip":
            return place
        unpack(place, scratch)
    except OSError as error:
        raise ParcelFault(f"it cannot be read or unpacked: {error.strerror}", part=str(place)) from error
    return scratch


def _refusal(config: Config, candidate: Infer, parcel: Parcel) -> str:
    """Why the nets may not serve on this board; empty where they may.

    Every set that one of them joins reads its golden frames with it, on the configured chain (law 13). Only a
    set that nobody has chosen, and that lacks a package on this board, serves with them as little as without.
    """
    try:
        homes = _homes(config, candidate, {*parcel.sets}, {net.name for net in parcel.nets})
        for name in _complete(config, homes):
            met = _built(config, candidate, name)
            worse = [fault for fault in met if _kind(fault) not in _known(config, name)] if met else []
            if worse:
                return _told(worse)
    except (EngineFailed, EngineUntrusted) as fault:
        return _told([fault])
    joined = {net.name for home in homes.values() for net in home.nets.values()}
    strangers = sorted({net.name for net in parcel.nets} - joined)
    return f"no set has a part for {', '.join(strangers)}" if strangers else ""


def _homes(config: Config, candidate: Infer, sets: set[str], nets: set[str]) -> Mapping[str, Manifest]:
    """The sets that are given, or that one of the nets joins."""
    aimed = config.model_copy(update={"infer": candidate})
    known = {name: load_manifest(name, own=candidate.models) for name in set_names(aimed)}
    return {
        name: home
        for name, home in known.items()
        if name in sets or nets & {net.name for net in home.nets.values()}
    }


def _complete(config: Config, homes: Mapping[str, Manifest]) -> list[str]:
    """The sets that can be tried here; all of them where none can, which then tell why."""
    chosen = config.vision.reader
    able = [name for name, home in homes.items() if name == chosen or not _lacks_package(home)]
    return able or list(homes)


def _lacks_package(home: Manifest) -> bool:
    try:
        for part in home.nets:
            home.file(part)
    except ExtraMissing:
        return True
    return False


def _built(config: Config, infer: Infer, name: str) -> tuple[GateFault, ...]:
    """Build a set, faces and all; the faults met that leave it serving. Raises EngineFailed or
    EngineUntrusted where nothing serves."""
    vision = config.vision.model_copy(update={"reader": name})
    return build_recognition(vision, infer, photo=True).faults


def _known(config: Config, name: str) -> frozenset[tuple[type[GateFault], str]]:
    """The faults that the set has without the new nets: these are not theirs."""
    try:
        return frozenset(map(_kind, _built(config, config.infer, name)))
    except (EngineFailed, EngineUntrusted):
        return frozenset()


def _kind(fault: GateFault) -> tuple[type[GateFault], str]:
    return type(fault), fault.part


def _told(faults: Iterable[GateFault]) -> str:
    return "; ".join(f"{one.part}: {one.detail or one.sentence.rstrip('.')}" for one in faults)
