"""`gatehouse models list`: every net that is here, with its files and figures."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields

from ...config import Config
from ...faults import EngineFailed, ExtraMissing, ManifestBroken
from ...infer.base import Precision
from ...infer.files import check_hash
from ...infer.manifest import Metric, NetManifest
from ...infer.models import SHIPPED, Manifest, load_manifest, model_file

_MEGA = 1_000_000
_HEAD = ("net", "version", "precision", "size", "weights", "state", "licence")
_NUMBERS = ("size", "weights")


@dataclass(frozen=True, slots=True)
class Row:
    """One file of one net. `state` is ok, missing or changed, or says which package is not installed."""

    set: str
    part: str
    net: str
    version: int
    precision: Precision
    serves: bool
    state: str
    bytes: int | None
    parameters: int | None
    licence: str
    metrics: dict[str, Metric]


@dataclass(frozen=True, slots=True)
class Broken:
    """A set with a manifest that cannot be used."""

    set: str
    state: str


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a line and file, for programs")
    parser.add_argument("--long", action="store_true", help="what was measured of each file, too")


def run(args: argparse.Namespace, config: Config) -> int:
    wanted = None if config.infer.precision == "auto" else Precision(config.infer.precision)
    manifests: list[Manifest] = []
    broken: list[Broken] = []
    for name in set_names(config):
        try:
            manifests.append(load_manifest(name, own=config.infer.models, precision=wanted))
        except ManifestBroken as fault:
            broken.append(Broken(name, f"broken: {fault.detail}. {fault.remedy}"))
    rows = [row for manifest in manifests for row in _rows(manifest)]
    if args.json:
        _print_json([*broken, *rows])
    else:
        _show(manifests, rows, broken, config.vision.reader, args.long)
    return 1 if broken else 0


def _print_json(rows: Sequence[Row | Broken]) -> None:
    """The same keys in each line; of a broken set most are null."""
    keys = [field.name for field in fields(Row)]
    for row in rows:
        data = {**dict.fromkeys(keys), **asdict(row)}
        precision = data["precision"] and str(data["precision"])
        print(json.dumps({**data, "precision": precision}))


def set_names(config: Config) -> list[str]:
    """Every set, shipped or the owner's; the one that serves first."""
    folders = (SHIPPED, config.infer.models)
    names = {path.stem for folder in folders for path in folder.glob("*.toml")}
    return sorted(names, key=lambda name: (name != config.vision.reader, name))


def _rows(manifest: Manifest) -> Iterator[Row]:
    for part, net in manifest.nets.items():
        for precision, variant in net.precisions.items():
            state, size = _state(manifest, part, precision)
            yield Row(
                set=manifest.name,
                part=part,
                net=net.name,
                version=net.version,
                precision=precision,
                serves=precision is net.chosen(manifest.precision),
                state=state,
                bytes=size,
                parameters=net.parameters,
                licence=net.licence,
                # The net's own were measured in its widest precision.
                metrics={**(net.metrics if precision is _widest(net) else {}), **variant.metrics},
            )


def _widest(net: NetManifest) -> Precision:
    return next(one for one in Precision if one in net.precisions)


def _state(manifest: Manifest, part: str, precision: Precision) -> tuple[str, int | None]:
    """Whether the file is the manifest's, and its size."""
    try:
        file = model_file(manifest.nets[part], part, precision)
        check_hash(file)
    except ExtraMissing as fault:
        return f"needs {fault.part}", None
    except EngineFailed:
        return ("changed", file.path.stat().st_size) if file.path.is_file() else ("missing", None)
    return "ok", file.path.stat().st_size


def _show(
    manifests: Sequence[Manifest], rows: Sequence[Row], broken: Sequence[Broken], reader: str, long: bool
) -> None:
    for bad in broken:
        print(f"{bad.set}{_serves(bad.set, reader)}: {bad.state}\n")
    table = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table)]
    for manifest in manifests:
        print(f"{manifest.name}{_serves(manifest.name, reader)}: {manifest.title}")
        for fault in manifest.faults:
            print(f"  {fault}")
        print(f"  {_line(_HEAD, widths)}")
        for row in rows:
            if row.set == manifest.name:
                print(f"  {_line(_cells(row), widths)}")
                if long and row.metrics:
                    print(f"      {_figures(row)}")
        print()
    print(f"* serves. Your own nets come before these when they lie in {_folder(manifests)}.")


def _serves(name: str, reader: str) -> str:
    return ", serves" if name == reader else ""


def _folder(manifests: Sequence[Manifest]) -> str:
    own = {str(net.folder) for one in manifests for net in one.nets.values() if net.folder != SHIPPED}
    return ", ".join(sorted(own)) or "infer.models"


def _cells(row: Row) -> tuple[str, ...]:
    return (
        f"{row.part} ({row.net})" if row.part != row.net else row.part,
        f"v{row.version}",
        f"{row.precision}{'*' if row.serves else ''}",
        "-" if row.bytes is None else f"{row.bytes / _MEGA:.1f} MB",
        "-" if row.parameters is None else f"{row.parameters / _MEGA:.2f} M",
        row.state,
        row.licence,
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    placed = (
        cell.rjust(width) if name in _NUMBERS else cell.ljust(width)
        for name, cell, width in zip(_HEAD, cells, widths)
    )
    return "  ".join(placed).rstrip()


def _figures(row: Row) -> str:
    return ", ".join(f"{key} {_figure(value)}" for key, value in row.metrics.items())


def _figure(value: Metric) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
