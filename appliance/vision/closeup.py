"""The vehicles and faces of one picture seen closer: their looks, and whether a face is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from ..sight import AnyPicture, Detection, Looks
from .base import BaseDescriber, BaseFaceReader, FaceLook
from .looks import LEAST_PX

# A face of fewer pixels is nobody's: recognition and liveness would be guesses.
_LEAST_FACE_PX = 24.0
# Largest first; a car park or a crowd must not hold a picture up.
_MOST = 8


@dataclass(frozen=True, slots=True)
class VehicleSeen:
    """A vehicle, and its looks where it is large enough."""

    detection: Detection
    looks: Looks | None


@dataclass(frozen=True, slots=True)
class FaceSeen:
    """A face, and what it shows where it is large enough."""

    detection: Detection
    look: FaceLook | None


@dataclass(frozen=True, slots=True)
class Closeup:
    """Vehicles and faces in the order in which they were given. Times in seconds."""

    vehicles: tuple[VehicleSeen, ...]
    faces: tuple[FaceSeen, ...]
    describe_s: float
    faces_s: float


@dataclass(frozen=True, slots=True)
class Closer:
    """Who looks closer; without a describer or a face reader the answers are None."""

    describer: BaseDescriber | None
    faces: BaseFaceReader | None

    def look(
        self,
        picture: AnyPicture,
        vehicles: tuple[Detection, ...],
        faces: tuple[Detection, ...],
        *,
        timer: Callable[[], float] = perf_counter,
    ) -> Closeup:
        """Look at the largest of both. Raises EngineFailed."""
        start = timer()
        worth = _largest(vehicles, LEAST_PX)
        looks = self._described(picture, worth)
        described = tuple(VehicleSeen(vehicle, looks.get(vehicle)) for vehicle in vehicles)
        halfway = timer()
        worth = _largest(faces, _LEAST_FACE_PX)
        seen = self._looked(picture, worth)
        looked = tuple(FaceSeen(face, seen.get(face)) for face in faces)
        return Closeup(described, looked, halfway - start, timer() - halfway)

    def _described(self, picture: AnyPicture, vehicles: tuple[Detection, ...]) -> dict[Detection, Looks]:
        if self.describer is None:
            return {}
        looks = self.describer.describe_many([(picture, vehicle.box) for vehicle in vehicles])
        return dict(zip(vehicles, looks))

    def _looked(self, picture: AnyPicture, faces: tuple[Detection, ...]) -> dict[Detection, FaceLook]:
        return {} if self.faces is None else dict(zip(faces, self.faces.look_many(picture, faces)))


def _largest(found: tuple[Detection, ...], least_px: float) -> tuple[Detection, ...]:
    enough = [one for one in found if one.box.width >= least_px]
    return tuple(sorted(enough, key=lambda one: -one.box.area)[:_MOST])
