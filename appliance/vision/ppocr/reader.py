"""Plate reading with PP-OCR's line reader: reads the lines of a detection and picks the number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from ...faults import EngineFailed
from ...infer.base import BaseSession
from ...sight import AnyPicture, Box, Character, Detection
from ..area import clipped
from ..base import BasePlateReader, ReadResult
from ..pixels import bgr
from .alphabet import Alphabet, Decoded, normalised
from .lines import LinesDetection, TextLine
from .shape import ShapeRules, is_word, plate_shape

if TYPE_CHECKING:
    from ...sight import Image

_HEIGHT = 48
_WIDTH_STEP = 32
_MIN_WIDTH = 320
_MAX_WIDTH = 640
_STACK_ASPECT = 3.0
_WIDE_GAP = 0.6
_WHOLE_LENGTH = 7
# Weight of neighbours that lie apart, or of which one is a number by itself: a month beside a plate.
_LOOSE_JOIN = 0.9


@dataclass(frozen=True, slots=True)
class _Row:
    """One or more lines that may be the number, in reading order."""

    lines: tuple[TextLine, ...]
    texts: tuple[Decoded, ...]
    aspect: float
    weight: float = 1.0

    @property
    def raw(self) -> str:
        return " ".join(text.raw for text in self.texts)

    @property
    def characters(self) -> tuple[Character, ...]:
        return tuple(Character(c, min(1.0, p)) for text in self.texts for c, p in text.characters)

    @property
    def box(self) -> Box:
        boxes = [line.box for line in self.lines]
        x1, y1 = min(b.x1 for b in boxes), min(b.y1 for b in boxes)
        return Box(x1, y1, max(b.x2 for b in boxes), max(b.y2 for b in boxes))

    @property
    def height(self) -> float:
        return max(line.height for line in self.lines)


class LineReader(BasePlateReader):
    """Reads every line of a detection; the one, or the neighbours, most like a plate's number win."""

    def __init__(self, session: BaseSession, rules: ShapeRules) -> None:
        characters = session.metadata.get("character", "").split("\n")
        self._alphabet = Alphabet(characters)
        self._session = session
        self._input = session.inputs[0].name
        self._rules = rules

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        image = bgr(picture)
        lines = _lines(plate)
        tallest = max(line.height for line in lines)
        read = [(line, self._read_line(image, line)) for line in lines]
        results = [(row, self._result(row, image)) for row in _rows(read)]
        # A number is the largest print of its plate: size settles between texts of like shape.
        return max(results, key=lambda r: r[1].score * r[0].weight * math.sqrt(r[0].height / tallest))[1]

    def _result(self, row: _Row, image: Image) -> ReadResult:
        shape = plate_shape(row.raw, row.aspect, self._rules)
        box = clipped(row.box, image.shape[1], image.shape[0])
        return ReadResult(row.characters, row.raw, shape=shape, box=box)

    def _read_line(self, image: Image, line: TextLine) -> Decoded:
        answer = self._session.infer({self._input: _feed(line.crop(image))})
        columns: NDArray[np.float32] = next(iter(answer.values()))[0]
        if columns.shape[1] != len(self._alphabet):
            raise EngineFailed(f"{columns.shape[1]} classes for {len(self._alphabet)} characters")
        return self._alphabet.decode(columns)


def _lines(plate: Detection) -> tuple[TextLine, ...]:
    """The lines of a detection; a detector that gives none gives the corners or the box."""
    if isinstance(plate, LinesDetection) and plate.lines:
        return plate.lines
    box = plate.box
    around = ((box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2))
    return (TextLine(np.array(plate.corners or around, np.float32), plate.score),)


def _feed(crop: Image) -> NDArray[np.float32]:
    """The crop at the net's height, from -1 to 1; the rest of the width is the grey it was trained on."""
    height, width = crop.shape[:2]
    scaled = min(_MAX_WIDTH, max(8, math.ceil(_HEIGHT * width / height)))
    room = max(_MIN_WIDTH, math.ceil(scaled / _WIDTH_STEP) * _WIDTH_STEP)
    small = cv2.resize(crop, (scaled, _HEIGHT))
    blob = np.zeros((1, 3, _HEIGHT, room), np.float32)
    blob[0, :, :, :scaled] = small.transpose(2, 0, 1) / np.float32(127.5) - 1
    return blob


def _rows(read: Sequence[tuple[TextLine, Decoded]]) -> Iterator[_Row]:
    """Every way in which lines may make a number: alone, side by side, or one above the other."""
    for line, text in read:
        yield _Row((line,), (text,), line.aspect)
    # A state's name stands beside the number and is no part of it.
    parts = [part for part in read if not is_word(normalised(part[1].raw))]
    for (line, text), (other, then) in permutations(parts, 2):
        across, down = line.offset(other)
        if line.beside(other) and across > 0:
            gap = across - (line.width + other.width) / 2
            tall = max(line.height, other.height)
            apart = gap > _WIDE_GAP * tall or _whole(text) or _whole(then)
            weight = _LOOSE_JOIN if apart else 1.0
            yield _Row((line, other), (text, then), (across + line.width) / tall, weight)
        elif line.stacked(other) and down > 0 and max(line.aspect, other.aspect) < _STACK_ASPECT:
            yield _Row((line, other), (text, then), line.aspect + other.aspect)


def _whole(text: Decoded) -> bool:
    """A number that needs no neighbour: long, of letters and digits."""
    plain = normalised(text.raw)
    return len(plain) >= _WHOLE_LENGTH and not plain.isalpha() and not plain.isdigit()
