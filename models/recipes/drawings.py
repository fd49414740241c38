"""The golden pictures: drawn, so that they may be shipped, and in the size that their net takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

PLATES = {
    "plate_us": ("us", "4QZT582", 5),
    "plate_eu": ("eu", "WL-582-XB", 3),
    "plate_br": ("br_old", "KZT-4903", 4),
}
"""Name of the picture -> family of the layout, text, seed."""


def plate(name: str, fonts: Path) -> Image:
    """A rendered plate, 64 x 192 RGB."""
    # The renderer needs Pillow, which the drawings without letters do not.
    from models.recipes.plates import Renderer

    family, text, seed = PLATES[name]
    image = Renderer(fonts, seed).of(family, text).image
    image = np.asarray(cv2.resize(image, (192, 64), interpolation=cv2.INTER_AREA), np.uint8)
    return _soft(image, 0.6)


def car_rear(fonts: Path) -> Image:
    """A drawn car from behind with a plate on it, 312 x 416 RGB."""
    from models.recipes.plates import Renderer

    image = np.zeros((312, 416, 3), np.uint8)
    image[:170] = np.linspace((150, 180, 215), (205, 215, 225), 170).astype(np.uint8)[:, None]
    image[170:] = np.linspace((120, 120, 118), (85, 85, 86), 142).astype(np.uint8)[:, None]
    _car(image)
    number = Renderer(fonts, PLATES["plate_us"][2]).of(*PLATES["plate_us"][:2]).image
    image[175:217, 166:250] = cv2.resize(number, (84, 42), interpolation=cv2.INTER_AREA)
    return _soft(image, 0.7)


def _car(image: Image) -> None:
    body, dark, glass = (150, 30, 35), (25, 25, 28), (60, 75, 85)
    cv2.ellipse(image, (208, 276), (150, 14), 0, 0, 360, (50, 50, 50), -1, cv2.LINE_AA)
    for x in (92, 284):
        cv2.rectangle(image, (x, 232), (x + 40, 278), dark, -1)
    roof = np.array([[130, 92], [286, 92], [322, 160], [94, 160]])
    cv2.fillPoly(image, [roof], body, cv2.LINE_AA)
    pane = np.array([[142, 102], [274, 102], [302, 154], [114, 154]])
    cv2.fillPoly(image, [pane], glass, cv2.LINE_AA)
    cv2.rectangle(image, (78, 158), (338, 226), body, -1)
    cv2.rectangle(image, (74, 220), (342, 258), (115, 24, 28), -1)
    for x in (82, 300):
        cv2.rectangle(image, (x, 166), (x + 34, 196), (225, 60, 50), -1)
        cv2.rectangle(image, (x + 4, 188), (x + 30, 194), (250, 210, 170), -1)
    cv2.line(image, (118, 206), (298, 206), (110, 20, 24), 2, cv2.LINE_AA)
    cv2.rectangle(image, (158, 172), (258, 220), (90, 16, 20), -1)


def vehicle() -> Image:
    """The drawn car alone, 96 x 128 RGB."""
    image = np.full((312, 416, 3), (150, 158, 164), np.uint8)
    image[170:] = (104, 104, 104)
    _car(image)
    crop = np.ascontiguousarray(image[85:287, 62:354])
    return _soft(np.asarray(cv2.resize(crop, (128, 96), interpolation=cv2.INTER_AREA), np.uint8), 0.4)


_EYES, _NOSE, _MOUTH = (
    ((0.3419, 0.4616), (0.6565, 0.4598)),
    (0.5002, 0.6405),
    ((0.37, 0.825), (0.631, 0.8235)),
)
"""Where the face template has its five points, in shares of the aligned crop."""


def face(side: int, scale: float) -> Image:
    """A drawn face that nobody has, side x side RGB; `scale` 1 fills the crop as an aligned face does."""
    big = 4 * side
    image = np.full((big, big, 3), (96, 112, 128), np.uint8)
    image[:] = np.linspace((120, 132, 142), (84, 96, 112), big).astype(np.uint8)[:, None]

    def at(point: tuple[float, float]) -> tuple[int, int]:
        return tuple(round(big * (0.5 + (v - 0.5) * scale)) for v in point)  # type: ignore[return-value]

    def px(share: float) -> int:
        return max(1, round(big * share * scale))

    ellipses = (
        ((0.5, 1.35), (0.52, 0.42), (58, 66, 92)),
        ((0.5, 0.98), (0.2, 0.3), (176, 130, 108)),
        ((0.5, 0.42), (0.5, 0.58), (52, 38, 30)),
        ((0.5, 0.56), (0.42, 0.53), (206, 160, 134)),
        ((0.34, 0.66), (0.1, 0.09), (214, 158, 138)),
        ((0.66, 0.66), (0.1, 0.09), (200, 146, 126)),
        ((_NOSE[0], _NOSE[1] - 0.06), (0.045, 0.12), (192, 146, 120)),
        (_NOSE, (0.075, 0.045), (184, 134, 110)),
    )
    for centre, axes, colour in ellipses:
        cv2.ellipse(image, at(centre), (px(axes[0]), px(axes[1])), 0, 0, 360, colour, -1, cv2.LINE_AA)
    for eye in _EYES:
        x, y = eye
        cv2.ellipse(
            image, at((x, y - 0.1)), (px(0.1), px(0.03)), 0, 180, 360, (66, 46, 36), px(0.022), cv2.LINE_AA
        )
        cv2.ellipse(image, at(eye), (px(0.075), px(0.036)), 0, 0, 360, (236, 232, 226), -1, cv2.LINE_AA)
        cv2.circle(image, at(eye), px(0.034), (70, 86, 60), -1, cv2.LINE_AA)
        cv2.circle(image, at(eye), px(0.016), (16, 14, 14), -1, cv2.LINE_AA)
        cv2.ellipse(image, at(eye), (px(0.08), px(0.042)), 0, 180, 360, (88, 60, 48), px(0.014), cv2.LINE_AA)
    middle = ((_MOUTH[0][0] + _MOUTH[1][0]) / 2, _MOUTH[0][1])
    half = (_MOUTH[1][0] - _MOUTH[0][0]) / 2
    cv2.ellipse(image, at(middle), (px(half), px(0.05)), 0, 0, 360, (176, 90, 86), -1, cv2.LINE_AA)
    cv2.line(image, at(_MOUTH[0]), at(_MOUTH[1]), (120, 54, 54), px(0.012), cv2.LINE_AA)
    return np.asarray(cv2.resize(_soft(image, 4.0), (side, side), interpolation=cv2.INTER_AREA), np.uint8)


WITHOUT_FONTS: Mapping[str, Callable[[], Image]] = {
    "vehicle_rear": vehicle,
    "face_crop": lambda: face(64, 0.75),
    "face_aligned": lambda: face(112, 1.0),
    "face_wide": lambda: face(80, 0.42),
}
"""Name of the picture -> what draws it, for the nets that read no letters."""


def _soft(image: Image, sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def save(image: Image, path: Path) -> None:
    """RGB picture as PNG."""
    cv2.imwrite(str(path), image[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
