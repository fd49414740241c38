"""Plates of four regions: texts that are valid there, near misses of them, and how they look."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...words import Word

Rng = np.random.Generator
Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

# Without I, O and Q, which most issuers leave out for the sake of readers.
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_DIGITS = "0123456789"
# Pairs that a tired eye mixes up: a neighbour must differ in more than these.
_LOOK_ALIKES = {frozenset(pair) for pair in ("0D", "1J", "8B", "5S", "2Z", "6G", "UV", "VY", "1T", "1L")}


class Region(Word):
    EU = "eu"
    UK = "uk"
    US = "us"
    BR = "br"


@dataclass(frozen=True, slots=True)
class Layout:
    """A region's plate. `forms` use A for a letter, 9 for a digit, a blank for a gap; sizes in metres."""

    forms: tuple[str, ...]
    width_m: float
    height_m: float
    text_m: float
    face: Colour
    ink: Colour
    side_band: Colour | None = None
    top_band: Colour | None = None
    caption: str = ""


_BLUE: Colour = (150, 60, 10)
_WHITE: Colour = (245, 245, 245)
_BLACK: Colour = (15, 15, 15)

LAYOUTS: dict[Region, Layout] = {
    Region.EU: Layout(
        ("AA 999 AA", "AAA 9999", "9999 AAA"), 0.52, 0.11, 0.075, _WHITE, _BLACK, side_band=_BLUE
    ),
    Region.UK: Layout(("AA99 AAA",), 0.52, 0.11, 0.079, _WHITE, _BLACK),
    Region.US: Layout(
        ("AAA 9999", "9AAA999"), 0.305, 0.152, 0.072, (240, 245, 248), (90, 40, 20), caption="EVERGREEN"
    ),
    Region.BR: Layout(("AAA9A99",), 0.40, 0.13, 0.068, _WHITE, _BLACK, top_band=_BLUE, caption="BRASIL"),
}


def draw_text(rng: Rng, region: Region) -> str:
    """A random plate that is valid in the region, A-Z 0-9 without gaps."""
    forms = LAYOUTS[region].forms
    form = forms[int(rng.integers(len(forms)))].replace(" ", "")
    return "".join(_any(rng, _LETTERS if mark == "A" else _DIGITS) for mark in form)


def _any(rng: Rng, characters: str) -> str:
    return characters[int(rng.integers(len(characters)))]


def distance(a: str, b: str) -> int:
    """Edits between two texts (Levenshtein)."""
    row: list[int] = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


def neighbour_of(rng: Rng, plate: str, region: Region, known: tuple[str, ...]) -> str:
    """A valid plate that differs from `plate` in one clearly different character, and is not known."""
    while True:
        at = int(rng.integers(len(plate)))
        other = _any(rng, _DIGITS if plate[at].isdigit() else _LETTERS)
        text = plate[:at] + other + plate[at + 1 :]
        if text not in known and frozenset((other, plate[at])) not in _LOOK_ALIKES:
            return text


def spaced(text: str, region: Region) -> str:
    """The text with the gaps of the region's form that fits it."""
    for form in LAYOUTS[region].forms:
        marks = form.replace(" ", "")
        if len(marks) == len(text) and all((m == "9") == c.isdigit() for m, c in zip(marks, text)):
            rest = iter(text)
            return "".join(" " if mark == " " else next(rest) for mark in form)
    return text


def paint_plate(text: str, region: Region, scale: float, rng: Rng, dirt: float) -> Image:
    """The plate's face at `scale` pixels a metre, BGR, with `dirt` from 0 to 1 on it."""
    layout = LAYOUTS[region]
    width, height = round(layout.width_m * scale), round(layout.height_m * scale)
    plate = np.full((height, width, 3), layout.face, np.uint8)
    left = _paint_bands(plate, layout)
    _paint_caption(plate, layout)
    ink = text_mask(spaced(text, region), round(layout.text_m * scale), weight=600)
    room = (width - left) * 0.92
    ink = shrink(ink, round(min(room, ink.shape[1])), ink.shape[0])
    y = _text_top(layout, height, ink.shape[0])
    x = left + (width - left - ink.shape[1]) // 2
    blend(plate[y : y + ink.shape[0], x : x + ink.shape[1]], ink, layout.ink)
    cv2.rectangle(plate, (0, 0), (width - 1, height - 1), layout.ink, max(1, round(scale * 0.004)))
    _soil(plate, rng, dirt)
    return plate


def _paint_bands(plate: Image, layout: Layout) -> int:
    """Paint the coloured bands; the width in pixels that is taken at the left."""
    height, width = plate.shape[:2]
    if layout.top_band:
        plate[: round(height * 0.23)] = layout.top_band
    if not layout.side_band:
        return 0
    band: int = round(width * 0.08)
    plate[:, :band] = layout.side_band
    return band


def _paint_caption(plate: Image, layout: Layout) -> None:
    if not layout.caption:
        return
    height, width = plate.shape[:2]
    mask = text_mask(layout.caption, round(height * 0.13), weight=500)
    x, y = (width - mask.shape[1]) // 2, round(height * 0.055)
    colour = (245, 245, 245) if layout.top_band else layout.ink
    blend(plate[y : y + mask.shape[0], x : x + mask.shape[1]], mask, colour)


def _text_top(layout: Layout, height: int, ink: int) -> int:
    top = round(height * 0.2) if layout.caption else 0
    return top + (height - top - ink) // 2


def _soil(plate: Image, rng: Rng, dirt: float) -> None:
    """Mud from below and a few spots, thin enough that every character stays legible."""
    height, width = plate.shape[:2]
    coarse = rng.uniform(0.0, 1.0, (4, 10)).astype(np.float32)
    veil = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    rise = np.linspace(0.2, 1.0, height, dtype=np.float32)[:, None]
    cover = np.clip(veil * rise * dirt * 0.75, 0.0, 0.55)[:, :, None]
    plate[:] = (plate * (1 - cover) + np.array((60, 85, 105)) * cover).astype(np.uint8)


def text_mask(text: str, height: int, weight: int) -> Image:
    """Coverage 0..255 of a line of capitals that are `height` pixels tall, cropped to its ink."""
    font = cv2.FontFace("sans")
    size = max(8, round(height / 0.7))
    canvas = np.zeros((size * 2, size * (len(text) + 2), 3), np.uint8)
    cv2.putText(canvas, text, (size // 2, round(size * 1.4)), (255, 255, 255), font, size, weight)
    x, y, w, h = cv2.boundingRect(canvas[:, :, 0])
    ink = canvas[y : y + h, x : x + w, 0]
    return shrink(ink, max(1, round(w * height / h)), height)


def shrink(image: Image, width: int, height: int) -> Image:
    """The image at a smaller size, without aliasing."""
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def blend(area: Image, cover: Image, colour: Colour) -> None:
    """Paint `colour` into `area` where `cover` is 255, in proportion elsewhere."""
    share = (cover[: area.shape[0], : area.shape[1], None] / 255.0).astype(np.float32)
    area[:] = (area * (1 - share) + np.array(colour, np.float32) * share).astype(np.uint8)
