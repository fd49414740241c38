"""An evaluation as text for people and as one JSON object for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..bench.spread import Spread
from . import figures
from .figures import Bin, Detected, Read, Sure
from .kinds import FAMILIES
from .outcome import Outcome
from .session import Evaluation

STAGES = ("load", "detect", "read")
DIGITS = 4

Json = dict[str, object]


# -- for programs ----------------------------------------------------------------------------------------


def as_json(evaluation: Evaluation) -> Json:
    """Every figure; shares are 0 to 1, None where nothing could be counted."""
    outcomes = evaluation.outcomes
    whole = figures.read(outcomes)
    steps = figures.bins(outcomes)
    classes = figures.detected(outcomes)
    families = [name for name in classes if name in FAMILIES.values()]
    return {
        "set": evaluation.source.name,
        "precision": evaluation.source.precision,
        "backend": evaluation.source.backend,
        "pictures": len(outcomes),
        "detection": {name: _detected(one) for name, one in classes.items()},
        "detection_by_size": {
            family: {size: _detected(one) for size, one in figures.by_size(outcomes, family).items()}
            for family in families
        },
        "reading": whole and _read(whole),
        "reading_by_region": {region: _read(one) for region, one in figures.by_region(outcomes).items()},
        "calibration": {
            "error": _rounded(figures.calibration_error(steps)),
            "bins": [_bin(step) for step in steps],
        },
        "curve": [_sure(point) for point in figures.curve(outcomes)] if whole else [],
        "ms": {stage: spread.as_json() for stage, spread in times(outcomes).items()},
        "peak_mb": _rounded(evaluation.peak_mb),
        "wrong": [
            {"file": o.name, "label": a.label.text, "read": a.text, "score": _rounded(a.score)}
            for o in outcomes
            for a in figures.texts([o])
            if not a.folded
        ],
    }


def times(outcomes: Sequence[Outcome]) -> Mapping[str, Spread]:
    """What each stage took, and all of them after loading."""
    if not outcomes:
        return {}
    stages = dict(zip(STAGES, zip(*(outcome.seconds for outcome in outcomes))))
    whole = tuple(sum(outcome.seconds[1:]) for outcome in outcomes)
    return {**{stage: Spread.of(seconds) for stage, seconds in stages.items()}, "whole": Spread.of(whole)}


def _detected(one: Detected) -> Json:
    counts: Json = {"labelled": one.labelled, "found": one.found, "recall": _rounded(one.recall)}
    if one.kind_right is not None:
        return {**counts, "type_right": one.kind_right}
    return {**counts, "claimed": one.claimed, "precision": _rounded(one.precision)}


def _read(one: Read) -> Json:
    shares = {name: _rounded(getattr(one, name)) for name in ("found", "exact", "folded", "characters")}
    return {"plates": one.plates, **shares, "sure": [_sure(at) for at in one.sure]}


def _sure(one: Sure) -> Json:
    shares = {"read": _rounded(one.read), "wrong": _rounded(one.wrong)}
    return {"threshold": one.threshold, **shares, "strays": one.strays}


def _bin(one: Bin) -> Json:
    shares = {"promised": _rounded(one.promised), "right": _rounded(one.right)}
    return {"from": one.low, "to": one.high, "reads": one.count, **shares}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


# -- for people ------------------------------------------------------------------------------------------


def as_text(evaluation: Evaluation) -> str:
    """A report of a page."""
    return "\n".join(_lines(evaluation))


def _lines(evaluation: Evaluation) -> Iterator[str]:
    source, outcomes = evaluation.source, evaluation.outcomes
    yield f"{source.name} ({source.precision}, {source.backend}) on {len(outcomes)} pictures"
    classes = figures.detected(outcomes)
    if classes:
        yield f"\n{'found at IoU 0.5':<24}{'labelled':>9}{'recall':>9}{'claimed':>9}{'precision':>11}"
    for name, one in classes.items():
        yield _detection_line(name, one)
        if name in FAMILIES.values():
            sizes = figures.by_size(outcomes, name)
            yield from (_detection_line(f"  {size} wide", counts) for size, counts in sizes.items())
    yield from _reading_lines(outcomes)
    yield from _time_lines(evaluation)


def _detection_line(name: str, one: Detected) -> str:
    line = f"{name:<24}{one.labelled:>9}{_percent(one.recall):>9}"
    if one.kind_right is not None:
        return f"{line}   of these {_percent(figures.share(one.kind_right, one.found))} with the right type"
    return f"{line}{one.claimed:>9}{_percent(one.precision):>11}"


def _reading_lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    whole = figures.read(outcomes)
    if whole is None:
        return
    yield f"\n{'read':<24}{'plates':>9}{'found':>9}{'exact':>9}{'folded':>11}{'characters':>12}" + "".join(
        f"{f'wrong at {at.threshold:g}':>14}" for at in whole.sure
    )
    yield _read_line("all", whole)
    for region, one in figures.by_region(outcomes).items():
        yield _read_line(f"  {region}", one)
    steps = figures.bins(outcomes)
    yield f"\ncalibration error {_percent(figures.calibration_error(steps))}"
    yield f"{'score':<24}{'reads':>9}{'promised':>9}{'right':>9}"
    for step in steps:
        name = f"{step.low:.1f} to {step.high:.1f}"
        yield f"{name:<24}{step.count:>9}{_percent(step.promised):>9}{_percent(step.right):>9}"
    yield f"\n{'threshold':<24}{'read':>9}{'wrong':>9}{'strays':>9}"
    for point in figures.curve(outcomes):
        name = f"{point.threshold:g}"
        yield f"{name:<24}{_percent(point.read):>9}{_percent(point.wrong):>9}{point.strays:>9}"


def _read_line(name: str, one: Read) -> str:
    shares = f"{_percent(one.found):>9}{_percent(one.exact):>9}{_percent(one.folded):>11}"
    sure = "".join(f"{_percent(at.wrong):>14}" for at in one.sure)
    return f"{name:<24}{one.plates:>9}{shares}{_percent(one.characters):>12}{sure}"


def _time_lines(evaluation: Evaluation) -> Iterator[str]:
    spreads = times(evaluation.outcomes)
    if spreads:
        yield f"\n{'time':<24}{'median':>9}{'95 of 100 under':>17}"
    for stage, spread in spreads.items():
        yield f"{stage:<24}{spread.p50:>6.1f} ms{spread.p95:>14.1f} ms"
    if evaluation.peak_mb is not None:
        yield f"memory of the process: {evaluation.peak_mb:.0f} MB at most"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}".replace("%", " %")
