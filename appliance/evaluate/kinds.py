"""What labels and detections are of, in the three families that a detector is scored on."""

from __future__ import annotations

from collections.abc import Mapping

from ..sight import VEHICLES, Kind

PLATE, FACE, VEHICLE = "plate", "face", "vehicle"

FAMILIES: Mapping[str, str] = {
    str(Kind.PLATE): PLATE,
    str(Kind.FACE): FACE,
    **{str(kind): VEHICLE for kind in VEHICLES},
}
"""Class of a label -> family: a van that is called a car is found all the same."""
