"""Tries settings on the notes of all videos, one key after the other, and chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...config import Config
from ...config.checks import Severity, examine
from ...config.schema import Vision
from .choice import Gap, Steps, between, step_back
from .setting import Setting
from .trials import Trial, Trials

THRESHOLDS = tuple(hundredth / 100 for hundredth in range(30, 95, 5))
SKIPS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30)
"""One frame in so many is looked at."""
# Who looks less often than every two seconds lets a driver wait at a closed gate.
_SLOWEST_FPS = 0.5
READS = (2, 3, 4, 5, 6)
HALF = 0.5
"""Of the delay that is allowed: so much the idle rate may use up, before the other rate is chosen."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One key from the finest value to the coarsest."""

    trials: tuple[Trial, ...]
    loses: tuple[bool, ...]
    steps: Steps


@dataclass(frozen=True, slots=True)
class Side:
    """All detection thresholds with one side of the detector's input, at every frame; `taken` is with the
    threshold that the gap asks for.
    """

    trials: tuple[Trial, ...]
    gap: Gap
    taken: Trial


@dataclass(frozen=True, slots=True)
class Tuned:
    """Everything that was tried, and what is chosen. `goal` is what the finest looks reach."""

    now: Trial
    sides: tuple[Side, ...]
    idle: Sweep
    recognise: Sweep
    settled: Sweep
    reads: Sweep
    recognition: Gap
    recognition_threshold: float
    goal: Trial
    chosen: Trial


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may be tried: sides of the detector's input, detection thresholds and rates, finest rate first; a
    plate may be read `wait_s` later than at every frame.
    """

    sides: tuple[int, ...]
    thresholds: tuple[float, ...]
    rates: tuple[float, ...]
    wait_s: float

    @classmethod
    def of(cls, config: Config, sides: Sequence[int], finest_fps: float, wait_s: float) -> Bounds:
        """All that is tried of footage that is looked at `finest_fps` times a second."""
        rates = tuple(round(finest_fps / n, 2) for n in SKIPS if n == 1 or finest_fps / n >= _SLOWEST_FPS)
        return cls(tuple(sides), thresholds(config.vision), rates, wait_s)

    @property
    def count(self) -> int:
        """About how many settings will be tried."""
        return len(self.sides) * len(self.thresholds) + 3 * len(self.rates) + len(READS)


def thresholds(vision: Vision) -> tuple[float, ...]:
    """Detection thresholds to be tried, the one that is set now among them."""
    return tuple(sorted({*THRESHOLDS, vision.detection_threshold}))


@dataclass(frozen=True, slots=True)
class Search:
    """Varies one key after the other, and keeps what loses nothing of `goal`."""

    config: Config
    trials: Trials
    bounds: Bounds

    def finest(self) -> list[Setting]:
        """Every frame looked at, with each side and threshold."""
        return [setting for side in self.bounds.sides for setting in self._thresholds(side)]

    def tune(self) -> Tuned:
        """Choose for the visits of the trials, of which there must be one at least."""
        sides = tuple(self._side(side) for side in self.bounds.sides)
        goal = self._best_side(sides).taken
        # A gate idles most of its day: the idle rate comes first.
        idle = self._sweep([replace(goal.setting, idle_fps=rate) for rate in self.bounds.rates], goal, HALF)
        # The gate never looks less often at who stands there than at nobody.
        first = idle.trials[idle.steps.taken].setting
        faster = [rate for rate in self.bounds.rates if rate >= first.idle_fps]
        recognise = self._sweep([replace(first, recognise_fps=rate) for rate in faster], goal)
        second = recognise.trials[recognise.steps.taken].setting
        calmer = [rate for rate in faster if rate <= second.recognise_fps]
        settled = self._sweep([replace(second, settled_fps=rate) for rate in calmer], goal)
        held = self._held(goal, idle, recognise, settled)
        reads = self._reads(held, goal)
        gap = Gap(held.score.weakest_right, held.score.strongest_wrong)
        setting = reads.trials[reads.steps.taken].setting
        threshold = self._recognition(setting, gap, goal)
        chosen = self.trials.trial(setting, threshold)
        now = self.trials.trial(Setting.of(self.config))
        return Tuned(now, sides, idle, recognise, settled, reads, gap, threshold, goal, chosen)

    # -- one key -----------------------------------------------------------------------------------

    def _side(self, side: int) -> Side:
        trials = [self.trials.trial(setting) for setting in self._thresholds(side)]
        at = max(range(len(trials)), key=lambda i: self._worth(trials[i]))
        goal, now = trials[at], self.config.vision.detection_threshold
        above = [self._loses(trial, goal) for trial in trials[at:]]
        true = trials[at + step_back(above).last].setting.detection_threshold
        false = [t for t in trials[:at] if t.score.strangers > goal.score.strangers]
        gap = Gap(true, false[-1].setting.detection_threshold if false else None)
        return Side(
            tuple(trials),
            gap,
            self.trials.trial(replace(goal.setting, detection_threshold=between(now, gap))),
        )

    def _worth(self, trial: Trial) -> tuple[float, ...]:
        """More read, more found, less wrong, fewer strangers; then the threshold that is set now."""
        told = trial.score
        far = abs(trial.setting.detection_threshold - self.config.vision.detection_threshold)
        return len(told.read), len(told.found), -told.wrong, -told.strangers, -far

    def _best_side(self, sides: Sequence[Side]) -> Side:
        """The smallest that loses nothing of what the best one reaches."""
        best = max(sides, key=lambda side: self._worth(side.taken)[:3])
        small = sorted(sides, key=lambda side: side.taken.setting.detect_side)
        good = (side for side in small if not self._loses(side.taken, best.taken))
        return next(good, best)

    def _sweep(self, settings: Sequence[Setting], goal: Trial, share: float = 1.0) -> Sweep:
        """`share` of the delay may be used up."""
        trials = tuple(self.trials.trial(setting) for setting in self._armed(settings))
        wait_s = share * self.bounds.wait_s
        loses = tuple(trial.score.loses(goal.score, wait_s) for trial in trials)
        return Sweep(trials, loses, step_back(loses))

    def _held(self, goal: Trial, idle: Sweep, recognise: Sweep, settled: Sweep) -> Trial:
        """All rates together, all a step finer for as long as together they lose something."""
        sweeps = (idle, recognise, settled)
        for back in range(max(sweep.steps.taken for sweep in sweeps) + 1):
            slow, fast, calm = (s.trials[max(0, s.steps.taken - back)].setting for s in sweeps)
            rates = replace(
                goal.setting,
                idle_fps=slow.idle_fps,
                recognise_fps=max(slow.idle_fps, fast.recognise_fps),
                settled_fps=max(slow.idle_fps, calm.settled_fps),
            )
            trial = self.trials.trial(rates)
            if not self._loses(trial, goal):
                return trial
        return goal

    def _reads(self, held: Trial, goal: Trial) -> Sweep:
        """As many agreeing reads as now, unless others lose nothing and tell less that is wrong."""
        now = self.config.vote.min_reads
        settings = [replace(held.setting, min_reads=count) for count in sorted({*READS, now})]
        trials = tuple(self.trials.trial(setting) for setting in self._armed(settings))
        counts = [trial.setting.min_reads for trial in trials]
        good = [at for at, t in enumerate(trials) if not self._loses(t, goal)] or [counts.index(now)]
        taken = min(good, key=lambda at: (trials[at].score.wrong, abs(counts[at] - now), -counts[at]))
        return Sweep(trials, tuple(at not in good for at in range(len(trials))), Steps(good[-1], taken))

    def _recognition(self, setting: Setting, gap: Gap, goal: Trial) -> float:
        now = self.config.access.recognition_threshold
        wanted = between(now, gap)
        if gap.weakest_true is not None and now <= gap.weakest_true:
            # Lower lets more strangers in: only a right vote that needs it may ask for that.
            wanted = max(now, wanted)
        return now if self._loses(self.trials.trial(setting, wanted), goal) else wanted

    def _armed(self, settings: Sequence[Setting]) -> list[Setting]:
        """Those that the gate may be armed with, as far as it may be now: a rate has a part in its laws."""
        now = errors(self.config)
        return [setting for setting in settings if errors(setting.laid_over(self.config)) <= now]

    def _thresholds(self, side: int) -> list[Setting]:
        rate = self.bounds.rates[0]
        every = replace(Setting.of(self.config), idle_fps=rate, recognise_fps=rate, settled_fps=rate)
        at_side = replace(every, detect_side=side)
        return [replace(at_side, detection_threshold=one) for one in self.bounds.thresholds]

    def _loses(self, trial: Trial, goal: Trial) -> bool:
        return trial.score.loses(goal.score, self.bounds.wait_s)


def errors(config: Config) -> frozenset[str]:
    """The keys that contradict each other."""
    return frozenset(finding.key for finding in examine(config) if finding.severity is Severity.ERROR)
