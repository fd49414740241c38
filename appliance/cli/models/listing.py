"""`gatehouse models list`: every net that is here, with its files and figures."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from ...config import Config
from ...faults import EngineFailed, ExtraMissing
from ...infer.base import Precision
from ...infer.files import check_hash
from ...infer.manifest import Metric
from ...infer.models import SHIPPED, Manifest, load_manifest, model_file

_MEGA = 1_000_000


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


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a line and file, for programs")


def run(args: argparse.Namespace, config: Config) -> int:
    wanted = None if config.infer.precision == "auto" else Precision(config.infer.precision)
    manifests = [load_manifest(name, own=config.infer.models, precision=wanted) for name in set_names(config)]
    rows = [row for manifest in manifests for row in _rows(manifest)]
    if args.json:
        for row in rows:
            print(json.dumps({**asdict(row), "precision": str(row.precision)}))
    else:
        _show(manifests, rows, config.vision.reader)
    return 0


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
                metrics={**net.metrics, **variant.metrics},
            )


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


def _show(manifests: Sequence[Manifest], rows: Sequence[Row], reader: str) -> None:
    for manifest in manifests:
        serving = ", serves" if manifest.name == reader else ""
        print(f"{manifest.name}{serving}: {manifest.title}")
        for fault in manifest.faults:
            print(f"  {fault}")
        for row in rows:
            if row.set == manifest.name:
                print(f"  {_line(row)}")
        print()
    print(f"* serves. Your own nets come before these when they lie in {_folder(manifests)}.")


def _folder(manifests: Sequence[Manifest]) -> str:
    own = {str(net.folder) for one in manifests for net in one.nets.values() if net.folder != SHIPPED}
    return ", ".join(sorted(own)) or "infer.models"


def _line(row: Row) -> str:
    name = f"{row.part} ({row.net})" if row.part != row.net else row.part
    precision = f"{row.precision}{'*' if row.serves else ''}"
    size = "-" if row.bytes is None else f"{row.bytes / _MEGA:.1f} MB"
    weights = "-" if row.parameters is None else f"{row.parameters / _MEGA:.2f} M"
    figures = ", ".join(f"{key} {_figure(value)}" for key, value in row.metrics.items())
    head = f"{name:<18}v{row.version:<3}{precision:<7}{size:>8}{weights:>9}  {row.state:<9}{row.licence}"
    return f"{head}  {figures}".rstrip()


def _figure(value: Metric) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
