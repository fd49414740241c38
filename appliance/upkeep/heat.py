"""The ladder that a hot board climbs: pure, from what it was and how warm it is to what it is now."""

from __future__ import annotations

from dataclasses import dataclass

from ..config.schema import Thermal
from ..sight import Easing
from ..words import Word


class Rung(Word):
    """What a hot board does less of; each rung keeps what those before it did."""

    COOL = "cool"
    WATCH_LESS = "watch_less"
    """Watches at thermal.idle_fps."""
    LOOK_COARSER = "look_coarser"
    """The detector is shown thermal.detect_side, unless the arm moves."""
    SLOW_DOWN = "slow_down"
    """Recognises at thermal.recognise_fps, in the saving mode of power."""
    REST = "rest"
    """Reads nothing: entry by recognition is refused. Buttons and exit work, the arm is guarded."""

    @property
    def height(self) -> int:
        return _RUNGS.index(self)


_RUNGS = tuple(Rung)
# The highest rung below which the gate still recognises.
_LAST_EASING = Rung.SLOW_DOWN
_LONG_AGO_S = float("-inf")


@dataclass(frozen=True, slots=True)
class Heat:
    """The rung, and since when (monotonic seconds)."""

    rung: Rung = Rung.COOL
    since_s: float = _LONG_AGO_S


def climbed(heat: Heat, celsius: float, now_s: float, limits: Thermal) -> Heat:
    """Where a board of this temperature stands.

    One step a `dwell_s`, up from `act_c` on, down once it is `hysteresis_c` cooler; between them it stays.
    From `degrade_c` on it rests at once: a board that starts hot, or heats fast, has no time for steps.
    So up and down again never takes less than `dwell_s`, and a hotter board never stands lower.
    """
    # Before the dwell is asked: what is too hot does not wait for the last step to show.
    if celsius >= limits.degrade_c:
        return heat if heat.rung is Rung.REST else Heat(Rung.REST, now_s)
    if now_s - heat.since_s < limits.dwell_s:
        return heat
    height = heat.rung.height + _step(heat.rung, celsius, limits)
    return heat if height == heat.rung.height else Heat(_RUNGS[height], now_s)


def _step(rung: Rung, celsius: float, limits: Thermal) -> int:
    if rung is Rung.REST:
        # Under its own limit, not under act_c: between them the eased gate serves, as it is meant to.
        return -1 if celsius < limits.degrade_c - limits.hysteresis_c else 0
    if celsius >= limits.act_c:
        return 1 if rung is not _LAST_EASING else 0
    return -1 if rung is not Rung.COOL and celsius < limits.act_c - limits.hysteresis_c else 0


def easing_of(rung: Rung, thermal: Thermal) -> Easing:
    """How the loops look at a rung."""
    return Easing(
        idle_fps=thermal.idle_fps if rung.height >= Rung.WATCH_LESS.height else None,
        detect_side=(thermal.detect_side or None) if rung.height >= Rung.LOOK_COARSER.height else None,
        recognise_fps=thermal.recognise_fps if rung.height >= Rung.SLOW_DOWN.height else None,
        rests=rung is Rung.REST,
    )


def slows(rung: Rung) -> bool:
    """Whether the board keeps to its saving mode."""
    return rung.height >= Rung.SLOW_DOWN.height


def words_of(rung: Rung, thermal: Thermal) -> str:
    """What a rung does, for its fault."""
    return {
        Rung.COOL: "looks as configured",
        Rung.WATCH_LESS: f"watches at {thermal.idle_fps:g} frames/s",
        Rung.LOOK_COARSER: f"looks at {thermal.detect_side or 'all'} pixels",
        Rung.SLOW_DOWN: f"recognises at {thermal.recognise_fps:g} frames/s in the saving mode",
        Rung.REST: "reads no plates",
    }[rung]
