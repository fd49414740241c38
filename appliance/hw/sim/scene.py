"""The picture without vehicles: sky, road, verge, signs with text, and a car that always parks there."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .bodies import GAINS, lit
from .lens import Lens
from .plan import Light, Weather
from .plates import Colour, Image, Region, blend, paint_plate, shrink, text_mask

_SKIES: dict[Light, tuple[Colour, Colour]] = {
    Light.DAY: ((230, 190, 150), (235, 225, 215)),
    Light.DUSK: ((110, 80, 90), (95, 120, 190)),
    Light.NIGHT: ((28, 20, 16), (40, 32, 28)),
}
_GRASS: Colour = (62, 105, 84)
_ASPHALT: Colour = (98, 98, 96)
_PAINT: Colour = (215, 218, 220)
_FAR_M = 120.0
# Half the width of the lane.
_LANE_M = 1.9
_STOP_LINE_M = 3.4
# Text, metres right of the lane, above the road and before the arm; far ones first.
_SIGNS: tuple[tuple[str, float, float, float], ...] = (
    ("PRIVATE", 3.6, 0.8, 20.0),
    ("GATE 2", -4.6, 1.0, 17.0),
    ("P 24H", 2.15, 0.75, 10.0),
)
# Where the parked car stands: metres right of the lane, metres before the arm.
_PARKED_M = (-3.3, 19.0)


def paint_scene(lens: Lens, light: Light, weather: Weather, parked_plate: str, seed: int) -> Image:
    """The empty scene, BGR."""
    rng = np.random.default_rng((seed, 4))
    picture = _sky(lens, light)
    gain = GAINS[light]
    _ground(picture, lens, _GRASS, 40.0, gain)
    _ground(picture, lens, _ASPHALT, _LANE_M, gain * (0.72 if weather is Weather.RAIN else 1.0))
    _roughen(picture, lens, rng, gain)
    _markings(picture, lens, gain)
    _post(picture, lens, gain)
    for text, across, up, along in _SIGNS:
        _sign(picture, lens, (across, up, along), text, gain)
    _parked(picture, lens, parked_plate, gain, rng)
    return picture


def _sky(lens: Lens, light: Light) -> Image:
    top, low = (np.array(c, np.float32) for c in _SKIES[light])
    share = np.clip(np.linspace(0.0, 3.0, lens.height, dtype=np.float32), 0.0, 1.0)[:, None, None]
    rows = top * (1 - share) + low * share
    return np.ascontiguousarray(np.broadcast_to(rows, (lens.height, lens.width, 3))).astype(np.uint8)


def _ground(picture: Image, lens: Lens, colour: Colour, half_m: float, gain: float) -> None:
    quad = [(-half_m, _FAR_M), (half_m, _FAR_M), (half_m, -1.4), (-half_m, -1.4)]
    corners = [lens.project(across, 0.0, along) for across, along in quad]
    cv2.fillConvexPoly(picture, np.array(corners, np.int32), lit(colour, gain), cv2.LINE_AA)


def _roughen(picture: Image, lens: Lens, rng: np.random.Generator, gain: float) -> None:
    """Stones, blades and stains, so that nothing is one flat colour."""
    top = round(lens.height * 0.15)
    shape = (lens.height - top, lens.width)
    fine = rng.normal(0.0, 7.0 * gain, shape)
    coarse = cv2.resize(rng.normal(0.0, 9.0 * gain, (12, 20)), (lens.width, shape[0]))
    ground = picture[top:].astype(np.float32) + (fine + coarse)[:, :, None]
    picture[top:] = np.clip(ground, 0, 255).astype(np.uint8)


def _markings(picture: Image, lens: Lens, gain: float) -> None:
    paint = lit(_PAINT, gain)
    for side in (-_LANE_M, _LANE_M):
        edge = [(side - 0.06, 60.0), (side + 0.06, 60.0), (side + 0.06, -1.4), (side - 0.06, -1.4)]
        cv2.fillConvexPoly(picture, _quad(lens, edge), paint, cv2.LINE_AA)
    near, far = _STOP_LINE_M - 0.15, _STOP_LINE_M + 0.15
    stop = [(-_LANE_M, far), (_LANE_M, far), (_LANE_M, near), (-_LANE_M, near)]
    cv2.fillConvexPoly(picture, _quad(lens, stop), paint, cv2.LINE_AA)


def _quad(lens: Lens, ground: list[tuple[float, float]]) -> NDArray[np.int32]:
    corners = [lens.project(across, 0.0, along) for across, along in ground]
    return np.array(corners, np.int32)


def _post(picture: Image, lens: Lens, gain: float) -> None:
    """The post in which the arm rests, on the right."""
    corners = [lens.project(a, u, 0.6) for a, u in ((2.1, 1.1), (2.3, 1.1), (2.3, 0.0), (2.1, 0.0))]
    cv2.fillConvexPoly(picture, np.array(corners, np.int32), lit((40, 170, 225), gain), cv2.LINE_AA)


def _sign(picture: Image, lens: Lens, at: tuple[float, float, float], text: str, gain: float) -> None:
    across, up, along = at
    scale = lens.scale(along)
    mask = text_mask(text, max(6, round(0.14 * scale)), weight=700)
    x, y = (round(v) for v in lens.project(across, up, along))
    margin = round(0.06 * scale)
    height, width = mask.shape
    low = round(lens.project(across, 0.0, along)[1])
    face, ink = lit((215, 215, 210), gain), lit((120, 40, 20), gain)
    cv2.rectangle(picture, (x - margin // 2, y), (x + margin // 2, low), lit((90, 90, 90), gain), -1)
    left, top = x - width // 2, y - height // 2
    cv2.rectangle(
        picture, (left - margin, top - margin), (left + width + margin, top + height + margin), face, -1
    )
    area = picture[max(0, top) : top + height, max(0, left) : min(lens.width, left + width)]
    blend(area, mask[: area.shape[0], : area.shape[1]], ink)


def _parked(picture: Image, lens: Lens, plate: str, gain: float, rng: np.random.Generator) -> None:
    """A car on the verge. Its plate is on the owner's list, and never a reason to open."""
    across, along = _PARKED_M
    body, glass = lit((120, 100, 60), gain), lit((50, 50, 45), gain)
    for low, high, half, colour in ((0.2, 0.85, 0.88, body), (0.85, 1.4, 0.7, glass)):
        a = lens.project(across - half, high, along)
        b = lens.project(across + half, low, along)
        cv2.rectangle(picture, (round(a[0]), round(a[1])), (round(b[0]), round(b[1])), colour, -1)
    face = paint_plate(plate, Region.EU, 400.0, rng, 0.0)
    scale = lens.scale(along)
    small = shrink(face, round(0.52 * scale), round(0.11 * scale))
    x, y = (round(v) for v in lens.project(across - 0.26, 0.56, along))
    area = picture[y : y + small.shape[0], x : x + small.shape[1]]
    area[:] = (small[: area.shape[0], : area.shape[1]] * max(gain, 0.4)).astype(np.uint8)
