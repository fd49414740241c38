"""The front of a vehicle as a flat picture in metres: body, grille, lamps, bumper, badge and plate."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .plan import Body, Light, VisitPlan, Weather
from .plates import Colour, Image, blend, paint_plate, shrink, text_mask

SCALE = 480.0
"""Pixels a metre of the sharpest picture."""
FOOT_M = 0.18
"""The front ends this high above the road."""
_LEVELS = 4
# Of 255: what is left of the light in a shadow.
_SHADOW = 120
_EDGE = 3
COLOURS: dict[str, Colour] = {
    "white": (225, 225, 222),
    "silver": (180, 180, 178),
    "grey": (105, 105, 102),
    "black": (32, 32, 34),
    "red": (40, 35, 165),
    "blue": (140, 75, 35),
    "green": (60, 95, 40),
    "yellow": (50, 185, 220),
}
GAINS: dict[Light, float] = {Light.DAY: 1.0, Light.DUSK: 0.5, Light.NIGHT: 0.16}
# Plates are retroreflective: the camera's own light brings them up in the dark.
_PLATE_GAINS: dict[Light, float] = {Light.DAY: 0.95, Light.DUSK: 0.72, Light.NIGHT: 0.66}


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes in metres: the front plane up to `nose_m`, the cabin's plane `bonnet_m` behind it."""

    width_m: float
    nose_m: float
    roof_m: float
    bonnet_m: float
    plate_m: float
    """Height of the plate's middle above the road."""


SHAPES: dict[Body, Shape] = {
    Body.CAR: Shape(1.78, 0.82, 1.44, 1.15, 0.50),
    Body.ESTATE: Shape(1.82, 0.84, 1.48, 1.15, 0.52),
    Body.SUV: Shape(1.88, 1.02, 1.70, 1.05, 0.60),
    Body.VAN: Shape(1.98, 1.15, 2.10, 0.60, 0.58),
    Body.TRUCK: Shape(2.40, 1.45, 3.00, 0.12, 0.62),
}


@dataclass(frozen=True, slots=True)
class Front:
    """A vehicle's front, painted once: one picture a level, each half the size of the one before."""

    shape: Shape
    colour: Colour
    levels: tuple[Image, ...]

    def level(self, scale: float) -> Image:
        """The picture to draw at `scale` pixels a metre."""
        at, own = 0, SCALE
        while at + 1 < len(self.levels) and own / 2 >= scale:
            at, own = at + 1, own / 2
        return self.levels[at]


def lit(colour: Colour, gain: float) -> Colour:
    b, g, r = (round(c * gain) for c in colour)
    return b, g, r


def paint_front(visit: VisitPlan, light: Light, seed: int, rear: bool = False) -> Front:
    """Paint the end of the vehicle that the camera sees."""
    shape, gain = SHAPES[visit.body], GAINS[light]
    colour = lit(COLOURS[visit.colour], gain)
    size = round((shape.nose_m - FOOT_M) * SCALE), round(shape.width_m * SCALE), 3
    canvas = np.full(size, colour, np.uint8)
    _paint_grille(canvas, shape, gain, rear)
    _paint_lamps(canvas, light, rear)
    if not rear:
        _paint_badge(canvas, visit.badge, shape, gain)
    _mount_plate(canvas, visit, shape, light, seed)
    if (light, visit.weather) == (Light.DAY, Weather.DRY):
        _cast_shadow(canvas, seed, visit.number)
    return Front(shape, colour, _pyramid(canvas))


def _pyramid(canvas: Image) -> tuple[Image, ...]:
    levels = [canvas]
    for _ in range(_LEVELS - 1):
        height, width = levels[-1].shape[:2]
        levels.append(shrink(levels[-1], width // 2, height // 2))
    return tuple(levels)


def _paint_grille(canvas: Image, shape: Shape, gain: float, rear: bool) -> None:
    height, width = canvas.shape[:2]
    cv2.rectangle(canvas, (0, round(height * 0.8)), (width, height), lit((38, 38, 40), gain), -1)
    if rear:
        return
    top, bottom = round(height * 0.2), round(height * 0.46)
    left, right = round(width * 0.27), round(width * 0.73)
    cv2.rectangle(canvas, (left, top), (right, bottom), lit((28, 28, 30), gain), -1)
    for y in range(top + 12, bottom, 24):
        cv2.line(canvas, (left + 8, y), (right - 8, y), lit((95, 95, 98), gain), _EDGE)


def _paint_lamps(canvas: Image, light: Light, rear: bool) -> None:
    height, width = canvas.shape[:2]
    burning = light is not Light.DAY
    day = (60, 60, 150) if rear else (215, 215, 210)
    night = (40, 40, 230) if rear else (255, 255, 255)
    for x in (0.12, 0.88):
        centre = (round(width * x), round(height * 0.32))
        cv2.ellipse(canvas, centre, (round(width * 0.085), round(height * 0.1)), 0, 0, 360, (50, 50, 52), -1)
        cv2.ellipse(
            canvas,
            centre,
            (round(width * 0.07), round(height * 0.08)),
            0,
            0,
            360,
            night if burning else day,
            -1,
        )


def _paint_badge(canvas: Image, badge: str, shape: Shape, gain: float) -> None:
    """Letters on the bonnet's edge: text that is no plate, in the middle of the picture."""
    if not badge:
        return
    mask = text_mask(badge, round(0.05 * SCALE), weight=700)
    height, width = canvas.shape[:2]
    x, y = (width - mask.shape[1]) // 2, round(height * 0.06)
    chrome = (70, 70, 72) if int(canvas[y, x].sum()) > 380 * gain else (205, 205, 205)
    blend(canvas[y : y + mask.shape[0], x : x + mask.shape[1]], mask, lit(chrome, gain))


def _cast_shadow(canvas: Image, seed: int, number: int) -> None:
    """The sun throws the shadow of a pole or a branch across the front, plate and all."""
    rng = np.random.default_rng((seed, number, 7))
    height, width = canvas.shape[:2]
    top, lean, broad = (rng.uniform(low, high) * width for low, high in ((0, 1), (-0.3, 0.3), (0.03, 0.2)))
    edge = ((top, 0), (top + broad, 0), (top + broad + lean, height), (top + lean, height))
    shade = np.full((height, width), 255, np.uint8)
    cv2.fillConvexPoly(shade, np.array(edge, np.int32), _SHADOW, cv2.LINE_AA)
    soft = cv2.GaussianBlur(shade, (0, 0), 4.0)
    cv2.multiply(canvas, cv2.cvtColor(soft, cv2.COLOR_GRAY2BGR), dst=canvas, scale=1 / 255)


def _mount_plate(canvas: Image, visit: VisitPlan, shape: Shape, light: Light, seed: int) -> None:
    rng = np.random.default_rng((seed, visit.number, 3))
    plate = paint_plate(visit.plate, visit.region, SCALE, rng, visit.dirt)
    plate = (plate * _PLATE_GAINS[light]).astype(np.uint8)
    x = (canvas.shape[1] - plate.shape[1]) // 2
    y = round((shape.nose_m - shape.plate_m) * SCALE) - plate.shape[0] // 2
    frame = round(0.012 * SCALE)
    cv2.rectangle(
        canvas,
        (x - frame, y - frame),
        (x + plate.shape[1] + frame, y + plate.shape[0] + frame),
        lit((25, 25, 26), GAINS[light]),
        -1,
    )
    canvas[y : y + plate.shape[0], x : x + plate.shape[1]] = plate
