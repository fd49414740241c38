"""What a camera shows of its gate: region of interest and veto zone, in pixels of its frames."""

from __future__ import annotations

from ..config.schema import Camera
from ..sight import Box, Detection
from .area import Point, around, clipped, covered, scaled

# Of the frame's width, around the ROI: a plate on its border is seen whole.
_MARGIN = 0.04
# A plate nearer to the edge of the view may be cut, and a part of a number is another number.
_EDGE_PX = 2.0


class View:
    """The polygons of a camera in pixels of its frames. `area` is where the detector looks."""

    def __init__(self, camera: Camera, width: int, height: int) -> None:
        self.size = (width, height)
        self._roi: tuple[Point, ...] = scaled(camera.roi, width, height)
        self._zone: tuple[Point, ...] = scaled(camera.veto_zone or camera.roi, width, height)
        self.area = clipped(around((self._roi, self._zone), _MARGIN * width), width, height)

    def in_roi(self, box: Box) -> bool:
        """Most of the box is in the ROI."""
        return covered(box, self._roi) >= 0.5

    def in_zone(self, box: Box) -> bool:
        """Any of the box is in the veto zone."""
        return covered(box, self._zone) > 0.0

    def whole(self, plate: Detection) -> bool:
        """The plate is not cut by the edge of what the detector saw."""
        box, area = plate.box, self.area
        across = area.x1 + _EDGE_PX <= box.x1 and box.x2 <= area.x2 - _EDGE_PX
        return across and area.y1 + _EDGE_PX <= box.y1 and box.y2 <= area.y2 - _EDGE_PX
