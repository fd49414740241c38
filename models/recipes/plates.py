"""Renders clean plates of many countries' layouts, with the place of every character."""

from __future__ import annotations

import string
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from models.recipes import texts
from models.recipes.glyphs import Style, font_style, glyph, plate_fonts, stroke_style

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]
Rect = tuple[float, float, float, float]

_DARK: tuple[Colour, ...] = (
    (20, 20, 25),
    (25, 30, 90),
    (15, 15, 60),
    (140, 20, 25),
    (20, 80, 45),
    (60, 40, 30),
    (0, 60, 110),
)
_LIGHT: tuple[Colour, ...] = ((235, 235, 232), (245, 245, 245), (225, 230, 238), (240, 236, 215))
_STATES = (
    "CALIFORNIA TEXAS FLORIDA NEW_YORK OHIO GEORGIA VIRGINIA WASHINGTON OREGON NEVADA UTAH "
    "COLORADO ARIZONA NEW_MEXICO KANSAS OKLAHOMA MISSOURI IOWA MINNESOTA WISCONSIN ILLINOIS "
    "INDIANA MICHIGAN "
    "KENTUCKY TENNESSEE ALABAMA MISSISSIPPI LOUISIANA ARKANSAS SOUTH_CAROLINA NORTH_CAROLINA "
    "MARYLAND DELAWARE PENNSYLVANIA NEW_JERSEY CONNECTICUT RHODE_ISLAND MASSACHUSETTS VERMONT "
    "NEW_HAMPSHIRE MAINE HAWAII ALASKA IDAHO MONTANA WYOMING NEBRASKA NORTH_DAKOTA SOUTH_DAKOTA "
    "WEST_VIRGINIA ONTARIO QUEBEC ALBERTA MANITOBA BRITISH_COLUMBIA"
).split(" ")
_SLOGANS = (
    "SUNSHINE STATE,EVERGREEN STATE,THE SPIRIT OF AMERICA,GARDEN STATE,LIVE FREE OR DIE,"
    "VACATIONLAND,AMERICA'S DAIRYLAND,LAND OF LINCOLN,GREAT LAKES,10.000 LAKES,FAMOUS POTATOES,"
    "DMV.CA.GOV,VISITPA.COM,"
    "EMPIRE STATE,MYFLORIDA.COM,THE LONE STAR STATE,NATIVE AMERICA,BIG SKY COUNTRY,"
    "SHOW-ME STATE,PEACH STATE,"
    "IN GOD WE TRUST,FIRST IN FLIGHT,VOLUNTEER STATE,SWEET HOME,GRAND CANYON STATE,"
    "SILVER STATE,ALOHA STATE"
).split(",")
_CITIES = (
    "SP-SAO PAULO,MG-BELO HORIZONTE,RJ-RIO DE JANEIRO,PR-CURITIBA,RS-PORTO ALEGRE,"
    "SC-JOINVILLE,BA-SALVADOR,PE-RECIFE,DF-BRASILIA,GO-GOIANIA,ES-VITORIA,CE-FORTALEZA,SP-CAMPINAS,MG-UBERLANDIA,SP-SANTOS"
).split(",")
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_EU_CODES = "D F E I NL B A PL CZ SK RO BG H S FIN DK N P GR IRL LV LT EST SLO HR L GB UA".split()


@dataclass(frozen=True)
class Plate:
    """A clean plate, RGB; `boxes` are (centre x, centre y, width, height) of each read character,
    in shares of the plate, in reading order."""

    image: Image
    text: str
    boxes: tuple[Rect, ...]
    region: str


class Renderer:
    """Draws plates at random; one instance a process. `fonts` is a folder of font files, `scenes` are
    pictures that some plates carry under their characters."""

    def __init__(self, fonts: Path, seed: int, scenes: list[Image] | None = None) -> None:
        self.scenes = scenes or []
        self.rng = Random(seed)
        self.noise = np.random.default_rng(seed)
        self.fonts = plate_fonts(fonts)
        self._boxes: list[Rect] = []
        self._seals = False

    def plate(self) -> Plate:
        """One plate of a family drawn by weight."""
        families = ("us", "eu", "gb", "br_old", "br_new", "in", "cn", "au", "il", "other")
        family = self.rng.choices(families, (42, 21, 6, 15, 4, 3, 1, 3, 1, 4))[0]
        return self.of(family, texts.plate_text(self.rng, family))

    def of(self, family: str, text: str) -> Plate:
        """A plate of that family and text (separators allowed)."""
        self._boxes = []
        self._seals = family == "eu"
        draw = {
            "us": self._us,
            "eu": self._eu,
            "gb": self._gb,
            "br_old": self._br_old,
            "br_new": self._br_new,
            "in": self._in,
            "cn": self._cn,
            "au": self._au,
            "il": self._il,
            "other": self._other,
        }[family]
        image = draw(text)
        h, w = image.shape[:2]
        boxes = tuple(
            ((x1 + x2) / 2 / w, (y1 + y2) / 2 / h, (x2 - x1) / w, (y2 - y1) / h)
            for x1, y1, x2, y2 in self._boxes
        )
        region = "br" if family.startswith("br") else family
        return Plate(image, texts.readable(text), boxes, region)

    # Colours, styles and small parts

    def _chance(self, p: float) -> bool:
        return self.rng.random() < p

    def _near(self, colour: Colour, spread: int = 18) -> Colour:
        r, g, b = (min(255, max(0, c + self.rng.randint(-spread, spread))) for c in colour)
        return r, g, b

    def _any_colour(self) -> Colour:
        return self.rng.randint(0, 255), self.rng.randint(0, 255), self.rng.randint(0, 255)

    def _style(self, *families: str, stroke: float = 0.0) -> Style:
        if self.rng.random() < stroke:
            return stroke_style(self.rng)
        pool = self.fonts[self.rng.choice(families)]
        return font_style(self.rng, self.rng.choice(pool))

    def _ground(self, w: int, h: int, colour: Colour) -> Image:
        return np.full((h, w, 3), colour, np.uint8)

    def _stamp(self, image: Image, mask: NDArray[np.uint8], x: int, y: int, colour: Colour) -> None:
        """Blends `colour` through the mask with its top left corner at (x, y)."""
        h, w = image.shape[:2]
        x1, y1, x2, y2 = max(0, x), max(0, y), min(w, x + mask.shape[1]), min(h, y + mask.shape[0])
        if x2 <= x1 or y2 <= y1:
            return
        alpha = mask[y1 - y : y2 - y, x1 - x : x2 - x, None].astype(np.float32) / 255
        patch = image[y1:y2, x1:x2]
        image[y1:y2, x1:x2] = (patch * (1 - alpha) + np.array(colour, np.float32) * alpha).astype(np.uint8)

    def _crest(self, image: Image, cx: float, cy: float, size: float) -> None:
        """Something between the characters that is not to be read: seal, map, crest, star."""
        kind = self.rng.randrange(7) if self._seals else self.rng.randrange(5)
        colour = self._any_colour()
        x, y, r = int(cx), int(cy), max(2, int(size / 2))
        if kind > 4:
            # A test badge above, a grey seal below (Germany), or either alone.
            for dy in self.rng.choice(((-r, r), (-r, r), (r,), (-r,))):
                tone = self.rng.randint(150, 225)
                grey: Colour = (tone, tone, tone)
                cv2.circle(
                    image, (x, y + dy), max(2, int(r * 0.9)), colour if dy < 0 else grey, -1, cv2.LINE_AA
                )
                for _ in range(self.rng.randint(0, 6)):
                    at = (x + self.rng.randint(-r, r) // 2, y + dy + self.rng.randint(-r, r) // 2)
                    cv2.circle(image, at, 1, (tone // 3, tone // 3, tone // 3), -1)
        elif kind == 0:
            cv2.circle(image, (x, y), r, colour, -1, cv2.LINE_AA)
            cv2.circle(image, (x, y), max(1, r // 2), self._any_colour(), -1, cv2.LINE_AA)
        elif kind == 1:
            for dy in (-r, r):
                cv2.circle(image, (x, y + dy), max(1, int(r * 0.9)), self._any_colour(), -1, cv2.LINE_AA)
        elif kind == 2:
            n = self.rng.randint(4, 9)
            angles = sorted(self.rng.uniform(0, 6.283) for _ in range(n))
            points = [
                (
                    x + np.cos(a) * r * self.rng.uniform(0.5, 1),
                    y + np.sin(a) * r * self.rng.uniform(0.5, 1),
                )
                for a in angles
            ]
            cv2.fillPoly(image, [np.array(points, np.int32)], colour, cv2.LINE_AA)
        elif kind == 3:
            cv2.ellipse(image, (x, y), (max(1, r * 2 // 3), r), 0, 0, 360, colour, -1, cv2.LINE_AA)
            cv2.rectangle(image, (x - r // 2, y - r // 3), (x + r // 2, y + r // 3), self._any_colour(), -1)
        else:
            cv2.rectangle(image, (x - r, y - r), (x + r, y + r), colour, max(1, r // 4))
            cv2.circle(image, (x, y), max(1, r // 2), self._any_colour(), -1, cv2.LINE_AA)

    def _small_text(
        self,
        image: Image,
        text: str,
        rect: Rect,
        colour: Colour,
        families: tuple[str, ...] = ("all",),
    ) -> None:
        """Unread text fitted into the rectangle."""
        x1, y1, x2, y2 = rect
        height = max(5, int(y2 - y1))
        style = self._style(*families)
        masks = [None if c == " " else glyph(style, c, height) for c in text if self._drawable(style, c)]
        gap = max(1, int(height * self.rng.uniform(0.08, 0.3)))
        masks = [self._small_mark(m, height) if c in "-." else m for c, m in self._kept(style, text, masks)]
        widths = [height // 3 if m is None else m.shape[1] for m in masks]
        total = sum(widths) + gap * max(0, len(widths) - 1)
        if total <= 0:
            return
        line = np.zeros((height + 2, total + 2), np.uint8)
        x = 0
        for mask, width in zip(masks, widths, strict=True):
            if mask is not None:
                line[: min(height, mask.shape[0]), x : x + width] = mask[:height, :width]
            x += width + gap
        width = min(int(x2 - x1), line.shape[1])
        if width < 4:
            return
        if self._chance(0.25):
            line = self._sheared(line, self.rng.uniform(0.1, 0.35))
        line = np.asarray(cv2.resize(line, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        x_left = int(x1 + (x2 - x1 - width) * self.rng.choice((0.5, 0.5, 0.5, 0.2, 0.8)))
        self._stamp(image, line, x_left, int(y1), colour)

    def _kept(
        self, style: Style, text: str, masks: list[NDArray[np.uint8] | None]
    ) -> list[tuple[str, NDArray[np.uint8] | None]]:
        return list(zip((c for c in text if self._drawable(style, c)), masks, strict=True))

    @staticmethod
    def _small_mark(mask: NDArray[np.uint8] | None, height: int) -> NDArray[np.uint8]:
        """A dash or dot as a short bar at mid height."""
        out = np.zeros((height, max(2, height // 4)), np.uint8)
        out[height // 2 : height // 2 + max(1, height // 9)] = 255
        return out

    @staticmethod
    def _drawable(style: Style, char: str) -> bool:
        return char == " " or char.isalnum() or char in "-."

    @staticmethod
    def _sheared(mask: NDArray[np.uint8], slant: float) -> NDArray[np.uint8]:
        h, w = mask.shape
        extra = int(h * slant)
        matrix = np.array([[1, -slant, extra], [0, 1, 0]], np.float64)
        return np.asarray(cv2.warpAffine(mask, matrix, (w + extra, h)), np.uint8)

    def _row(
        self,
        image: Image,
        text: str,
        rect: Rect,
        style: Style,
        colour: Colour,
        fill: float | None = None,
        dash: bool = True,
    ) -> None:
        """One line of read characters, centred in the rectangle, squeezed where too long.

        `fill` is the share of the rectangle's width that is aimed at; None keeps natural widths.
        """
        x1, y1, x2, y2 = rect
        height = max(8, int(y2 - y1))
        masks = {c: glyph(style, c, height) for c in set(text) if c.isalnum()}
        cell = max(int(np.median([m.shape[1] for m in masks.values()] or [height // 2])), 3)
        gap = height * self.rng.uniform(0.07, 0.22)
        blank, dash_w = height * self.rng.uniform(0.2, 0.5), height * self.rng.uniform(0.16, 0.3)
        crest_w = height * self.rng.uniform(0.4, 0.75)
        widths = []
        for c in text:
            if c.isalnum():
                widths.append(float(max(cell, masks[c].shape[1]) if style.mono else masks[c].shape[1]))
            else:
                widths.append({" ": blank, "-": dash_w, ".": dash_w * 0.7}.get(c, crest_w))
        total = sum(widths) + gap * (len(text) - 1)
        room = x2 - x1
        aim = room * fill if fill is not None else min(room, total)
        squeeze = min(aim / total, 1.6) if total > 0 else 1.0
        if fill is None:
            squeeze = min(1.0, room / total)
        x = x1 + (room - total * squeeze) / 2
        for c, width in zip(text, widths, strict=True):
            w = width * squeeze
            if c.isalnum():
                self._char(image, masks[c], c, x, y1, w, height, squeeze, style, colour)
            elif c in "-." and dash:
                dh = max(2, int(height * 0.1))
                cy = y1 + height * self.rng.uniform(0.42, 0.55)
                cv2.rectangle(image, (int(x), int(cy)), (int(x + max(2, w * 0.9)), int(cy + dh)), colour, -1)
            elif c == "*":
                self._crest(
                    image,
                    x + w / 2,
                    y1 + height * self.rng.uniform(0.35, 0.6),
                    min(w, height * 0.6),
                )
            x += w + gap * squeeze

    def _char(
        self,
        image: Image,
        mask: NDArray[np.uint8],
        char: str,
        x: float,
        y: float,
        w: float,
        h: int,
        squeeze: float,
        style: Style,
        colour: Colour,
    ) -> None:
        width = max(3, round(mask.shape[1] * squeeze))
        fitted = np.asarray(cv2.resize(mask, (width, mask.shape[0]), interpolation=cv2.INTER_AREA), np.uint8)
        left = round(x + (w - width) / 2)
        if self._emboss:
            shade = 255 if self._emboss_light else 0
            soft = (fitted * self._relief).astype(np.uint8)
            for side, tone in ((self._emboss, shade), (-self._emboss, 255 - shade)):
                if side == self._emboss or self._relief > 0.5:
                    self._stamp(image, soft, left + side, int(y) + side, (tone, tone, tone))
        self._stamp(image, (fitted * self._ink).astype(np.uint8), left, int(y), colour)
        self._boxes.append((left, y, left + width, y + fitted.shape[0]))

    _emboss = 0
    _emboss_light = False
    _relief = 0.45
    _ink = 1.0

    def _set_emboss(self) -> None:
        self._emboss = self.rng.choice((0, 0, 1, 1, 2, -1))
        self._emboss_light = self._chance(0.4)
        self._relief = self.rng.uniform(0.3, 0.6)
        self._ink = 1.0
        # Old plates lose their ink: what is left is the relief and a shade of colour.
        if self._chance(0.08):
            self._ink = self.rng.uniform(0.3, 0.7)
            self._emboss, self._relief = self.rng.choice((1, 2)), self.rng.uniform(0.5, 0.8)

    def _border(self, image: Image, colour: Colour, p: float = 0.7) -> None:
        if self._chance(p):
            h, w = image.shape[:2]
            inset = self.rng.randint(0, max(1, h // 20))
            cv2.rectangle(
                image,
                (inset, inset),
                (w - 1 - inset, h - 1 - inset),
                colour,
                self.rng.randint(1, max(2, h // 30)),
            )

    def _bolts(self, image: Image, spots: tuple[tuple[float, float], ...]) -> None:
        h, w = image.shape[:2]
        tone = self.rng.choice((20, 60, 130, 190, 230))
        slot = self._chance(0.4)
        r = max(1, int(h * self.rng.uniform(0.02, 0.05)))
        for sx, sy in spots:
            c = (int(w * sx), int(h * sy))
            if slot:
                cv2.ellipse(image, c, (r * 2, r), 0, 0, 360, (tone, tone, tone), -1, cv2.LINE_AA)
            else:
                cv2.circle(image, c, r, (tone, tone, tone), -1, cv2.LINE_AA)
                cv2.circle(image, c, max(1, r // 2), (tone // 2, tone // 2, tone // 2), -1, cv2.LINE_AA)

    def _screws_anywhere(self, image: Image, p: float = 0.4) -> None:
        """Screws through a plate, as owners fix it: they may hit a character."""
        if self._chance(p):
            n = self.rng.randint(1, 4)
            spots = tuple((self.rng.uniform(0.05, 0.95), self.rng.uniform(0.1, 0.9)) for _ in range(n))
            self._bolts(image, spots)

    def _state(self) -> str:
        return self.rng.choice(_STATES).replace("_", " ")

    def _random_word(self, low: int, high: int) -> str:
        return "".join(self.rng.choices(string.ascii_uppercase, k=self.rng.randint(low, high)))

    def _frame(self, image: Image, rect_share: float = 0.16) -> Image:
        """A holder around the plate, with a dealer's words on it; shifts the boxes."""
        h, w = image.shape[:2]
        m = [int(h * self.rng.uniform(0.02, rect_share)) for _ in range(2)]
        side = int(h * self.rng.uniform(0.02, 0.08))
        tone = self._near(
            self.rng.choice(((25, 25, 28), (25, 25, 28), (190, 190, 195), (120, 20, 30), (30, 40, 120)))
        )
        out = self._ground(w + 2 * side, h + m[0] + m[1], tone)
        out[m[0] : m[0] + h, side : side + w] = image
        ink = (230, 230, 230) if sum(tone) < 360 else (30, 30, 40)
        for y1, band in ((0, m[0]), (m[0] + h, m[1])):
            if band > 10 and self._chance(0.7):
                word = " ".join(self._random_word(2, 9) for _ in range(self.rng.randint(1, 3)))
                self._small_text(out, word, (w * 0.12, y1 + 2, w * 0.92, y1 + band - 2), ink)
        self._boxes = [(a + side, b + m[0], c + side, d + m[0]) for a, b, c, d in self._boxes]
        return out

    # Families

    def _us_ground(self, w: int, h: int) -> tuple[Image, Colour]:
        kind = self.rng.choices(("plain", "fade", "scene", "dark"), (40, 25, 22, 13))[0]
        if kind == "dark":
            return self._ground(
                w,
                h,
                self._near(self.rng.choice(((20, 30, 90), (15, 15, 18), (20, 70, 40), (120, 20, 25)))),
            ), self._near((235, 225, 180), 30)
        ink = self._near(self.rng.choice(_DARK))
        base = self._near(self.rng.choice((*_LIGHT, (235, 190, 60), (190, 215, 240))), 10)
        image = self._ground(w, h, base)
        if kind == "plain":
            return image, ink
        second = np.array(
            self._near(
                self.rng.choice(
                    (
                        (120, 170, 225),
                        (245, 200, 120),
                        (150, 200, 150),
                        (230, 150, 150),
                        (250, 250, 250),
                    )
                ),
                30,
            ),
            np.float32,
        )
        ramp = np.linspace(self.rng.uniform(0, 0.9), self.rng.uniform(0, 0.5), h)[:, None, None]
        if self._chance(0.5):
            ramp = np.abs(np.linspace(-1, 1, h))[:, None, None] * self.rng.uniform(0.4, 1)
        image = np.asarray(image * (1 - ramp) + second * ramp, np.uint8).repeat(1, axis=1).copy()
        if kind == "scene":
            for _ in range(self.rng.randint(1, 4)):
                tone = tuple(int(c * 0.5 + 255 * 0.5) for c in self._any_colour())
                y = self.rng.uniform(0.3, 0.9) * h
                points = (
                    [(0, h)]
                    + [(int(w * i / 6), int(y + self.rng.uniform(-0.25, 0.25) * h)) for i in range(7)]
                    + [(w, h)]
                )
                layer = image.copy()
                cv2.fillPoly(layer, [np.array(points, np.int32)], tone, cv2.LINE_AA)
                a = self.rng.uniform(0.2, 0.7)
                image = cv2.addWeighted(image, 1 - a, layer, a, 0).astype(np.uint8)
        return image, ink

    def _us(self, text: str) -> Image:
        w, h = 320, 160
        self._set_emboss()
        image, ink = self._us_ground(w, h)
        if self._chance(0.12):
            band = self._near(self.rng.choice(((30, 50, 130), (140, 30, 40), (240, 200, 60))))
            image[: int(h * self.rng.uniform(0.15, 0.25))] = band
            if self._chance(0.6):
                image[int(h * self.rng.uniform(0.78, 0.88)) :] = self._near((240, 200, 60), 60)
        accent = ink if self._chance(0.4) else self._near(self.rng.choice(_DARK), 40)
        name_h = self.rng.uniform(0.1, 0.19) * h
        top = self.rng.uniform(0.03, 0.09) * h
        if self._chance(0.93):
            word = self._state() if self._chance(0.8) else self.rng.choice(_SLOGANS)
            x1 = w * self.rng.uniform(0.12, 0.3)
            self._small_text(image, word, (x1, top, w - x1, top + name_h), accent)
        if self._chance(0.75):
            word = self.rng.choice((self.rng.choice(_SLOGANS), self._state(), self._random_word(4, 10)))
            b = h * self.rng.uniform(0.93, 0.98)
            bh = h * self.rng.uniform(0.06, 0.14)
            x1 = w * self.rng.uniform(0.08, 0.3)
            self._small_text(image, word, (x1, b - bh, w - x1, b), accent)
        x1, x2 = w * self.rng.uniform(0.03, 0.09), w * self.rng.uniform(0.91, 0.97)
        picture = self._chance(0.16)
        if picture:
            size = h * self.rng.uniform(0.3, 0.5)
            left = self._chance(0.7)
            cx = w * (0.12 if left else 0.88)
            for _ in range(self.rng.randint(1, 4)):
                self._crest(
                    image,
                    cx + self.rng.uniform(-8, 8),
                    h * 0.52 + self.rng.uniform(-12, 12),
                    size * self.rng.uniform(0.4, 1),
                )
            x1, x2 = (w * 0.24, x2) if left else (x1, w * 0.76)
        height = h * self.rng.uniform(0.36, 0.56)
        y1 = h * self.rng.uniform(0.46, 0.57) - height / 2
        y1 = min(max(y1, top + name_h * 0.8), h * 0.93 - height)
        if self._chance(0.25):
            image = self._behind(image)
        style = self._style("condensed", "condensed", "bold", "all", stroke=0.72)
        if self._chance(0.1):
            ink = self._faint(ink, image)
        fill = self.rng.uniform(0.8, 1.0) if len(texts.readable(text)) >= 5 else None
        self._us_row(image, text, (x1, y1, x2, y1 + height), style, ink, fill)
        self._us_stickers(image)
        self._bolts(image, ((0.22, 0.07), (0.78, 0.07), (0.22, 0.93), (0.78, 0.93))) if self._chance(
            0.7
        ) else None
        self._border(image, accent, 0.35)
        return self._us_holder(image)

    def _us_row(
        self, image: Image, text: str, rect: Rect, style: Style, ink: Colour, fill: float | None
    ) -> None:
        """The number, some with two or three small characters one above the other at an end."""
        x1, y1, x2, y2 = rect
        pile = self.rng.choice((2, 2, 2, 3))
        if len(text) < pile + 3 or not text.isalnum() or not self._chance(0.14):
            self._row(image, text, rect, style, ink, fill)
            return
        wide = (x2 - x1) * self.rng.uniform(0.09, 0.13)
        gap = (x2 - x1) * self.rng.uniform(0.01, 0.05)
        if self._chance(0.5):
            self._stacked(image, text[:pile], (x1, y1, x1 + wide, y2), style, ink)
            self._row(image, text[pile:], (x1 + wide + gap, y1, x2, y2), style, ink, fill)
        else:
            self._row(image, text[:-pile], (x1, y1, x2 - wide - gap, y2), style, ink, fill)
            self._stacked(image, text[-pile:], (x2 - wide, y1, x2, y2), style, ink)

    def _faint(self, ink: Colour, image: Image) -> Colour:
        """The ink nearer to its ground, still to be told from it."""
        ground = image.reshape(-1, 3).mean(0)
        share = self.rng.uniform(0.3, 0.65)
        r, g, b = (int(i + (g - i) * share) for i, g in zip(ink, ground, strict=True))
        return r, g, b

    def _behind(self, image: Image) -> Image:
        """Faint pictures under the characters."""
        h, w = image.shape[:2]
        if self.scenes and self._chance(0.5):
            scene = self.rng.choice(self.scenes)
            sh, sw = scene.shape[:2]
            part = scene[self.rng.randrange(sh // 2) :, self.rng.randrange(sw // 2) :]
            layer = np.asarray(cv2.resize(part, (w, h), interpolation=cv2.INTER_AREA), np.uint8)
            share = self.rng.uniform(0.12, 0.4)
            return np.asarray(cv2.addWeighted(image, 1 - share, layer, share, 0), np.uint8)
        layer = image.copy()
        for _ in range(self.rng.randint(1, 4)):
            cx, cy = w * self.rng.uniform(0.1, 0.9), h * self.rng.uniform(0.3, 0.75)
            self._crest(layer, cx, cy, h * self.rng.uniform(0.15, 0.6))
        share = self.rng.uniform(0.2, 0.75)
        return np.asarray(cv2.addWeighted(image, 1 - share, layer, share, 0), np.uint8)

    def _stacked(self, image: Image, pile: str, rect: Rect, style: Style, ink: Colour) -> None:
        x1, y1, x2, y2 = rect
        step = (y2 - y1) / len(pile)
        for i, char in enumerate(pile):
            self._row(image, char, (x1, y1 + step * (i + 0.04), x2, y1 + step * (i + 0.96)), style, ink)

    def _us_stickers(self, image: Image) -> None:
        h, w = image.shape[:2]
        corners = ((0.03, 0.04), (0.83, 0.04), (0.03, 0.76), (0.83, 0.76))
        for sx, sy in corners:
            if not self._chance(0.33):
                continue
            tone = self._near(
                self.rng.choice(
                    (
                        (240, 220, 60),
                        (220, 60, 50),
                        (60, 120, 200),
                        (60, 160, 80),
                        (240, 240, 240),
                        (230, 130, 40),
                    )
                )
            )
            sw, sh = w * self.rng.uniform(0.09, 0.15), h * self.rng.uniform(0.1, 0.19)
            x, y = int(w * sx), int(h * sy)
            cv2.rectangle(image, (x, y), (int(x + sw), int(y + sh)), tone, -1)
            word = self.rng.choice(
                (
                    self.rng.choice(_MONTHS),
                    str(self.rng.randint(1, 26)),
                    f"20{self.rng.randint(10, 26)}",
                )
            )
            ink: Colour = (20, 20, 20) if self._chance(0.7) else (245, 245, 245)
            self._small_text(image, word, (x + 2, y + sh * 0.2, x + sw - 2, y + sh * 0.8), ink)

    def _us_holder(self, image: Image) -> Image:
        """Frames hide the rim: the state's name and slogan are often half covered."""
        draw = self.rng.random()
        if draw < 0.55:
            return image
        if draw < 0.75:
            return self._frame(image)
        h, w = image.shape[:2]
        ys = [b[1] for b in self._boxes] + [h * 0.3]
        ye = [b[3] for b in self._boxes] + [h * 0.7]
        most = 1.12 if self._chance(0.15) else 0.92
        top = int(self.rng.uniform(0.03, most) * max(2.0, min(ys)))
        bottom = int(h - self.rng.uniform(0.03, most) * max(2.0, h - max(ye)))
        side = int(w * self.rng.uniform(0.005, 0.03))
        tone = self._near(self.rng.choice(((25, 25, 28), (200, 200, 205), (150, 150, 155), (30, 30, 90))))
        image[:top], image[bottom:], image[:, :side], image[:, w - side :] = tone, tone, tone, tone
        ink: Colour = (230, 230, 230) if sum(tone) < 360 else (30, 30, 40)
        for y1, y2 in ((2, top - 2), (bottom + 2, h - 2)):
            if y2 - y1 > 9 and self._chance(0.7):
                word = " ".join(self._random_word(2, 9) for _ in range(self.rng.randint(1, 2)))
                self._small_text(image, word, (w * 0.1, y1, w * 0.9, y2), ink)
        return image

    def _eu_band(self, image: Image, width: int, left: bool = True) -> None:
        h, w = image.shape[:2]
        x = 0 if left else w - width
        image[:, x : x + width] = self._near((25, 60, 160), 25)
        if self._chance(0.85):
            n, r = self.rng.randint(8, 12), width * 0.3
            for i in range(n):
                a = 6.283 * i / n
                c = (int(x + width / 2 + np.cos(a) * r), int(h * 0.32 + np.sin(a) * r))
                cv2.circle(image, c, max(1, width // 20), (240, 215, 60), -1, cv2.LINE_AA)
        if self._chance(0.9):
            code = self.rng.choice(_EU_CODES)
            self._small_text(
                image,
                code,
                (x + 2, h * 0.62, x + width - 2, h * 0.9),
                (240, 240, 240),
                ("bold", "din"),
            )

    def _eu(self, text: str) -> Image:
        if self._chance(0.14) and len(texts.readable(text)) >= 5:
            return self._eu_square(text)
        w, h = 420, self.rng.choice((90, 90, 92, 100))
        self._set_emboss()
        base = self._near(
            self.rng.choices(
                (
                    _LIGHT[0],
                    _LIGHT[1],
                    (240, 195, 30),
                    (230, 120, 30),
                    (30, 30, 30),
                    (215, 235, 215),
                ),
                (45, 35, 12, 2, 3, 3),
            )[0],
            12,
        )
        ink = (
            (235, 235, 235)
            if sum(base) < 250
            else self._near(
                self.rng.choices(((18, 18, 20), (20, 30, 120), (150, 25, 30), (20, 90, 50)), (84, 7, 6, 3))[
                    0
                ],
                12,
            )
        )
        image = self._ground(w, h, base)
        left, right = 8.0, w - 8.0
        if self._chance(0.8):
            band = int(h * self.rng.uniform(0.34, 0.48))
            self._eu_band(image, band)
            left += band
        if self._chance(0.22):
            band = int(h * self.rng.uniform(0.3, 0.45))
            self._eu_band(image, band, left=False) if self._chance(0.8) else None
            dep = str(self.rng.randint(1, 95)).zfill(2) if self._chance(0.6) else self._random_word(2, 2)
            self._small_text(image, dep, (w - band + 2, h * 0.6, w - 3, h * 0.9), (240, 240, 240))
            right -= band
        if self._chance(0.06):
            right -= h * 0.5
            self._ru_region(image, right, text)
        height = h * self.rng.uniform(0.62, 0.82)
        y1 = (h - height) / 2
        if self._chance(0.06):
            for y in (0.02, 0.94):
                cv2.rectangle(image, (0, int(h * y)), (w, int(h * (y + 0.04))), (190, 30, 40), -1)
        style = self._style("fe", "fe", "din", "condensed", "condensed", "bold", stroke=0.25)
        fill = self.rng.uniform(0.85, 0.99) if len(text) >= 6 else None
        self._row(image, text, (left, y1, right, y1 + height), style, ink, fill, dash=self._chance(0.8))
        self._border(image, ink, 0.6)
        self._screws_anywhere(image, 0.35)
        return self._frame(image) if self._chance(0.45) else image

    def _ru_region(self, image: Image, x: float, text: str) -> None:
        h = image.shape[0]
        cv2.line(image, (int(x), 0), (int(x), h), (20, 20, 20), 2)
        self._small_text(image, "RUS", (x + 6, h * 0.7, x + h * 0.4, h * 0.9), (20, 20, 20))

    def _split(self, text: str) -> tuple[str, str]:
        """Where a text breaks into two lines: at a separator near the middle, or in the middle."""
        spots = [i for i, c in enumerate(text) if not c.isalnum() and 0 < i < len(text) - 1]
        if spots:
            i = min(spots, key=lambda s: abs(s - len(text) / 2))
            return text[:i], text[i + 1 :]
        cut = max(1, min(len(text) - 1, len(text) // 2 + self.rng.choice((-1, 0, 0))))
        return text[:cut], text[cut:]

    def _two_rows(self, image: Image, text: str, rect: Rect, style: Style, ink: Colour) -> None:
        first, second = self._split(text)
        x1, y1, x2, y2 = rect
        height = (y2 - y1) * self.rng.uniform(0.4, 0.47)
        share = self.rng.uniform(0.8, 1.0)
        self._row(image, first, (x1, y1, x2, y1 + height * share), style, ink, min(0.95, 0.2 * len(first)))
        self._row(image, second, (x1, y2 - height, x2, y2), style, ink, min(0.97, 0.22 * len(second)))

    def _eu_square(self, text: str) -> Image:
        w, h = self.rng.choice(((240, 180), (280, 200), (230, 200), (300, 180)))
        self._set_emboss()
        base = self._near(self.rng.choice((*_LIGHT, (240, 195, 30))), 10)
        ink = self._near((18, 18, 20), 12)
        image = self._ground(w, h, base)
        x1 = w * 0.05
        if self._chance(0.6):
            band = int(w * 0.13)
            image[: h // 2 if self._chance(0.6) else h, :band] = self._near((25, 60, 160))
            x1 += band
        style = self._style("fe", "din", "condensed", "bold", stroke=0.25)
        self._two_rows(image, text, (x1, h * 0.07, w * 0.96, h * 0.93), style, ink)
        self._border(image, ink)
        self._screws_anywhere(image)
        return self._frame(image, 0.1) if self._chance(0.3) else image

    def _gb(self, text: str) -> Image:
        two = self._chance(0.12)
        w, h = (280, 200) if two else (420, 90)
        self._set_emboss()
        base = self._near(
            self.rng.choice((_LIGHT[1], _LIGHT[1], (250, 205, 20), (250, 205, 20), (25, 25, 25))),
            10,
        )
        ink: Colour = (225, 225, 225) if sum(base) < 250 else (15, 15, 18)
        image = self._ground(w, h, base)
        style = self._style("condensed", "bold", "bold", "all", stroke=0.3)
        x1 = 10.0
        if self._chance(0.35) and not two:
            self._eu_band(image, int(h * 0.42))
            x1 += h * 0.42
        if two:
            self._two_rows(image, text, (w * 0.06, h * 0.08, w * 0.94, h * 0.9), style, ink)
        else:
            height = h * self.rng.uniform(0.6, 0.76)
            y1 = (h - height) / 2 - self.rng.uniform(0, 0.05) * h
            self._row(
                image,
                text,
                (x1, y1, w - 10, y1 + height),
                style,
                ink,
                self.rng.uniform(0.8, 0.96) if len(text) > 6 else None,
            )
            if self._chance(0.6):
                self._small_text(image, self._random_word(5, 16), (w * 0.3, h * 0.89, w * 0.7, h * 0.97), ink)
        self._border(image, ink, 0.4)
        self._screws_anywhere(image)
        return self._frame(image, 0.12) if self._chance(0.35) else image

    def _br_old(self, text: str) -> Image:
        two = self._chance(0.15)
        w, h = (260, 220) if two else (400, 130)
        self._set_emboss()
        base, ink = self.rng.choices(
            (
                ((178, 180, 182), (25, 25, 28)),
                ((208, 210, 208), (30, 32, 35)),
                ((238, 238, 234), (45, 45, 48)),
                ((170, 30, 35), (235, 235, 235)),
                ((240, 240, 240), (30, 30, 30)),
                ((240, 240, 240), (170, 30, 35)),
            ),
            (45, 25, 10, 13, 4, 3),
        )[0]
        tint = self.rng.randint(-16, 16)
        base = self._near((base[0] + tint, base[1] + tint, base[2] + tint), 5)
        ink = self._near(ink, 10)
        image = self._ground(w, h, base)
        strip = h * (0.16 if two else self.rng.uniform(0.14, 0.22))
        x1 = w * self.rng.uniform(0.12, 0.3)
        if self._chance(0.35):
            corner = (int(x1), int(h * 0.05))
            cv2.rectangle(image, corner, (int(w - x1), int(h * 0.05 + strip)), self._near(base, 14), -1)
        city = self.rng.choice(_CITIES) if self._chance(0.8) else f"SP-{self._random_word(4, 12)}"
        line = (x1 + 5, h * 0.07, w - x1 - 5, h * 0.02 + strip)
        self._small_text(image, city, line, ink, ("din", "condensed", "bold"))
        self._br_marks(image)
        style = self._style("din", "din", "condensed", "bold", stroke=0.5)
        if two:
            self._two_rows(image, text, (w * 0.07, h * 0.24, w * 0.93, h * 0.94), style, ink)
        else:
            height = h * self.rng.uniform(0.5, 0.62)
            y1 = h * self.rng.uniform(0.88, 0.95) - height
            fill = self.rng.uniform(0.85, 0.99)
            self._row(
                image, text, (w * 0.04, y1, w * 0.96, y1 + height), style, ink, fill, self._chance(0.85)
            )
        self._seal_lumps(image)
        self._border(image, ink if self._chance(0.5) else self._near(base, 40), 0.6)
        return self._frame(image, 0.1) if self._chance(0.3) else image

    def _br_marks(self, image: Image) -> None:
        """Bolts and the coloured badge of the year beside the name of the town."""
        h, w = image.shape[:2]
        if self._chance(0.6):
            self._bolts(
                image, ((0.3, 0.07), (0.7, 0.07)) if self._chance(0.5) else ((0.08, 0.14), (0.92, 0.14))
            )
        if self._chance(0.35):
            self._crest(image, w * 0.1, h * 0.16, h * self.rng.uniform(0.08, 0.16))

    def _seal_lumps(self, image: Image) -> None:
        """Lead seals and bolt heads at the feet of the characters and between them."""
        h, w = image.shape[:2]
        for _ in range(self.rng.choice((0, 1, 1, 2, 2))):
            tone = self.rng.randint(20, 170)
            x, y = w * self.rng.uniform(0.2, 0.8), h * self.rng.choice((0.93, 0.95, 0.97, 0.6))
            size = (
                max(2, int(w * self.rng.uniform(0.006, 0.016))),
                max(2, int(h * self.rng.uniform(0.01, 0.03))),
            )
            cv2.ellipse(image, (int(x), int(y)), size, 0, 0, 360, (tone, tone, tone), -1, cv2.LINE_AA)

    def _br_new(self, text: str) -> Image:
        two = self._chance(0.15)
        w, h = (260, 220) if two else (400, 130)
        self._set_emboss()
        image = self._ground(w, h, self._near(_LIGHT[1], 8))
        ink = self._near(self.rng.choices(((18, 18, 22), (170, 30, 35), (30, 60, 160)), (85, 10, 5))[0], 10)
        strip = int(h * (0.18 if two else 0.24))
        image[:strip] = self._near((25, 55, 150))
        self._small_text(image, "BRASIL", (w * 0.36, strip * 0.25, w * 0.64, strip * 0.8), (240, 240, 240))
        cv2.rectangle(
            image,
            (int(w * 0.88), int(strip * 0.2)),
            (int(w * 0.96), int(strip * 0.8)),
            (40, 140, 60),
            -1,
        )
        style = self._style("fe", stroke=0.1)
        if two:
            self._two_rows(image, text, (w * 0.08, h * 0.24, w * 0.94, h * 0.94), style, ink)
        else:
            height = h * self.rng.uniform(0.5, 0.6)
            y1 = h * 0.94 - height
            x1 = w * self.rng.uniform(0.06, 0.13)
            self._row(
                image,
                text,
                (x1, y1, w * 0.96, y1 + height),
                style,
                ink,
                self.rng.uniform(0.88, 0.99),
            )
            self._small_text(image, "BR", (w * 0.02, h * 0.78, w * 0.06, h * 0.9), ink) if self._chance(
                0.6
            ) else None
        self._border(image, ink, 0.6)
        return self._frame(image, 0.1) if self._chance(0.25) else image

    def _in(self, text: str) -> Image:
        two = self._chance(0.3)
        w, h = self.rng.choice(((260, 160), (220, 180))) if two else (420, self.rng.choice((84, 100)))
        self._set_emboss()
        base, ink = self.rng.choices(
            (
                ((240, 240, 240), (20, 20, 22)),
                ((245, 205, 40), (20, 20, 22)),
                ((20, 20, 22), (235, 205, 60)),
                ((60, 160, 80), (240, 240, 240)),
            ),
            (70, 18, 8, 4),
        )[0]
        image = self._ground(w, h, self._near(base, 10))
        ink = self._near(ink, 10)
        style = self._style("all", "bold", "condensed", "din", stroke=0.25)
        x1 = 8.0
        if self._chance(0.4):
            x1 = h * 0.3
            self._small_text(image, "IND", (3, h * 0.6, x1 - 3, h * 0.72), (30, 50, 150))
        if two:
            self._two_rows(image, text, (x1, h * 0.1, w - 8, h * 0.9), style, ink)
        else:
            height = h * self.rng.uniform(0.45, 0.7)
            self._row(
                image,
                text,
                (x1, (h - height) / 2, w - 8, (h + height) / 2),
                style,
                ink,
                self.rng.uniform(0.8, 0.97),
            )
        self._border(image, ink, 0.5)
        self._screws_anywhere(image)
        return self._frame(image) if self._chance(0.25) else image

    def _cn(self, text: str) -> Image:
        w, h = 400, 130
        self._set_emboss()
        base, ink = self.rng.choice(
            (
                ((25, 60, 170), (240, 240, 240)),
                ((245, 190, 30), (20, 20, 20)),
                ((180, 230, 190), (20, 20, 20)),
            )
        )
        image = self._ground(w, h, self._near(base))
        x1 = w * 0.16
        for _ in range(self.rng.randint(6, 10)):
            a = (int(self.rng.uniform(0.03, 0.15) * w), int(self.rng.uniform(0.15, 0.85) * h))
            horizontal = self._chance(0.6)
            b = (
                (int(self.rng.uniform(0.03, 0.15) * w), a[1] + self.rng.randint(-6, 6))
                if horizontal
                else (a[0] + self.rng.randint(-8, 8), int(self.rng.uniform(0.15, 0.85) * h))
            )
            cv2.line(image, a, b, ink, self.rng.randint(3, 6), cv2.LINE_AA)
        style = self._style("condensed", "din", stroke=0.5)
        self._row(image, text.lstrip("*"), (x1, h * 0.16, w * 0.97, h * 0.84), style, ink, 0.95)
        self._border(image, ink, 0.8)
        return image

    def _au(self, text: str) -> Image:
        w, h = self.rng.choice(((370, 134), (370, 100), (320, 160)))
        self._set_emboss()
        base, ink = self.rng.choice(
            (
                ((240, 240, 240), (20, 30, 60)),
                ((245, 205, 40), (20, 20, 20)),
                ((240, 240, 240), (20, 90, 50)),
                ((20, 20, 22), (235, 235, 235)),
                ((240, 240, 240), (130, 30, 40)),
                ((30, 50, 120), (240, 240, 240)),
            )
        )
        image, ink = self._ground(w, h, self._near(base, 12)), self._near(ink, 15)
        y2 = 0.92
        if self._chance(0.6):
            y2 = 0.78
            self._small_text(
                image,
                self.rng.choice(("NEW SOUTH WALES", "QUEENSLAND", "VICTORIA", "TASMANIA", "SOUTH AUSTRALIA")),
                (w * 0.2, h * 0.83, w * 0.8, h * 0.95),
                ink,
            )
        x1 = 8.0
        if self._chance(0.3):
            x1 = w * 0.1
            for i, c in enumerate(self.rng.choice(("NSW", "QLD", "VIC"))):
                self._small_text(image, c, (4, h * (0.15 + 0.25 * i), x1 - 6, h * (0.33 + 0.25 * i)), ink)
        style = self._style("condensed", "din", "bold", stroke=0.5)
        height = h * self.rng.uniform(0.5, 0.66)
        y1 = h * y2 - height
        self._row(
            image,
            text,
            (x1, y1, w - 8, y1 + height),
            style,
            ink,
            self.rng.uniform(0.85, 0.98) if len(text) > 4 else None,
        )
        self._border(image, ink, 0.4)
        self._screws_anywhere(image)
        return self._frame(image) if self._chance(0.4) else image

    def _il(self, text: str) -> Image:
        w, h = 420, 96
        image = self._ground(w, h, self._near((245, 200, 20), 14))
        self._set_emboss()
        x1 = 10.0
        if self._chance(0.7):
            image[:, : int(h * 0.4)] = self._near((25, 60, 160))
            x1 += h * 0.4
        style = replace(self._style("condensed", "din", stroke=0.4), mono=False)
        self._row(image, text, (x1, h * 0.14, w - 8, h * 0.86), style, self._near((20, 20, 20), 10), 0.96)
        self._border(image, (20, 20, 20), 0.6)
        return self._frame(image) if self._chance(0.4) else image

    def _other(self, text: str) -> Image:
        two = self._chance(0.25) and len(text) >= 5
        w, h = (
            self.rng.choice(((240, 180), (300, 180), (320, 160)))
            if two
            else self.rng.choice(((420, 96), (360, 120), (320, 150), (320, 160)))
        )
        self._set_emboss()
        dark = self._chance(0.35)
        base = self._near(self.rng.choice(_DARK if dark else (*_LIGHT, (240, 200, 50))), 20)
        ink = self._near((235, 235, 235) if dark else self.rng.choice(_DARK), 15)
        image = self._ground(w, h, base)
        style = self._style("all", stroke=0.4)
        band = self._chance(0.4)
        top = 0.28 if band and self._chance(0.5) else 0.08
        bottom = 0.75 if band and top < 0.1 else 0.92
        if two:
            self._two_rows(image, text, (w * 0.05, h * top, w * 0.95, h * bottom), style, ink)
        else:
            height = h * (bottom - top) * self.rng.uniform(0.7, 0.95)
            y1 = h * (bottom + top) / 2 - height / 2
            self._row(
                image,
                text,
                (w * 0.04, y1, w * 0.96, y1 + height),
                style,
                ink,
                self.rng.uniform(0.8, 0.97) if len(text) > 4 else None,
            )
        if band:
            y1 = h * (0.05 if top > 0.1 else 0.8)
            self._small_text(image, self._random_word(4, 10), (w * 0.2, y1, w * 0.8, y1 + h * 0.15), ink)
        self._border(image, ink, 0.5)
        self._screws_anywhere(image)
        return self._frame(image) if self._chance(0.3) else image
