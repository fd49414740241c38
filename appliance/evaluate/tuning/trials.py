"""Settings tried on the notes of all videos, and what each comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ...config import Config
from ...config.schema import Camera
from .notes import Reel, Times
from .replay import Run, Work, runs_of
from .score import Score, score
from .setting import Setting
from .visits import Visit

Step = Callable[[], object]

_SHORTEST_S = 0.1


@dataclass(frozen=True, slots=True)
class Load:
    """Per second: frames looked at, plates read, and seconds that the engines run."""

    looks: float
    reads: float
    busy_s: float

    @classmethod
    def of(cls, works: Iterable[Work], detect_s: float, read_s: float) -> Load:
        total = Work()
        for work in works:
            total.seconds += work.seconds
            total.detections += work.detections
            total.reads += work.reads
        seconds = max(total.seconds, _SHORTEST_S)
        looks, reads = total.detections / seconds, total.reads / seconds
        return cls(looks, reads, looks * detect_s + reads * read_s)


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one setting."""

    setting: Setting
    score: Score
    watching: Load
    """While nobody is in the region of interest."""
    recognising: Load
    whole: Load


class Trials:
    """Replays each setting once. `visits` are those that its runs are held against; `step` is called after
    each replay.
    """

    def __init__(
        self,
        reels: Sequence[Reel],
        config: Config,
        camera: Camera,
        times: Times,
        unsure: float,
        step: Step,
    ) -> None:
        self.visits: tuple[Visit, ...] = ()
        self._reels = reels
        self._config = config
        self._camera = camera
        self._times = times
        self._unsure = unsure
        self._step = step
        self._runs: dict[Setting, tuple[Run, ...]] = {}

    def runs(self, setting: Setting) -> tuple[Run, ...]:
        """One for each video."""
        if setting not in self._runs:
            config = setting.laid_over(self._config)
            self._runs[setting] = runs_of(self._reels, config, self._camera, self._unsure)
            self._step()
        return self._runs[setting]

    def trial(self, setting: Setting, threshold: float | None = None) -> Trial:
        """What came of it with this recognition threshold, else with the configured one."""
        runs = self.runs(setting)
        sure = self._config.access.recognition_threshold if threshold is None else threshold
        took = (self._times.detect_s[setting.detect_side], self._times.read_s)
        watching, recognising = [run.watching for run in runs], [run.recognising for run in runs]
        return Trial(
            setting,
            score(runs, self.visits, sure),
            Load.of(watching, *took),
            Load.of(recognising, *took),
            Load.of([*watching, *recognising], *took),
        )
