"""What a session found, as tables for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite

from .choice import Gap
from .report import Tables, chosen
from .score import Score
from .search import HALF, Side, Sweep, Tuned
from .session import Tuning
from .trials import Load, Trial

# Vehicles; more are counted.
_SHOWN = 20
_FEW = 10
_HEAD = f"{'':16}{'found':>9}{'read':>9}{'wrong':>7}{'later':>9}{'looks/s':>9}{'reads/s':>9}{'engines':>9}"
_RELATIVE = """\
Nobody labelled the footage: who came is what the gate's own nets read when they look at every frame, and
all figures are relative to that. Name the vehicles with --labels, to know what the nets never read."""


def as_text(tuning: Tuning) -> str:
    """All tables, and what is chosen."""
    return "\n".join(_lines(tuning))


def _lines(tuning: Tuning) -> Iterator[str]:
    tuned, table = tuning.tuned, _Table(tuning)
    yield from _footage(tuning)
    yield f"\nUntil a vehicle comes (vision.idle_fps), read at most {HALF * tuning.wait_s:g} s later:\n"
    yield from table.sweep(tuned.idle, lambda trial: (trial.setting.idle_fps, trial.watching))
    yield f"\nWhile one stands in the ROI (vision.recognise_fps), read at most {tuning.wait_s:g} s later:\n"
    yield from table.sweep(tuned.recognise, lambda trial: (trial.setting.recognise_fps, trial.recognising))
    yield "\nOnce its plate is settled (vision.settled_fps), those who come next:\n"
    yield from table.sweep(tuned.settled, lambda trial: (trial.setting.settled_fps, trial.recognising))
    yield "\nHow large the detector sees the picture (vision.detect_side), at every frame:\n"
    yield from table.sides(tuned)
    yield "\nThresholds:\n"
    yield from _thresholds(tuned)
    yield from _outcome(tuning)


# -- who came --------------------------------------------------------------------------------------------


def _footage(tuning: Tuning) -> Iterator[str]:
    many = "1 video" if len(tuning.reels) == 1 else f"{len(tuning.reels)} videos"
    came = "1 vehicle came" if len(tuning.visits) == 1 else f"{len(tuning.visits)} vehicles came"
    yield f"{many}, {tuning.seconds:.0f} s, camera {tuning.camera}: {came}."
    for film in tuning.films:
        if film.assumed:
            yield f"{film.path} does not say how fast it runs: {film.fps:g} frames a second are assumed."
    yield ""
    for at, visit in enumerate(tuning.visits[:_SHOWN]):
        who = visit.who
        when = f"{_clock(who.first_s)} to {_clock(who.last_s)}" if isfinite(who.first_s) else "never seen"
        missed = "" if at in tuning.tuned.goal.score.read else "   not read, even at every frame"
        yield f"  {who.plate:10}  {when:18}  {tuning.reels[visit.video].path.name}{missed}"
    if len(tuning.visits) > _SHOWN:
        yield f"  and {len(tuning.visits) - _SHOWN} more"
    if tuning.relative:
        yield f"\n{_RELATIVE}"
    if len(tuning.visits) < _FEW:
        yield f"\nFewer than {_FEW} vehicles tell little of those to come: film more before you keep this."


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{minutes:.0f}:{rest:04.1f}"


# -- what was tried --------------------------------------------------------------------------------------


class _Table:
    """Rows of trials, each against what every frame tells."""

    def __init__(self, tuning: Tuning) -> None:
        self._count = len(tuning.visits)
        self._goal: Score = tuning.tuned.goal.score

    def sweep(self, sweep: Sweep, rate_and_load: Callable[[Trial], tuple[float, Load]]) -> Iterator[str]:
        yield _HEAD
        for at, trial in enumerate(sweep.trials):
            rate, load = rate_and_load(trial)
            yield f"{rate:>7g} a second{self._cells(trial, load)}{self._mark(sweep, at)}"

    def sides(self, tuned: Tuned) -> Iterator[str]:
        yield _HEAD
        for side in tuned.sides:
            trial = side.taken
            mark = "  <- taken" if side is side_of(tuned) else ""
            yield f"{trial.setting.detect_side:>9} pixels{self._cells(trial, trial.whole)}{mark}"

    def _cells(self, trial: Trial, load: Load) -> str:
        told = trial.score
        found, read = f"{len(told.found)}/{self._count}", f"{len(told.read)}/{self._count}"
        later = f"{told.later_s(self._goal):.1f} s" if told.read else "-"
        work = f"{load.looks:>9.1f}{load.reads:>9.1f}{100 * load.busy_s:>7.1f} %"
        return f"{found:>9}{read:>9}{told.wrong:>7}{later:>9}{work}"

    def _mark(self, sweep: Sweep, at: int) -> str:
        if at == sweep.steps.taken:
            return "  <- taken, a step back" if at < sweep.steps.last else "  <- taken"
        if at == sweep.steps.last:
            return "  <- the last that loses nothing"
        return f"  {self._lost(sweep.trials[at].score)}" if sweep.loses[at] else ""

    def _lost(self, told: Score) -> str:
        goal = self._goal
        if not goal.found <= told.found:
            return "not all found"
        if not goal.read <= told.read:
            return "not all read"
        return "wrong votes" if told.wrong > goal.wrong else "too late"


def side_of(tuned: Tuned) -> Side:
    """The one that is taken."""
    return next(s for s in tuned.sides if s.taken.setting.detect_side == tuned.chosen.setting.detect_side)


# -- what is chosen --------------------------------------------------------------------------------------


def _thresholds(tuned: Tuned) -> Iterator[str]:
    detection = tuned.chosen.setting.detection_threshold
    yield f"  vision.detection_threshold = {detection:g}"
    gap = side_of(tuned).gap
    yield from _margins(gap, detection, "all vehicles are read up to", "something else is a vehicle up to")
    yield f"  access.recognition_threshold = {tuned.recognition_threshold:g}"
    words = ("the weakest right vote clears", "the strongest wrong vote clears")
    yield from _margins(tuned.recognition, tuned.recognition_threshold, *words)


def _margins(gap: Gap, taken: float, true: str, false: str) -> Iterator[str]:
    if gap.weakest_true is not None:
        yield f"    {true} {gap.weakest_true:.2f}, {gap.weakest_true - taken:.2f} above"
    if gap.strongest_false is None:
        yield "    nothing false was met"
    else:
        yield f"    {false} {gap.strongest_false:.2f}, {taken - gap.strongest_false:.2f} below"
    if not gap.parts:
        yield "    no threshold parts the right from the wrong: look at the vehicles above"


def _outcome(tuning: Tuning) -> Iterator[str]:
    tuned, wanted = tuning.tuned, chosen(tuning)
    before: Tables = {
        table: {key: getattr(getattr(tuning.config, table), key) for key in values}
        for table, values in wanted.items()
    }
    yield f"\n{'':32}{'now':>8}{'chosen':>10}"
    for table, values in wanted.items():
        for key, value in values.items():
            yield f"  {f'{table}.{key}':30}{before[table][key]:>8g}{value:>10g}"
    yield ""
    for name, trial in (("now", tuned.now), ("chosen", tuned.chosen)):
        yield f"  {name:8}{_sentence(trial, len(tuning.visits))}"


def _sentence(trial: Trial, count: int) -> str:
    told = trial.score
    counts = f"{len(told.found)} of {count} found, {len(told.read)} read, {told.wrong} wrong votes"
    idle, busy = 100 * trial.watching.busy_s, 100 * trial.recognising.busy_s
    return f"{counts}; engines busy {idle:.1f} % of the time, {busy:.1f} % while a vehicle stands there"
