"""What lies between the scene and the picture: rain, lens glare and the sensor's noise."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from .lens import Lens
from .plan import Light, Weather
from .plates import Image

# Standard deviation of the sensor's noise, in grey levels.
_NOISE: dict[Light, float] = {Light.DAY: 2.0, Light.DUSK: 4.0, Light.NIGHT: 8.0}
_MARGIN = 64
_RAINS = 4
_DROPS = 500
_GLARE_PX = 256


class Air:
    """Works on pictures in place. Each pattern is drawn once, from the seed; the frame's number chooses."""

    def __init__(self, lens: Lens, seed: int) -> None:
        self._lens = lens
        self._seed = seed
        self._rain = lru_cache(maxsize=None)(self._draw_rain)
        self._grain = lru_cache(maxsize=None)(self._draw_grain)
        self._glare = _glare()

    def _draw_rain(self, which: int) -> Image:
        return _rain(self._lens, np.random.default_rng((self._seed, 5, which)))

    def _draw_grain(self, light: Light) -> tuple[Image, Image]:
        rng = np.random.default_rng((self._seed, 8, tuple(Light).index(light)))
        return _grain(self._lens, rng, _NOISE[light])

    def fill(self, picture: Image, light: Light, weather: Weather, number: int) -> None:
        """Let it rain, and add the noise of frame `number`."""
        rng = np.random.default_rng((self._seed, 6, number))
        if weather is Weather.RAIN:
            streaks = self._rain(int(rng.integers(_RAINS)))
            cv2.addWeighted(picture, 0.94, streaks, 0.35 if light is Light.NIGHT else 0.6, 0.0, dst=picture)
        y, x = (int(v) for v in rng.integers(0, _MARGIN, 2))
        height, width = picture.shape[:2]
        brighter, darker = self._grain(light)
        cv2.add(picture, brighter[y : y + height, x : x + width], dst=picture)
        cv2.subtract(picture, darker[y : y + height, x : x + width], dst=picture)

    def glare(self, picture: Image, centre: tuple[float, float], radius: float) -> None:
        """A lamp that shines into the lens, `radius` pixels wide."""
        size = max(4, round(radius))
        left, top = round(centre[0]) - size, round(centre[1]) - size
        x1, y1 = max(0, left), max(0, top)
        x2, y2 = min(picture.shape[1], left + 2 * size), min(picture.shape[0], top + 2 * size)
        if x1 >= x2 or y1 >= y2:
            return
        halo = cv2.resize(self._glare, (2 * size, 2 * size))
        area = picture[y1:y2, x1:x2]
        cv2.add(area, halo[y1 - top : y2 - top, x1 - left : x2 - left], dst=area)


def _rain(lens: Lens, rng: np.random.Generator) -> Image:
    layer = np.zeros((lens.height, lens.width, 3), np.uint8)
    starts = rng.uniform((0, 0), (lens.width, lens.height), (_DROPS, 2))
    lengths = rng.uniform(6.0, 26.0, _DROPS)
    for (x, y), length in zip(starts, lengths):
        end = (round(x + length * 0.12), round(y + length))
        shade = int(rng.integers(70, 150))
        cv2.line(layer, (round(x), round(y)), end, (shade, shade, shade), 1, cv2.LINE_AA)
    return layer


def _grain(lens: Lens, rng: np.random.Generator, sigma: float) -> tuple[Image, Image]:
    """What to add and what to take away, larger than the picture so that a shift makes it new."""
    shape = (lens.height + _MARGIN, lens.width + _MARGIN, 3)
    noise = rng.normal(0.0, sigma, shape).round()
    return np.clip(noise, 0, 255).astype(np.uint8), np.clip(-noise, 0, 255).astype(np.uint8)


def _glare() -> Image:
    axis = np.linspace(-1.0, 1.0, _GLARE_PX, dtype=np.float32)
    far = np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)
    core = np.exp(-((far / 0.16) ** 2)) * 220 + np.clip(1 - far, 0, 1) ** 2 * 90
    return np.repeat(np.clip(core, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
