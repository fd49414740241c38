"""`gatehouse models verify`: does each net answer its golden frames on each backend of this board?"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from time import perf_counter

from ...config import Config
from ...faults import EngineFailed, EngineUntrusted, ExtraMissing, GateFault, ManifestBroken, ModelStale
from ...infer.base import BaseBackend, Precision
from ...infer.chain import make_backend
from ...infer.files import check_hash
from ...infer.manifest import NetManifest
from ...infer.models import SHIPPED, Manifest, load_manifest
from ...vision.factory import build_recognition
from ...vision.proof import PROVEN_BY_PICTURES, admit, prove_net
from .listing import set_names

WHOLE = "all together"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One net in one precision on one backend. `problem` is empty where all is well."""

    set: str
    part: str
    precision: str
    backend: str
    golden: int = 0
    load_ms: float | None = None
    golden_ms: float | None = None
    problem: str = ""
    remedy: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--set", metavar="NAME", help="this model set; else the configured one")
    parser.add_argument("--all", action="store_true", help="every model set that is here")
    parser.add_argument("--json", action="store_true", help="one JSON object a line and net, for programs")


def run(args: argparse.Namespace, config: Config) -> int:
    names = set_names(config) if args.all else [args.set or config.vision.reader]
    wanting = 0
    for name in names:
        for verdict in _verify(config, name):
            wanting += bool(verdict.problem)
            print(json.dumps({**asdict(verdict), "ok": not verdict.problem}) if args.json else _line(verdict))
    if not args.json:
        print(f"\n{wanting} found wanting." if wanting else "\nAll hold.")
    return 1 if wanting else 0


def _verify(config: Config, set_name: str) -> Iterator[Verdict]:
    try:
        manifest = load_manifest(set_name, own=config.infer.models, side=config.vision.detect_side)
    except ManifestBroken as fault:
        yield _wanting(Verdict(set_name, WHOLE, "", ""), fault, fault.remedy)
        return
    for stale in manifest.faults:
        yield _wanting(Verdict(set_name, stale.part, "", ""), stale, stale.remedy)
    for name in config.infer.chain:
        try:
            backend = make_backend(name, config.infer)
        except EngineFailed as fault:
            remedy = "Install what it needs, or take it out of infer.chain."
            yield Verdict(manifest.name, WHOLE, "", name, problem=fault.detail, remedy=remedy)
            continue
        alone = [
            _net(manifest, part, precision, backend)
            for part, net in manifest.nets.items()
            for precision in net.precisions
        ]
        yield from alone
        yield _together(config, manifest, name, next((one for one in alone if one.problem), None))


def _net(manifest: Manifest, part: str, precision: Precision, backend: BaseBackend) -> Verdict:
    """Hash, load and golden frames of one file."""
    net = manifest.nets[part]
    verdict = Verdict(manifest.name, part, str(precision), backend.name, len(net.golden))
    if not (net.golden or part in PROVEN_BY_PICTURES):
        return _wanting(
            verdict, EngineUntrusted("nothing proves it"), "Give it a golden frame: docs/models.md."
        )
    try:
        model = manifest.file_in(part, precision)
        check_hash(model)
    except ExtraMissing as fault:
        return _wanting(verdict, fault, fault.remedy)
    except EngineFailed as fault:
        return _wanting(verdict, fault, _of_file(net))
    start = perf_counter()
    try:
        session = backend.load(model)
        loaded = perf_counter()
        with closing(session):
            admit(session, part, net)
            prove_net(session, net, model)
    except (EngineFailed, EngineUntrusted) as fault:
        return _wanting(verdict, fault, _of_answer(precision, backend.name))
    proven = perf_counter()
    return _timed(verdict, loaded - start, proven - loaded)


def _together(config: Config, manifest: Manifest, backend: str, wanting: Verdict | None) -> Verdict:
    """The whole way from a picture to a text, as the gate builds it. `wanting` is the first net that did not
    hold alone: what helps it helps the set.
    """
    vision = config.vision.model_copy(update={"reader": manifest.name})
    infer = config.infer.model_copy(update={"chain": (backend,)})
    verdict = Verdict(manifest.name, WHOLE, config.infer.precision, backend, len(manifest.golden))
    start = perf_counter()
    try:
        recognition = build_recognition(vision, infer)
    except ExtraMissing as fault:
        return _wanting(verdict, fault, fault.remedy)
    except (EngineFailed, EngineUntrusted) as fault:
        again = f"Take {backend} out of infer.chain, or install gatehouse again."
        return _wanting(verdict, fault, wanting.remedy if wanting else again)
    met = [fault for fault in recognition.faults if not isinstance(fault, ModelStale)]
    if met:
        return _wanting(verdict, met[0], wanting.remedy if wanting else met[0].remedy)
    return _timed(verdict, None, perf_counter() - start)


def _wanting(verdict: Verdict, fault: GateFault, remedy: str) -> Verdict:
    """Details of an engine speak for themselves; those of other faults say where."""
    what = fault.sentence.rstrip(".")
    if fault.detail:
        what = (
            fault.detail if isinstance(fault, (EngineFailed, EngineUntrusted)) else f"{what} ({fault.detail})"
        )
    return Verdict(**{**asdict(verdict), "problem": what, "remedy": remedy})


def _timed(verdict: Verdict, load_s: float | None, golden_s: float) -> Verdict:
    load_ms = None if load_s is None else round(load_s * 1000, 1)
    return Verdict(**{**asdict(verdict), "load_ms": load_ms, "golden_ms": round(golden_s * 1000, 1)})


def _of_file(net: NetManifest) -> str:
    if net.folder == SHIPPED:
        return "Install gatehouse again."
    if net.derived_from is not None:
        return "Make it anew with `gatehouse models quantize`, or delete its manifest."
    return "Put the right file there, or correct sha256 in its manifest, or delete that."


def _of_answer(precision: Precision, backend: str) -> str:
    if precision is Precision.FP32:
        return f"Take {backend} out of infer.chain."
    return 'Set infer.precision = "fp32".'


def _line(verdict: Verdict) -> str:
    what = f"{verdict.part} {verdict.precision}".strip()
    head = f"{verdict.set:<11}{what:<20}{verdict.backend:<13}"
    if verdict.problem:
        return f"WANT  {head}{verdict.problem}. {verdict.remedy}"
    loaded = "" if verdict.load_ms is None else f"loaded in {verdict.load_ms:.0f} ms, "
    if not verdict.golden:
        return f"ok    {head}{loaded}proven by the set's pictures"
    frames = f"{verdict.golden} golden frame{'' if verdict.golden == 1 else 's'}"
    return f"ok    {head}{loaded}{frames} in {verdict.golden_ms or 0.0:.0f} ms"
