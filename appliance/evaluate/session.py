"""Lets a model set look at labelled pictures, and keeps what came of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from .. import sight
from ..bench.process import memory
from ..faults import InputDataFault
from ..vision.factory import Recognition
from ..vision.scene import see
from .labels import Picture, misplaced
from .outcome import Outcome, detections, judge

if TYPE_CHECKING:
    from ..sight import Image

EVERYTHING = -1.0
"""A least score below all: a plate that was found counts as found though its text is no plate's."""


@dataclass(frozen=True, slots=True)
class Source:
    """Which nets were scored."""

    name: str
    precision: str
    backend: str


@dataclass(slots=True)
class Evaluation:
    """What came of all pictures, which could not be used, and how much memory the process took at most."""

    source: Source
    outcomes: list[Outcome] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    peak_mb: float | None = None


def evaluate(
    recognition: Recognition,
    source: Source,
    pictures: Iterable[Picture],
    load: Callable[[Path], Image],
    step: Callable[[], object],
    *,
    timer: Callable[[], float] = perf_counter,
) -> Evaluation:
    """Look at each picture and judge it by its labels. Raises EngineFailed."""
    evaluation = Evaluation(source)
    for picture in pictures:
        try:
            evaluation.outcomes.append(_outcome(recognition, picture, load, timer, evaluation.complaints))
        except InputDataFault as fault:
            evaluation.complaints.append(str(fault))
        step()
    evaluation.peak_mb = memory().peak_mb
    return evaluation


def _outcome(
    recognition: Recognition,
    picture: Picture,
    load: Callable[[Path], Image],
    timer: Callable[[], float],
    complaints: list[str],
) -> Outcome:
    start = timer()
    image = load(picture.path)
    load_s = timer() - start
    scene = see(
        recognition.detector, recognition.reader, sight.Picture.of(image), min_score=EVERYTHING, timer=timer
    )
    height, width = image.shape[:2]
    wrong = misplaced(picture.labels, width, height)
    complaints += [f"{picture.path}: {what}" for what in wrong.values()]
    answers, strays = judge([one for one in picture.labels if one not in wrong], detections(scene))
    return Outcome(str(picture.path), width, answers, strays, (load_s, scene.detect_s, scene.read_s))
