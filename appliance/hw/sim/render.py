"""The camera's picture of the world at one moment: vehicles in perspective, light, rain and noise."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .air import Air
from .bodies import FOOT_M, GAINS, Front, lit, paint_front
from .lens import CAMERA_M, Lens
from .plan import Behaviour, Light, VisitPlan, Weather
from .plates import Image
from .scene import paint_scene
from .site import BEAM_M
from .world import SceneView, VehicleView

# Seconds that the shutter is open; plate cameras keep it short.
_EXPOSURES: dict[Light, float] = {Light.DAY: 0.002, Light.DUSK: 0.006, Light.NIGHT: 0.010}
# Blur of the lens in pixels (sigma); it grows as the aperture opens.
_SOFTNESS: dict[Light, float] = {Light.DAY: 0.6, Light.DUSK: 0.8, Light.NIGHT: 1.0}
_KEPT_FRONTS = 6
_PIVOT = (-2.0, 1.0)
_ARM_M = 4.2
_STRIPE_M = 0.42
_ARM_HALF_M = 0.045
_LAMPS = (-0.76, 0.76)
_LAMP_SHARE = 0.68


class Renderer:
    """Renders SceneViews as `lens.height` x `lens.width` BGR pictures; same view and number, same picture."""

    def __init__(self, lens: Lens, seed: int, parked_plate: str) -> None:
        self._lens = lens
        self._seed = seed
        self._parked_plate = parked_plate
        self._air = Air(lens, seed)
        self._front = lru_cache(maxsize=_KEPT_FRONTS)(self._paint_front)
        self._scene = lru_cache(maxsize=None)(self._paint_scene)

    def render(self, view: SceneView, number: int) -> Image:
        """The picture number `number`, which chooses the noise."""
        picture: Image = self._scene(view.light, view.weather).copy()
        for vehicle in view.vehicles:
            if self._lens.visible(vehicle.near_m):
                self._draw_vehicle(picture, vehicle, view.light)
        self._draw_arm(picture, view.arm_angle, GAINS[view.light])
        if view.walker is not None:
            self._draw_walker(picture, view.walker, GAINS[view.light])
        self._air.fill(picture, view.light, view.weather, number)
        return picture

    def _paint_front(self, visit: VisitPlan, light: Light) -> Front:
        return paint_front(visit, light, self._seed, rear=visit.behaviour is Behaviour.EXIT)

    def _paint_scene(self, light: Light, weather: Weather) -> Image:
        return paint_scene(self._lens, light, weather, self._parked_plate, self._seed)

    # -- vehicles ----------------------------------------------------------------------------------

    def _draw_vehicle(self, picture: Image, vehicle: VehicleView, light: Light) -> None:
        front = self._front(vehicle.plan, light)
        self._draw_shadow(picture, vehicle, front)
        self._draw_cabin(picture, vehicle, front, GAINS[light])
        self._draw_front(picture, vehicle, front, light)
        if light is not Light.DAY and vehicle.plan.behaviour is not Behaviour.EXIT:
            self._draw_glare(picture, vehicle, front)

    def _draw_shadow(self, picture: Image, vehicle: VehicleView, front: Front) -> None:
        half, at = front.shape.width_m / 2 + 0.12, vehicle.plan.lateral_m
        near, far = vehicle.near_m - 0.25, vehicle.near_m + vehicle.length_m
        ground = ((at - half, far), (at + half, far), (at + half, near), (at - half, near))
        corners = self._pixels([(a, 0.0, along) for a, along in ground])
        x, y, w, h = _clipped(corners, picture)
        if w <= 0 or h <= 0:
            return
        area = picture[y : y + h, x : x + w]
        mask = np.zeros((h, w), np.uint8)
        cv2.fillConvexPoly(mask, corners - (x, y), 255)
        cv2.copyTo((area // 2), mask, area)

    def _draw_cabin(self, picture: Image, vehicle: VehicleView, front: Front, gain: float) -> None:
        """Side, bonnet, roof and windscreen as planes of one colour behind the front."""
        shape, at, near = front.shape, vehicle.plan.lateral_m, vehicle.near_m
        half, back, screen = shape.width_m / 2, near + vehicle.length_m, near + shape.bonnet_m
        top, nose, roof = half * 0.8, shape.nose_m, shape.roof_m
        shaded, glass = lit(front.colour, 0.7), lit((70, 62, 52), gain)
        planes = (
            (shaded, ((half, nose, near), (half, nose, back), (half, 0.25, back), (half, 0.25, near))),
            (
                shaded,
                ((half, nose, screen), (top, roof, screen + 0.5), (top, roof, back), (half, nose, back)),
            ),
            (
                front.colour,
                ((-half, nose, near), (-half, nose, screen), (half, nose, screen), (half, nose, near)),
            ),
            (
                glass,
                (
                    (-half, nose, screen),
                    (-top, roof, screen + 0.5),
                    (top, roof, screen + 0.5),
                    (half, nose, screen),
                ),
            ),
        )
        for colour, corners in planes:
            pixels = self._pixels([(at + a, up, along) for a, up, along in corners])
            cv2.fillConvexPoly(picture, pixels, colour, cv2.LINE_AA)

    def _draw_front(self, picture: Image, vehicle: VehicleView, front: Front, light: Light) -> None:
        scale = self._lens.scale(vehicle.near_m)
        texture = front.level(scale)
        corners = self._front_corners(vehicle, front)
        x, y, w, h = _clipped(np.round(corners).astype(np.int32), picture)
        if w <= 0 or h <= 0:
            return
        height, width = texture.shape[:2]
        source = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
        target = (corners - (x, y)).astype(np.float32)
        warp = cv2.getPerspectiveTransform(source, target)
        drawn = cv2.warpPerspective(
            texture, warp, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        mask = np.zeros((h, w), np.uint8)
        cv2.fillConvexPoly(mask, np.round(target).astype(np.int32), 255)
        area = picture[y : y + h, x : x + w]
        cv2.copyTo(drawn, mask, area)
        self._smear(area, vehicle, light)

    def _front_corners(self, vehicle: VehicleView, front: Front) -> NDArray[np.float64]:
        """Pixels of the front's corners, clockwise from top left; a yawed front has unequal depths."""
        half, at = front.shape.width_m / 2, vehicle.plan.lateral_m
        turn = np.deg2rad(vehicle.plan.yaw_deg)
        across, along = half * np.cos(turn), half * np.sin(turn)
        left, right = vehicle.near_m - along, vehicle.near_m + along
        places = (
            (at - across, front.shape.nose_m, left),
            (at + across, front.shape.nose_m, right),
            (at + across, FOOT_M, right),
            (at - across, FOOT_M, left),
        )
        return np.array([self._lens.project(*p) for p in places])

    def _smear(self, area: Image, vehicle: VehicleView, light: Light) -> None:
        """Motion blur (how far the front's foot moves while the shutter is open), and the lens's own."""
        depth = vehicle.near_m + CAMERA_M
        pace = self._lens.focal * 1.1 * abs(vehicle.speed_mps) / depth**2
        length = round(pace * _EXPOSURES[light])
        if length >= 1:
            cv2.blur(area, (1, length + 1), dst=area)
        cv2.GaussianBlur(area, (5, 5), _SOFTNESS[light], dst=area)

    def _draw_glare(self, picture: Image, vehicle: VehicleView, front: Front) -> None:
        for share in _LAMPS:
            across = vehicle.plan.lateral_m + share * front.shape.width_m / 2
            up = FOOT_M + (front.shape.nose_m - FOOT_M) * _LAMP_SHARE
            centre = self._lens.project(across, up, vehicle.near_m)
            self._air.glare(picture, centre, self._lens.scale(vehicle.near_m) * 0.55)

    # -- arm and people ----------------------------------------------------------------------------

    def _draw_arm(self, picture: Image, angle: float, gain: float) -> None:
        turn = np.deg2rad(angle)
        along_x, along_y = float(np.cos(turn)), float(np.sin(turn))
        for stripe in range(round(_ARM_M / _STRIPE_M)):
            start, end = stripe * _STRIPE_M, (stripe + 1) * _STRIPE_M
            corners = [
                (
                    _PIVOT[0] + reach * along_x - side * along_y,
                    _PIVOT[1] + reach * along_y + side * along_x,
                    0.0,
                )
                for reach, side in (
                    (start, _ARM_HALF_M),
                    (end, _ARM_HALF_M),
                    (end, -_ARM_HALF_M),
                    (start, -_ARM_HALF_M),
                )
            ]
            colour = (40, 40, 190) if stripe % 2 else (225, 225, 225)
            cv2.fillConvexPoly(picture, self._pixels(corners), lit(colour, gain), cv2.LINE_AA)

    def _draw_walker(self, picture: Image, share: float, gain: float) -> None:
        across = -2.2 + 4.4 * share
        x, head = self._lens.project(across, 1.7, BEAM_M)
        half = self._lens.scale(BEAM_M) * 0.22
        foot = picture.shape[0] - 1
        cloth = lit((70, 50, 45), max(gain, 0.25))
        cv2.rectangle(picture, (round(x - half), round(head + half)), (round(x + half), foot), cloth, -1)
        cv2.circle(
            picture, (round(x), round(head + half / 2)), round(half / 2), lit((130, 150, 190), gain), -1
        )

    def _pixels(self, places: list[tuple[float, float, float]]) -> NDArray[np.int32]:
        return np.array([[round(v) for v in self._lens.project(*p)] for p in places], np.int32)


def _clipped(corners: NDArray[np.int32], picture: Image) -> tuple[int, int, int, int]:
    """x, y, width and height of the corners' bounding box inside the picture."""
    height, width = picture.shape[:2]
    x1, y1 = np.maximum(corners.min(axis=0), 0)
    x2, y2 = np.minimum(corners.max(axis=0) + 1, (width, height))
    return int(x1), int(y1), int(x2 - x1), int(y2 - y1)
