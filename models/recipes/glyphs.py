"""Character shapes: free fonts, and stroke alphabets drawn like stamped plate dies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Mask = NDArray[np.uint8]
Point = tuple[float, float]
# A stroke is a polyline on the unit square, y down; inner corners are rounded when drawn.
Stroke = tuple[Point, ...]

_T, _B, _L, _R, _M = 0.0, 1.0, 0.0, 1.0, 0.5

_STROKES: dict[str, tuple[tuple[Stroke, ...], ...]] = {
    "0": ((((0.5, 0), (1, 0), (1, 1), (0, 1), (0, 0), (0.5, 0)),),),
    "1": (
        (((0.1, 0.2), (0.5, 0), (0.5, 1)),),
        (((0.1, 0.2), (0.5, 0), (0.5, 1)), ((0.1, 1), (0.9, 1))),
        (((0.5, 0), (0.5, 1)),),
    ),
    "2": (
        (((0, 0.25), (0, 0), (1, 0), (1, 0.42), (0, 0.8), (0, 1)), ((0, 1), (1, 1))),
        (((0, 0.25), (0, 0), (1, 0), (1, 0.4), (0, 1)), ((0, 1), (1, 1))),
    ),
    "3": (
        (
            ((0, 0.2), (0, 0), (1, 0), (1, 0.48), (0.35, 0.48)),
            ((0.35, 0.48), (1, 0.48), (1, 1), (0, 1), (0, 0.8)),
        ),
        (((0, 0), (1, 0)), ((1, 0), (0.45, 0.42), (1, 0.42), (1, 1), (0, 1), (0, 0.8))),
    ),
    "4": (
        (((0.75, 1), (0.75, 0)), ((0.75, 0), (0, 0.7)), ((0, 0.7), (1, 0.7))),
        (((0.7, 1), (0.7, 0.35)), ((0.45, 0), (0, 0.7)), ((0, 0.7), (1, 0.7))),
    ),
    "5": (
        (
            ((0.95, 0), (0.08, 0)),
            ((0.08, 0), (0.03, 0.45)),
            ((0.03, 0.45), (0.5, 0.38), (1, 0.45), (1, 1), (0, 1), (0, 0.8)),
        ),
        (((1, 0), (0, 0)), ((0, 0), (0, 0.43)), ((0, 0.43), (1, 0.43), (1, 1), (0, 1), (0, 0.82))),
    ),
    "6": (
        (((1, 0.2), (1, 0), (0, 0), (0, 1), (1, 1), (1, 0.43), (0, 0.43)),),
        (((0.75, 0), (0, 0.5), (0, 1), (1, 1), (1, 0.45), (0.1, 0.45)),),
    ),
    "7": (
        (((0, 0), (1, 0)), ((1, 0), (0.35, 1))),
        (((0, 0), (1, 0)), ((1, 0), (1, 0.2), (0.4, 0.6), (0.4, 1))),
    ),
    "8": (
        (
            ((0.5, 0), (1, 0), (1, 0.47), (0, 0.47), (0, 0), (0.5, 0)),
            ((0.5, 0.47), (1, 0.47), (1, 1), (0, 1), (0, 0.47), (0.5, 0.47)),
        ),
        (
            ((0.5, 0), (0.93, 0), (0.93, 0.46), (0.07, 0.46), (0.07, 0), (0.5, 0)),
            ((0.5, 0.46), (1, 0.46), (1, 1), (0, 1), (0, 0.46), (0.5, 0.46)),
        ),
    ),
    "9": (
        (((0, 0.8), (0, 1), (1, 1), (1, 0), (0, 0), (0, 0.56), (1, 0.56)),),
        (((0.25, 1), (1, 0.5), (1, 0), (0, 0), (0, 0.55), (0.9, 0.55)),),
    ),
    "A": (
        (((0, 1), (0.5, 0)), ((0.5, 0), (1, 1)), ((0.2, 0.66), (0.8, 0.66))),
        (((0, 1), (0, 0.3), (0.5, 0), (1, 0.3), (1, 1)), ((0, 0.62), (1, 0.62))),
        (
            ((0, 1), (0.4, 0)),
            ((0.4, 0), (0.6, 0)),
            ((0.6, 0), (1, 1)),
            ((0.15, 0.68), (0.85, 0.68)),
        ),
    ),
    "B": (
        (
            ((0, 0.5), (0, 0)),
            ((0, 0), (1, 0), (1, 0.48), (0, 0.48)),
            ((0, 0.48), (1, 0.48), (1, 1), (0, 1)),
            ((0, 1), (0, 0.4)),
        ),
        (
            ((0, 0.5), (0, 0)),
            ((0, 0), (0.9, 0), (0.9, 0.46), (0, 0.46)),
            ((0, 0.46), (1, 0.46), (1, 1), (0, 1)),
            ((0, 1), (0, 0.4)),
        ),
    ),
    "C": ((((1, 0.25), (1, 0), (0, 0), (0, 1), (1, 1), (1, 0.75)),),),
    "D": (
        (((0, 0.5), (0, 0)), ((0, 0), (1, 0), (1, 1), (0, 1)), ((0, 1), (0, 0.5))),
        (
            ((0, 0.5), (0, 0)),
            ((0, 0), (0.6, 0), (1, 0.2), (1, 0.8), (0.6, 1), (0, 1)),
            ((0, 1), (0, 0.5)),
        ),
    ),
    "E": ((((1, 0), (0, 0)), ((0, 0), (0, 1)), ((0, 1), (1, 1)), ((0, 0.48), (0.8, 0.48))),),
    "F": ((((1, 0), (0, 0)), ((0, 0), (0, 1)), ((0, 0.48), (0.8, 0.48))),),
    "G": (
        (((1, 0.25), (1, 0), (0, 0), (0, 1), (1, 1), (1, 0.55)), ((1, 0.55), (0.5, 0.55))),
        (
            ((1, 0.25), (1, 0), (0, 0), (0, 1), (1, 1), (1, 0.6)),
            ((1, 1), (1, 0.55)),
            ((1, 0.55), (0.6, 0.55)),
        ),
    ),
    "H": ((((0, 0), (0, 1)), ((1, 0), (1, 1)), ((0, 0.48), (1, 0.48))),),
    "I": (
        (((0.5, 0), (0.5, 1)),),
        (((0.5, 0), (0.5, 1)), ((0.1, 0), (0.9, 0)), ((0.1, 1), (0.9, 1))),
    ),
    "J": (
        (((1, 0), (1, 1), (0, 1), (0, 0.7)),),
        (((0.4, 0), (1, 0)), ((1, 0), (1, 1), (0, 1), (0, 0.7))),
    ),
    "K": (
        (((0, 0), (0, 1)), ((1, 0), (0, 0.6)), ((0.35, 0.4), (1, 1))),
        (((0, 0), (0, 1)), ((1, 0), (0.1, 0.5)), ((0.1, 0.5), (1, 1))),
    ),
    "L": ((((0, 0), (0, 1)), ((0, 1), (1, 1))),),
    "M": (
        (((0, 1), (0, 0)), ((0, 0), (0.5, 0.55)), ((0.5, 0.55), (1, 0)), ((1, 0), (1, 1))),
        (((0, 1), (0, 0)), ((0, 0), (0.5, 0.95)), ((0.5, 0.95), (1, 0)), ((1, 0), (1, 1))),
    ),
    "N": ((((0, 1), (0, 0)), ((0, 0), (1, 1)), ((1, 1), (1, 0))),),
    "O": ((((0.5, 0), (1, 0), (1, 1), (0, 1), (0, 0), (0.5, 0)),),),
    "P": ((((0, 1), (0, 0)), ((0, 0), (1, 0), (1, 0.52), (0, 0.52))),),
    "Q": (
        (((0.5, 0), (1, 0), (1, 1), (0, 1), (0, 0), (0.5, 0)), ((0.55, 0.72), (1.05, 1.08))),
        (((0.5, 0), (1, 0), (1, 0.95), (0, 0.95), (0, 0), (0.5, 0)), ((0.5, 0.8), (0.75, 1.12))),
    ),
    "R": (
        (((0, 1), (0, 0)), ((0, 0), (1, 0), (1, 0.5), (0, 0.5)), ((0.45, 0.5), (1, 1))),
        (((0, 1), (0, 0)), ((0, 0), (1, 0), (1, 0.5), (0, 0.5)), ((0.5, 0.5), (1, 0.6), (1, 1))),
    ),
    "S": (
        (((1, 0.22), (1, 0), (0, 0), (0, 0.47), (1, 0.5), (1, 1), (0, 1), (0, 0.78)),),
        (((0.95, 0.2), (0.95, 0), (0.05, 0), (0.05, 0.42), (1, 0.58), (1, 1), (0, 1), (0, 0.8)),),
    ),
    "T": ((((0, 0), (1, 0)), ((0.5, 0), (0.5, 1))),),
    "U": ((((0, 0), (0, 1), (1, 1), (1, 0)),),),
    "V": (
        (((0, 0), (0.5, 1)), ((0.5, 1), (1, 0))),
        (((0, 0), (0, 0.5), (0.5, 1), (1, 0.5), (1, 0)),),
    ),
    "W": (
        (
            ((0, 0), (0.25, 1)),
            ((0.25, 1), (0.5, 0.3)),
            ((0.5, 0.3), (0.75, 1)),
            ((0.75, 1), (1, 0)),
        ),
        (((0, 0), (0, 1)), ((0, 1), (0.5, 0.45)), ((0.5, 0.45), (1, 1)), ((1, 1), (1, 0))),
        (((0, 0), (0.22, 1)), ((0.22, 1), (0.5, 0)), ((0.5, 0), (0.78, 1)), ((0.78, 1), (1, 0))),
    ),
    "X": ((((0, 0), (1, 1)), ((1, 0), (0, 1))),),
    "Y": ((((0, 0), (0.5, 0.5)), ((1, 0), (0.5, 0.5)), ((0.5, 0.5), (0.5, 1))),),
    "Z": ((((0, 0), (1, 0)), ((1, 0), (0, 1)), ((0, 1), (1, 1))),),
}

_NARROW = {"1": 0.55, "I": 0.5}
_WIDE = {"M": 1.15, "W": 1.2}


@dataclass(frozen=True)
class Style:
    """How one plate's characters look; `font` empty means the stroke alphabet."""

    font: str
    stroke: float
    corner: float
    variant: int
    mono: bool
    slash_zero: bool
    slant: float
    serif: float = 0.0


def stroke_style(rng: Random) -> Style:
    """A random die alphabet."""
    return Style(
        font="",
        stroke=rng.uniform(0.09, 0.2),
        corner=rng.uniform(0.15, 1.0),
        variant=rng.randrange(6),
        mono=rng.random() < 0.6,
        slash_zero=rng.random() < 0.08,
        slant=0.0,
        serif=rng.uniform(0.6, 1.1) if rng.random() < 0.12 else 0.0,
    )


def font_style(rng: Random, font: str) -> Style:
    """A style over one font file."""
    return Style(font, rng.uniform(-0.02, 0.025), 0.0, 0, rng.random() < 0.15, False, 0.0)


def glyph(style: Style, char: str, height: int) -> Mask:
    """The character's coverage mask, `height` rows, its own natural width."""
    if style.font:
        return _font_glyph(style, char, height)
    return _stroke_glyph(style, char, height)


@lru_cache(maxsize=4096)
def _font_master(font: str, char: str) -> Mask:
    face = ImageFont.truetype(font, 150)
    box = face.getbbox(char)
    image = Image.new("L", (int(box[2] - box[0]) + 4, int(box[3] - box[1]) + 4))
    ImageDraw.Draw(image).text((2 - box[0], 2 - box[1]), char, font=face, fill=255)
    mask = np.asarray(image)
    rows, cols = np.flatnonzero(mask.max(1) > 40), np.flatnonzero(mask.max(0) > 40)
    return np.ascontiguousarray(mask[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1])


@lru_cache(maxsize=256)
def _cap_height(font: str) -> int:
    return int(_font_master(font, "E").shape[0])


def _font_glyph(style: Style, char: str, height: int) -> Mask:
    master = _font_master(style.font, char)
    if char in "-.":
        return master
    width = max(2, round(master.shape[1] * height / _cap_height(style.font)))
    mask = cv2.resize(master, (width, height), interpolation=cv2.INTER_AREA)
    grow = round(abs(style.stroke) * height)
    if grow:
        pad = cv2.copyMakeBorder(mask, grow, grow, grow, grow, cv2.BORDER_CONSTANT)
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grow + 1, 2 * grow + 1))
        op = cv2.MORPH_DILATE if style.stroke > 0 else cv2.MORPH_ERODE
        thick = cv2.morphologyEx(pad, op, kernel)
        if style.stroke > 0:
            mask = cv2.resize(thick, (thick.shape[1], height), interpolation=cv2.INTER_AREA)
        elif thick.max() > 0 and grow <= 2:
            mask = thick[grow:-grow, grow:-grow]
    return np.asarray(mask, np.uint8)


def _rounded(stroke: Stroke, corner: float) -> list[Point]:
    """Replaces inner corners by quadratic arcs; `corner` is the share of the half width taken."""
    if len(stroke) < 3:
        return list(stroke)
    out: list[Point] = [stroke[0]]
    for i in range(1, len(stroke) - 1):
        (ax, ay), (bx, by), (cx, cy) = stroke[i - 1], stroke[i], stroke[i + 1]
        reach = 0.5 * corner
        p = _toward((bx, by), (ax, ay), reach)
        q = _toward((bx, by), (cx, cy), reach)
        for t in (0.0, 0.25, 0.5, 0.75, 1.0):
            out.append(
                (
                    (1 - t) ** 2 * p[0] + 2 * t * (1 - t) * bx + t * t * q[0],
                    (1 - t) ** 2 * p[1] + 2 * t * (1 - t) * by + t * t * q[1],
                )
            )
    out.append(stroke[-1])
    return out


def _toward(a: Point, b: Point, reach: float) -> Point:
    """From a to b, at most `reach` (x) or half of it (y, plates' glyphs are tall), or half way."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = max(abs(dx), abs(dy) * 2, 1e-6)
    share = min(reach / length, 0.5)
    return a[0] + dx * share, a[1] + dy * share


def _stroke_glyph(style: Style, char: str, height: int) -> Mask:
    if char in "-.":
        return np.full((max(2, height // 8), max(2, height // 4)), 255, np.uint8)
    forms = _STROKES[char]
    form = forms[style.variant % len(forms)]
    aspect = 0.52 if style.mono else 0.52 * _NARROW.get(char, _WIDE.get(char, 1.0))
    if char in _NARROW and len(form) == 1 and len(form[0]) == 2:
        aspect = max(0.2, style.stroke * 1.3)
    scale = 2
    h, w = height * scale, max(4, int(height * aspect * scale))
    pen = max(2, int(style.stroke * h))
    canvas = np.zeros((h, w), np.uint8)
    half = pen / 2 + 1
    for stroke in form:
        points = [
            (half + x * (w - 1 - 2 * half), half + y * (h - 1 - 2 * half))
            for x, y in _rounded(stroke, style.corner)
        ]
        cv2.polylines(canvas, [np.round(points).astype(np.int32)], False, 255, pen, cv2.LINE_AA)
        if style.serif and char.isalpha():
            _serifs(canvas, points, pen, style.serif)
    if char == "0" and style.slash_zero:
        cv2.line(canvas, (int(w * 0.3), int(h * 0.7)), (int(w * 0.7), int(h * 0.3)), 255, pen // 2)
    return np.asarray(cv2.resize(canvas, (w // scale, height), interpolation=cv2.INTER_AREA))


def _serifs(canvas: Mask, points: list[Point], pen: int, reach: float) -> None:
    """Short bars across the upright ends of a stroke, as on the plates of Virginia and New York."""
    for (x, y), (x2, y2) in ((points[0], points[1]), (points[-1], points[-2])):
        if abs(y2 - y) > 2 * abs(x2 - x):
            left, right = int(x - pen * reach), int(x + pen * reach)
            cv2.line(canvas, (left, int(y)), (right, int(y)), 255, max(1, pen // 2), cv2.LINE_AA)


def plate_fonts(folder: Path) -> dict[str, list[str]]:
    """Font files by family of use."""
    files = sorted(str(p) for p in folder.glob("*.[ot]tf"))

    def pick(*parts: str) -> list[str]:
        return [f for f in files if any(p in Path(f).name for p in parts)]

    return {
        "fe": pick("Nummernschild"),
        "din": pick("OSP-DIN", "RG2014"),
        "condensed": pick("Condensed", "Narrow", "OSP-DIN", "RG2014B", "RG2014C", "Nummernschild"),
        "bold": pick("Bold", "Medium", "RG2014E", "RG2014F"),
        "mono": pick("Mono", "Inconsolata"),
        "all": files,
    }
