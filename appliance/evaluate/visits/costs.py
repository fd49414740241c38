"""From labelled pictures to what a threshold costs on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ...config import Config
from ...faults import InputDataFault, LabelFault
from ...vision.factory import Recognition
from ..labels import Label, Picture
from .photos import Approach, Visit, visits
from .report import Costs
from .study import Study

if TYPE_CHECKING:
    from ...sight import Image

Step = Callable[[], object]


def usable(pictures: Iterable[Picture]) -> tuple[Picture, ...]:
    """The pictures with a plate whose box and text are labelled. Raises LabelFault where there is none."""
    kept = tuple(picture for picture in pictures if any(_told(label) for label in picture.labels))
    if not kept:
        raise LabelFault("no plate is labelled with both its box and its text")
    return kept


def _told(label: Label) -> bool:
    return label.box is not None and bool(label.text)


def costs(
    config: Config,
    recognition: Recognition,
    pictures: Iterable[Picture],
    load: Callable[[Path], Image],
    *,
    how: Approach,
    draws: int,
    driven: Step,
    tried: Step,
) -> tuple[Costs, tuple[str, ...]]:
    """Let every plate of `usable` pictures drive up, and try its visits against lists, `draws` of each size.

    `driven` is called after each picture, `tried` after each plate and way of deciding. Returns the costs and
    a line for each picture that could not be used. Raises EngineFailed, and InputDataFault when none could.
    """
    made: list[Visit] = []
    complaints: list[InputDataFault] = []
    for number, picture in enumerate(pictures):
        try:
            image = load(picture.path)
        except InputDataFault as fault:
            complaints.append(fault)
        else:
            # Seeds are drawn from it: the folder that it lies in must not matter.
            name = f"{number} {picture.path.name}"
            made += visits(config, recognition, name, image, picture.labels, how)
        driven()
    if complaints and not made:
        first = complaints[0]
        raise InputDataFault(f"{first.detail}; none of {len(complaints)} can be used", part=first.part)
    study = Study(config.access, config.vote, made, draws=draws, seed=how.seed, step=tried)
    return Costs(config.vision.reader, config.access, study.curves(), study.sure()), tuple(
        map(str, complaints)
    )
