"""From videos to the setting that they ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...config import Config
from ...config.schema import Camera
from ...faults import InputDataFault, TuningFault
from .film import Film
from .labels import Labelled, read_labels
from .notes import Reel, Times
from .search import Bounds, Search, Tuned
from .trials import Trials
from .visits import Visit, believed_by_video, labelled_visits
from .watch import Watcher

Step = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Tuning:
    """What came of a session. `relative` says that nobody labelled the footage: who came is then what the
    nets read when they look at every frame.
    """

    config: Config
    camera: str
    films: tuple[Film, ...]
    reels: tuple[Reel, ...]
    times: Times
    visits: tuple[Visit, ...]
    relative: bool
    wait_s: float
    tuned: Tuned

    @property
    def seconds(self) -> float:
        return sum(reel.seconds for reel in self.reels)


@dataclass(slots=True)
class Session:
    """One run of `gatehouse tune`. `complaints` is a line for everything that was left out."""

    config: Config
    camera: str
    view: Camera
    films: tuple[Film, ...]
    wait_s: float
    labels: Path | None = None
    complaints: list[str] = field(default_factory=list)
    _labelled: Labelled | None = None
    _reels: list[Reel] = field(default_factory=list)

    def read_labels(self) -> None:
        """Before any net runs: labels that match nothing end the session. Raises LabelFault."""
        if self.labels is None:
            return
        labelled = read_labels(self.labels, (film.path for film in self.films))
        left_out = [film.path for film in self.films if not labelled.knows(film.path)]
        self.complaints += labelled.complaints
        self.complaints += [
            f"{path}: left out: no label names it. Write {path.name}, for an empty video."
            for path in left_out
        ]
        self.films = tuple(film for film in self.films if labelled.knows(film.path))
        self._labelled = labelled

    def watch(self, watcher: Watcher, step: Step) -> None:
        """Let the nets look at all films; a film that cannot be used is left out.

        Raises InputDataFault when none can, and EngineFailed.
        """
        for film in self.films:
            try:
                reel, warning = watcher.watch(film, step)
            except InputDataFault as fault:
                self.complaints.append(str(fault))
                continue
            self._reels.append(reel)
            self.complaints += [warning] if warning else []
        if not self._reels:
            raise TuningFault(self.complaints[0] if self.complaints else "there is no video")

    def bounds(self, sides: Sequence[int]) -> Bounds:
        """What is tried with these sides of the detector's input."""
        return Bounds.of(self.config, sides, max(film.finest_fps for film in self.films), self.wait_s)

    def tune(self, sides: Sequence[int], times: Times, unsure: float, step: Step) -> Tuning:
        """Try all settings on what was watched. Raises TuningFault when no vehicle came."""
        reels = tuple(self._reels)
        trials = Trials(reels, self.config, self.view, times, unsure, step)
        search = Search(self.config, trials, self.bounds(sides))
        trials.visits = self._visits(reels, search, trials)
        if not trials.visits:
            raise TuningFault("no vehicle comes in it whose plate can be read")
        films = tuple(film for film in self.films if film.path in {reel.path for reel in reels})
        relative = self._labelled is None
        tuned = search.tune()
        return Tuning(
            self.config, self.camera, films, reels, times, trials.visits, relative, self.wait_s, tuned
        )

    def _visits(self, reels: Sequence[Reel], search: Search, trials: Trials) -> tuple[Visit, ...]:
        runs = [trials.runs(setting) for setting in search.finest()]
        seen = believed_by_video(runs, self.config.access.recognition_threshold)
        if self._labelled is not None:
            return labelled_visits(reels, self._labelled, seen)
        return tuple(Visit(video, who) for video, present in enumerate(seen) for who in present)
