"""Turns clean plates and real crops into crops as a detector on a camera gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from models.recipes.boxes import MARGIN
from models.recipes.common import READER_SIZE, SLOTS
from models.recipes.plates import Plate

Image = NDArray[np.uint8]
Float = NDArray[np.float32]
NO_PLACE = -1.0
UNREADABLE, READABLE, UNSURE = 0, 1, -1
NO_VIEW = -9.0


@dataclass(frozen=True)
class Sample:
    """A reader crop of READER_SIZE, RGB; `places` are character centres in shares of the crop
    (NO_PLACE where unknown); `view` (6,) is the affine map from the level plate with the appliance's margin
    to the crop, both in [-1, 1]; `verdict` is READABLE, UNREADABLE or UNSURE; `read` says whether the
    text may be learnt from."""

    image: Image
    text: str
    places: Float
    region: str | None
    verdict: int
    read: bool
    view: Float = field(default_factory=lambda: np.full(6, NO_VIEW, np.float32))


@dataclass(frozen=True)
class Real:
    """A real crop, RGB; `box` is the plate inside it (x1, y1, x2, y2 in pixels), `seen` the box that a
    detector gave it, where one did."""

    image: Image
    box: tuple[float, float, float, float]
    text: str
    region: str | None
    seen: tuple[float, float, float, float] | None = None


class Degrader:
    """Views, light and camera faults at random. `grounds` are pictures to put behind plates."""

    def __init__(self, seed: int, grounds: list[Image]) -> None:
        self.rng = Random(seed)
        self.noise = np.random.default_rng(seed)
        self.grounds = grounds

    # Rendered plates

    def rendered(self, plate: Plate) -> Sample:
        """A crop of a rendered plate in perspective, in front of a random ground."""
        quad, aspect = self._view(plate)
        rect = self._jitter(quad)
        width = self._width()
        height = max(10, int(width / aspect * (rect[3] - rect[1]) / (rect[2] - rect[0]) * 1.0))
        scale = 2 if width < 120 else 1
        crop, matrix = self._warp(plate, quad, rect, (width * scale, height * scale))
        if scale == 2:
            crop = np.asarray(cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        places, sizes = self._places(plate, matrix, (width * scale, height * scale))
        crop, blur = self.spoil(crop, mild=self._chance(0.35))
        legible = self._legible(sizes[:, 0] * width, sizes[:, 1] * height, blur, crop)
        inside = self._inside(places, sizes)
        verdict = legible if inside else UNREADABLE
        view = self._level_view(quad, rect)
        return Sample(self.fit(crop), plate.text, self._padded(places), plate.region, verdict, inside, view)

    @staticmethod
    def _level_view(quad: Float, rect: tuple[float, float, float, float]) -> Float:
        """The affine map nearest to the one that takes the level plate to its corners in the crop."""
        x1, y1, x2, y2 = rect
        seen = (quad - [x1, y1]) / [x2 - x1, y2 - y1] * 2 - 1
        a, b = 1 / (1 + 2 * MARGIN[0]), 1 / (1 + 2 * MARGIN[1])
        level = np.array([[-a, -b, 1], [a, -b, 1], [a, b, 1], [-a, b, 1]])
        return np.asarray(np.linalg.lstsq(level, seen, rcond=None)[0].T.ravel(), np.float32)

    def _width(self) -> int:
        """Crop width in camera pixels."""
        if self.rng.random() < 0.12:
            return self.rng.randint(28, 60)
        return int(np.clip(self.rng.lognormvariate(4.75, 0.5), 48, 420))

    def _view(self, plate: Plate) -> tuple[Float, float]:
        """The plate's corners seen by a turned camera, in units of the plate's height, and the
        stretch (1 for square pixels; some sources are squashed)."""
        h, w = plate.image.shape[:2]
        half = np.array([[-w, -h], [w, -h], [w, h], [-w, h]], np.float32) / h / 2
        hard = self.rng.random() < 0.38
        spread = 2.2 if hard else 1.0
        yaw, pitch = self.rng.gauss(0, 0.3 * spread), self.rng.gauss(0, 0.18 * spread)
        roll = self.rng.gauss(0, 0.08 * spread)
        yaw, pitch, roll = (
            max(-1.0, min(1.0, yaw)),
            max(-0.6, min(0.6, pitch)),
            max(-0.45, min(0.45, roll)),
        )
        points = np.concatenate([half, np.zeros((4, 1), np.float32)], 1)
        points = points @ _turn(yaw, pitch, roll).T
        depth = self.rng.uniform(6, 20)
        quad = points[:, :2] * (depth / (depth + points[:, 2:3]))
        stretch = self.rng.uniform(0.6, 1.6) if self.rng.random() < 0.12 else 1.0
        return quad.astype(np.float32), stretch

    def _jitter(self, quad: Float) -> tuple[float, float, float, float]:
        """The detector's box: the corners' hull, each side moved in or out."""
        (x1, y1), (x2, y2) = quad.min(0), quad.max(0)
        w, h = float(x2 - x1), float(y2 - y1)
        kind = self.rng.random()
        low, high = (-0.03, 0.08) if kind < 0.5 else (-0.02, 0.2) if kind < 0.85 else (-0.06, 0.35)
        a, b, c, d = (self.rng.uniform(low, high) for _ in range(4))
        if kind > 0.97:
            a += self.rng.choice((-0.3, 0.0, 0.1))
        # A plate's box sits looser in height than in width: the net's error is alike in pixels.
        k = min(2.0, w / h / 2)
        return float(x1) - a * w, float(y1) - b * h * k, float(x2) + c * w, float(y2) + d * h * k

    def _warp(
        self,
        plate: Plate,
        quad: Float,
        rect: tuple[float, float, float, float],
        size: tuple[int, int],
    ) -> tuple[Image, NDArray[np.float64]]:
        x1, y1, x2, y2 = rect
        out = (quad - [x1, y1]) / [x2 - x1, y2 - y1] * size
        h, w = plate.image.shape[:2]
        image = plate.image
        shrink = w / max(1.0, float(out[:, 0].max() - out[:, 0].min()))
        if shrink > 1.5:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.4 * shrink), np.uint8)
        corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
        matrix = cv2.getPerspectiveTransform(corners, out.astype(np.float32))
        front = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_LINEAR)
        mask = cv2.warpPerspective(np.full((h, w), 255, np.uint8), matrix, size)[..., None] / 255.0
        ground = self.ground(size)
        if self.rng.random() < 0.4:
            ground = np.asarray(ground * self.rng.uniform(0.15, 0.8), np.uint8)
        return np.asarray(front * mask + ground * (1 - mask), np.uint8), np.asarray(matrix)

    def ground(self, size: tuple[int, int]) -> Image:
        """A patch of a random picture, or a flat tone, of (width, height)."""
        if not self.grounds or self.rng.random() < 0.3:
            tone = (
                [self.rng.randint(0, 255)] * 3
                if self.rng.random() < 0.6
                else [self.rng.randint(0, 255) for _ in range(3)]
            )
            return np.full((size[1], size[0], 3), tone, np.uint8)
        picture = self.rng.choice(self.grounds)
        h, w = picture.shape[:2]
        ph, pw = self.rng.randint(h // 4, h), self.rng.randint(w // 4, w)
        y, x = self.rng.randint(0, h - ph), self.rng.randint(0, w - pw)
        return np.asarray(cv2.resize(picture[y : y + ph, x : x + pw], size), np.uint8)

    def _places(
        self, plate: Plate, matrix: NDArray[np.float64], size: tuple[int, int]
    ) -> tuple[Float, Float]:
        """Centres and sizes of the characters in shares of the crop."""
        h, w = plate.image.shape[:2]
        boxes = np.array(plate.boxes, np.float64) * [w, h, w, h]
        cx, cy, bw, bh = boxes.T
        ends = np.stack([cx, cy, cx - bw / 2, cy, cx + bw / 2, cy, cx, cy - bh / 2, cx, cy + bh / 2], 1)
        moved = cv2.perspectiveTransform(ends.reshape(-1, 1, 2), matrix).reshape(-1, 5, 2) / size
        sizes = np.stack(
            [np.abs(moved[:, 2, 0] - moved[:, 1, 0]), np.abs(moved[:, 4, 1] - moved[:, 3, 1])], 1
        )
        return moved[:, 0].astype(np.float32), sizes.astype(np.float32)

    @staticmethod
    def _inside(places: Float, sizes: Float) -> bool:
        """Whether every character shows at least four fifths of its width and height."""
        edge = 0.3 * sizes
        return bool(np.all(places - edge > 0) and np.all(places + edge < 1))

    @staticmethod
    def _padded(places: Float) -> Float:
        out = np.full((SLOTS, 2), NO_PLACE, np.float32)
        out[: len(places)] = places
        return out

    def _legible(self, widths: Float, heights: Float, blur: float, crop: Image) -> int:
        """From the narrowest characters' pixels against the blur's reach."""
        wide, tall = float(np.median(widths)), float(np.median(heights))
        detail = min(wide / 5.0, tall / 8.0) / (1.0 + 0.55 * blur)
        spread = float(crop.std())
        if detail < 0.42 or spread < 5:
            return UNREADABLE
        return READABLE if detail > 0.85 and spread > 10 else UNSURE

    # Real crops

    def real(self, item: Real) -> Sample:
        """A real crop, moved, turned, recoloured and spoiled, so that a few thousand are not learnt by heart;
        its text stays learnable."""
        crop = self._recut(item, 0.45)
        if self._chance(0.15):
            crop = np.ascontiguousarray(
                crop[..., self.rng.choice(((1, 0, 2), (2, 1, 0), (0, 2, 1), (1, 2, 0)))]
            )
        if self._chance(0.07):
            crop = 255 - crop
        mild = self.rng.random() < 0.55
        crop, _ = self.spoil(crop, mild=mild)
        verdict = READABLE if mild else UNSURE
        return Sample(self.fit(crop), item.text, self._nowhere(), item.region, verdict, True)

    def illegible(self, item: Real) -> Sample:
        """A real crop that people could not read, or that shows no number."""
        crop, _ = self.spoil(self._recut(item, 0.8), mild=True)
        return Sample(self.fit(crop), "", self._nowhere(), None, UNREADABLE, False)

    def ruined(self, item: Real) -> Sample:
        """A real plate made so small and soft that nobody reads it."""
        return self._ruin(self._recut(item, 0.45), max(1, len(item.text)))

    def ruined_render(self, plate: Plate) -> Sample:
        """A rendered plate made so small and soft that nobody reads it."""
        quad, aspect = self._view(plate)
        rect = self._jitter(quad)
        height = max(10, int(160 / aspect * (rect[3] - rect[1]) / (rect[2] - rect[0])))
        crop, _ = self._warp(plate, quad, rect, (160, height))
        return self._ruin(crop, max(1, len(plate.text)))

    def _ruin(self, crop: Image, characters: int) -> Sample:
        """Fewer than three pixels a character, then blur and noise."""
        width = max(6, int(characters * self.rng.uniform(0.9, 2.6)))
        height = max(3, int(width * crop.shape[0] / crop.shape[1]))
        tiny = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
        again = cv2.resize(tiny, (crop.shape[1], crop.shape[0]), interpolation=cv2.INTER_CUBIC)
        out, _ = self.spoil(np.asarray(again, np.uint8), mild=self._chance(0.5))
        return Sample(self.fit(out), "", self._nowhere(), None, UNREADABLE, False)

    def _nowhere(self) -> Float:
        return self._padded(np.zeros((0, 2), np.float32))

    def _recut(self, item: Real, smallest: float) -> Image:
        """The plate as another detector's box, another distance and a slight turn would show it."""
        x1, y1, x2, y2 = item.seen if item.seen and self._chance(0.5) else item.box
        bw, bh = x2 - x1, y2 - y1
        quad = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)
        if self.rng.random() < 0.7:
            quad += self.noise.normal(0, 0.04, (4, 2)).astype(np.float32) * [bw, bh]
        centre = quad.mean(0)
        if self.rng.random() < 0.5:
            quad = (quad - centre) @ _turn(0, 0, self.rng.gauss(0, 0.09))[:2, :2] + centre
        grow = np.array([self.rng.uniform(0.98, 1.3), self.rng.uniform(0.98, 1.35)], np.float32)
        quad = (quad - centre) * grow + centre
        quad += np.array([self.rng.uniform(-0.04, 0.04) * bw, self.rng.uniform(-0.06, 0.06) * bh], np.float32)
        width = int(np.clip(bw * self.rng.uniform(smallest, 1.2), 56, 320))
        height = max(12, int(width * bh / bw * self.rng.uniform(0.85, 1.15)))
        out = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), out)
        image = item.image
        if bw / width > 1.4:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.35 * bw / width), np.uint8)
        border = cv2.BORDER_REPLICATE if self.rng.random() < 0.5 else cv2.BORDER_REFLECT
        crop = cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=border)
        return np.asarray(crop, np.uint8)

    def nothing(self) -> Sample:
        """A crop that shows no plate."""
        width = self._width()
        crop = self.ground((width, max(12, int(width * self.rng.uniform(0.2, 0.7)))))
        crop, _ = self.spoil(crop)
        return Sample(self.fit(crop), "", self._padded(np.zeros((0, 2), np.float32)), None, UNREADABLE, False)

    # Light, lens, sensor, coder

    def spoil(self, crop: Image, mild: bool = False) -> tuple[Image, float]:
        """Light, dirt, blur, noise and compression; also the blur's reach in pixels."""
        share = 0.5 if mild else 1.0
        image = crop.astype(np.float32)
        if self._chance(0.6):
            image = self._light(image)
        if not mild and self._chance(0.3):
            image = self._dirt(image)
        if self._chance(0.25 * share):
            image = self._shadow(image)
        if self._chance(0.12 * share):
            image = self._glare(image)
        image, blur = self._blur(image, mild)
        if self._chance(0.5 * share):
            sigma = abs(self.rng.gauss(0, 8)) + 1
            grain = self.noise.normal(0, sigma, image.shape[:2] + ((3,) if self._chance(0.5) else (1,)))
            image = image + grain.astype(np.float32)
        out = np.clip(image, 0, 255).astype(np.uint8)
        if self._chance(0.12):
            out = np.repeat(out.mean(2, keepdims=True), 3, 2).astype(np.uint8)
        if self._chance(0.6 * share):
            out = self._coded(out, self.rng.randint(40 if mild else 18, 95))
        if self._chance(0.12):
            soft = cv2.GaussianBlur(out, (0, 0), 1.0)
            out = np.asarray(cv2.addWeighted(out, 1.8, soft, -0.8, 0), np.uint8)
        return out, blur

    def _chance(self, p: float) -> bool:
        return self.rng.random() < p

    def _light(self, image: Float) -> Float:
        kind = self.rng.random()
        if kind < 0.5:
            gain, lift = self.rng.uniform(0.5, 1.35), self.rng.uniform(-30, 45)
        elif kind < 0.75:
            gain, lift = self.rng.uniform(0.12, 0.5), self.rng.uniform(0, 35)
        else:
            gain, lift = self.rng.uniform(0.25, 0.7), self.rng.uniform(60, 140)
        cast = self.noise.uniform(0.8, 1.2, 3) if self._chance(0.7) else self.noise.uniform(0.35, 1.3, 3)
        gamma = self.rng.uniform(0.6, 1.7)
        base = 255 * (np.clip(image, 0, 255) / 255) ** gamma
        return np.asarray(base * gain * cast + lift, np.float32)

    def _soft_field(self, shape: tuple[int, int], cells: int) -> Float:
        grid = self.noise.random((max(2, cells // 2), max(2, cells))).astype(np.float32)
        return np.asarray(cv2.resize(grid, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)

    def _dirt(self, image: Float) -> Float:
        field = self._soft_field((image.shape[0], image.shape[1]), self.rng.choice((4, 8, 16, 32)))
        amount = np.clip((field - self.rng.uniform(0.35, 0.8)) * 2, 0, 1)[..., None] * self.rng.uniform(
            0.1, 0.75
        )
        tone = self.noise.uniform(30, 200, 3).astype(np.float32)
        return np.asarray(image * (1 - amount) + tone * amount, np.float32)

    def _shadow(self, image: Float) -> Float:
        h, w = image.shape[:2]
        points = np.array(
            [[self.rng.uniform(-0.5, 1.5) * w, self.rng.uniform(-0.5, 1.5) * h] for _ in range(4)]
        )
        mask = np.zeros((h, w), np.float32)
        cv2.fillPoly(mask, [cv2.convexHull(points.astype(np.int32))], 1.0)
        if self._chance(0.5):
            mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), max(1.0, h * 0.08)), np.float32)
        return np.asarray(image * (1 - mask[..., None] * self.rng.uniform(0.25, 0.75)), np.float32)

    def _glare(self, image: Float) -> Float:
        h, w = image.shape[:2]
        y, x = np.mgrid[0:h, 0:w].astype(np.float32)
        cx, cy, r = self.rng.uniform(0, w), self.rng.uniform(0, h), self.rng.uniform(0.15, 0.8) * h
        blob = np.exp(-(((x - cx) / r / self.rng.uniform(1, 3)) ** 2 + ((y - cy) / r) ** 2))
        return np.asarray(image + blob[..., None] * self.rng.uniform(60, 220), np.float32)

    def _blur(self, image: Float, mild: bool) -> tuple[Float, float]:
        size = 0.0
        if self._chance(0.2 if mild else 0.45):
            sigma = abs(self.rng.gauss(0, 0.5 if mild else 0.9)) + 0.2
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)
            size = sigma
        if self._chance(0.06 if mild else 0.18):
            length = self.rng.randint(2, 4 if mild else 8)
            kernel = np.zeros((length * 2 + 1,) * 2, np.float32)
            a = self.rng.gauss(0, 0.5)
            d = (int(np.cos(a) * length / 2 * 1.99), int(np.sin(a) * length / 2 * 1.99))
            cv2.line(kernel, (length - d[0], length - d[1]), (length + d[0], length + d[1]), 1.0)
            image = np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.float32)
            size = max(size, length / 2.5)
        return image, size

    @staticmethod
    def _coded(image: Image, quality: int) -> Image:
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)

    def fit(self, crop: Image) -> Image:
        """The crop stretched to READER_SIZE, as the appliance does it (some by other filters)."""
        height, width = READER_SIZE
        mode = self.rng.choice((cv2.INTER_LINEAR, cv2.INTER_LINEAR, cv2.INTER_AREA, cv2.INTER_CUBIC))
        return np.asarray(cv2.resize(crop, (width, height), interpolation=mode), np.uint8)


def _turn(yaw: float, pitch: float, roll: float) -> Float:
    cy, sy, cp, sp, cr, sr = (
        np.cos(yaw),
        np.sin(yaw),
        np.cos(pitch),
        np.sin(pitch),
        np.cos(roll),
        np.sin(roll),
    )
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x @ about_y, np.float32)
