"""Labels of videos: a CSV file with video, plate, and from when to when the vehicle is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite
from pathlib import Path

from ...faults import VideoLabelFault
from ..labels import plain
from ..sheet import Form, rows
from ..visits.answers import Present

_COLUMNS = ("video", "plate", "from_s", "to_s")
_FORM = Form("video", frozenset({"file"}), (_COLUMNS[:2], _COLUMNS), only=_COLUMNS, fault=VideoLabelFault)
_PART = "*"


@dataclass(slots=True)
class Labelled:
    """The vehicles of each video by its path; a video without any has none. `complaints` is a line for each
    label that cannot be used.
    """

    videos: dict[Path, list[Present]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def of(self, video: Path) -> Sequence[Present]:
        return self.videos.get(video.resolve(), ())

    def knows(self, video: Path) -> bool:
        return video.resolve() in self.videos


class _BadLabel(ValueError):
    """What is wrong with one label."""


def read_labels(file: Path, videos: Iterable[Path]) -> Labelled:
    """The labels of these videos. A video is named by its place beside the labels, or by its bare name.

    Of a plate that ends in * nobody can read the end. A label without a plate says that nobody comes in the
    video, one without times that nobody wrote them down. Raises VideoLabelFault when no label names
    one of them.
    """
    known = {video.resolve() for video in videos}
    labelled = Labelled()
    for number, row in rows(file, _FORM):
        try:
            video = _video(file.parent, row.get("video", ""), known)
            label = _label(row)
        except _BadLabel as bad:
            labelled.complaints.append(f"{file}:{number}: {bad}")
            continue
        here = labelled.videos.setdefault(video, [])
        here += [] if label is None else [label]
    if not labelled.videos:
        why = labelled.complaints[0] if labelled.complaints else "it has none"
        raise VideoLabelFault(f"no label names one of the videos: {why}", part=str(file))
    return labelled


def _video(folder: Path, name: str, known: Iterable[Path]) -> Path:
    if not name:
        raise _BadLabel("the column `video` is empty")
    beside = (folder / name).resolve()
    same = [video for video in known if video == beside] or [v for v in known if v.name == Path(name).name]
    if len(same) != 1:
        raise _BadLabel(f"{name} is {'several' if same else 'none'} of the videos")
    return same[0]


def _label(row: Mapping[str, str]) -> Present | None:
    text = row.get("plate", "")
    if not text:
        return None
    plate = plain(text)
    if not plate:
        raise _BadLabel(f"the plate has no character of A-Z 0-9: {text}")
    times = [_seconds(row.get(name, "")) for name in ("from_s", "to_s")]
    first_s, last_s = (-inf if times[0] is None else times[0]), (inf if times[1] is None else times[1])
    if isfinite(first_s) != isfinite(last_s) or first_s > last_s:
        raise _BadLabel("from_s and to_s must both be given, the earlier one first, or neither")
    return Present(f"{plate}{_PART}" if text.endswith(_PART) else plate, first_s, last_s)


def _seconds(word: str) -> float | None:
    """Seconds from the start of the video, or minutes and seconds as 1:05."""
    if not word:
        return None
    minutes, _, seconds = word.rpartition(":")
    try:
        value = 60 * int(minutes or 0) + float(seconds)
    except ValueError as error:
        raise _BadLabel(f"{word} is no number of seconds") from error
    if not isfinite(value) or value < 0:
        raise _BadLabel(f"{word} is no time in a video")
    return value
