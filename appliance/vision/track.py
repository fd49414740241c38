"""Tracking by ByteTrack's association (Zhang et al., 2022) with buffered boxes (Yang et al., 2023).

Sure detections are matched to the predicted tracks first, unsure ones to those left over. A plate is
small and moves by more than itself between two frames, so boxes are grown before they are compared,
by a part of their width and more the longer ago the track was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import lap
import numpy as np

from ..sight import VEHICLES, Box, Detection, Direction, Kind
from .kalman import BoxFilter

_BUFFER = 0.4
# Of the box's width: at 15 frames a second half of it, at 2 frames a second all of it.
_BUFFER_PER_S = 1.2
_LEAST_MATCH = 0.1
_UNSURE_MATCH = 0.25
# Growth of the box that tells towards from away; less is the detector's wavering.
_GROWTH = 1.12
# Share of a new box's width in the smoothed width.
_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Sighting:
    """One vehicle in one frame: its box, and its plate where one was found."""

    kind: Kind
    score: float
    box: Box
    plate: Detection | None


def sightings(found: Sequence[Detection]) -> tuple[Sighting, ...]:
    """Vehicles with the plates that lie in them; a plate in no vehicle stands for one."""
    plates = [d for d in found if d.kind is Kind.PLATE]
    seen: list[Sighting] = []
    for vehicle in sorted((d for d in found if d.kind in VEHICLES), key=lambda d: d.box.area):
        plate = max((p for p in plates if _inside(p.box, vehicle.box)), key=_score, default=None)
        plates = [p for p in plates if p is not plate]
        # A plate that is surely there makes its vehicle as sure.
        score = max(vehicle.score, _score(plate) if plate else 0.0)
        seen.append(Sighting(vehicle.kind, score, vehicle.box, plate))
    return (*seen, *(Sighting(Kind.VEHICLE, p.score, p.box, p) for p in plates))


def _score(detection: Detection) -> float:
    return detection.score


def _inside(plate: Box, vehicle: Box) -> bool:
    x, y = plate.centre
    return vehicle.x1 <= x <= vehicle.x2 and vehicle.y1 <= y <= vehicle.y2


class Tracked:
    """One vehicle that the tracker follows."""

    def __init__(self, track_id: int, sighting: Sighting, now_s: float) -> None:
        self.id = track_id
        self.first_s = now_s
        self.direction = Direction.UNKNOWN
        self._start(sighting, now_s)

    def _start(self, sighting: Sighting, now_s: float) -> None:
        self.kind = sighting.kind
        self.plate = sighting.plate
        self.last_s = now_s
        self._whole = BoxFilter(sighting.box)
        self._plate = BoxFilter(sighting.plate.box) if sighting.plate else None
        self._measure(sighting)

    @property
    def box(self) -> Box:
        return self._whole.box

    @property
    def plate_box(self) -> Box | None:
        return self._plate.box if self._plate else None

    def predict(self, dt_s: float) -> None:
        self._whole.predict(dt_s)
        if self._plate:
            self._plate.predict(dt_s)

    def scale(self, across: float, down: float) -> None:
        """Go over to pixels of another size. How fast it moves is learnt anew."""
        plate = self.plate
        if plate is not None:
            corners = tuple((x * across, y * down) for x, y in plate.corners)
            plate = replace(plate, box=_scaled(plate.box, across, down), corners=corners)
        whole = _scaled(self.box, across, down)
        self._start(Sighting(self.kind, 1.0, whole, plate), self.last_s)

    def likeness(self, sighting: Sighting, now_s: float) -> float:
        """Overlap of grown boxes, of the whole or of the plates, whichever fits better; 0 to 1."""
        buffer = _BUFFER + _BUFFER_PER_S * (now_s - self.last_s)
        whole = _overlap(self.box, sighting.box, buffer)
        if self._plate is None or sighting.plate is None:
            return whole
        return max(whole, _overlap(self._plate.box, sighting.plate.box, buffer))

    def take(self, sighting: Sighting, now_s: float) -> None:
        """Go on with what was seen now."""
        if (sighting.kind is Kind.VEHICLE) != (self.kind is Kind.VEHICLE):
            # A plate alone became a whole vehicle or the other way: the boxes are not comparable.
            self._start(sighting, now_s)
            return
        self._whole.correct(sighting.box)
        self._correct_plate(sighting)
        same_measure = (sighting.plate is None) == (self.plate is None)
        self.kind, self.plate, self.last_s = sighting.kind, sighting.plate, now_s
        if not same_measure:
            self._measure(sighting)
            return
        self._width += _WEIGHT * (_scale(sighting) - self._width)
        self._turn()

    def _measure(self, sighting: Sighting) -> None:
        """Begin to follow the size anew; what is known of the direction stays."""
        self._width = self._mark = _scale(sighting)

    def _correct_plate(self, sighting: Sighting) -> None:
        if sighting.plate is None:
            self._plate = None
        elif self._plate is None:
            self._plate = BoxFilter(sighting.plate.box)
        else:
            self._plate.correct(sighting.plate.box)

    def _turn(self) -> None:
        """Direction changes only after clear growth or shrinking since the last change."""
        if self._width > self._mark * _GROWTH:
            self.direction, self._mark = Direction.TOWARDS, self._width
        elif self._width < self._mark / _GROWTH:
            self.direction, self._mark = Direction.AWAY, self._width


def _scaled(box: Box, across: float, down: float) -> Box:
    return Box(box.x1 * across, box.y1 * down, box.x2 * across, box.y2 * down)


def _scale(sighting: Sighting) -> float:
    """The size that tells the distance: a plate's outline is sharper than a vehicle's."""
    box = sighting.plate.box if sighting.plate else sighting.box
    return max(1.0, box.width)


def _overlap(one: Box, other: Box, share: float) -> float:
    """Intersection over union of both boxes, each grown on all sides by `share` of its width."""
    by, also = share * one.width, share * other.width
    across = min(one.x2 + by, other.x2 + also) - max(one.x1 - by, other.x1 - also)
    down = min(one.y2 + by, other.y2 + also) - max(one.y1 - by, other.y1 - also)
    if across <= 0 or down <= 0:
        return 0.0
    shared, first = across * down, (one.width + 2 * by) * (one.height + 2 * by)
    return shared / (first + (other.width + 2 * also) * (other.height + 2 * also) - shared)


class Tracker:
    """Follows the vehicles of one camera. `next_id` never gives a number twice in a process.

    What is seen for the first time is tentative: it becomes a track with the next frame that shows it
    too, else it is forgotten. A flash of rain or the arm itself is no vehicle.
    """

    def __init__(self, next_id: Callable[[], int], sure: float, lost_s: float) -> None:
        self._next_id = next_id
        self._sure = sure
        self._lost_s = lost_s
        self._seen_s: float | None = None
        self.tracks: list[Tracked] = []
        self._tentative: list[Tracked] = []

    @property
    def undecided(self) -> bool:
        """Something new was seen once: another look soon would tell what it is."""
        return bool(self._tentative)

    def update(self, found: Sequence[Detection], now_s: float) -> list[Tracked]:
        """Take in one frame captured at `now_s`. Returns the tracks that ended."""
        known = [*self.tracks, *self._tentative]
        for track in known:
            track.predict(max(0.0, now_s - (self._seen_s if self._seen_s is not None else now_s)))
        self._seen_s = now_s
        seen = sightings(found)
        sure = [s for s in seen if s.score >= self._sure]
        unsure = [s for s in seen if s.score < self._sure]
        tracks, new = _associate(known, sure, _LEAST_MATCH, now_s)
        _associate(tracks, unsure, _UNSURE_MATCH, now_s)
        self.tracks += [track for track in self._tentative if track.last_s == now_s]
        self._tentative = [Tracked(self._next_id(), sighting, now_s) for sighting in new]
        return self.expire(now_s)

    def expire(self, now_s: float) -> list[Tracked]:
        """End the tracks unseen for too long, also where no frames come. Returns them."""
        gone = [t for t in self.tracks if now_s - t.last_s > self._lost_s]
        self.tracks = [t for t in self.tracks if now_s - t.last_s <= self._lost_s]
        return gone

    def scale(self, across: float, down: float) -> None:
        """What follows has so many times the pixels of what was seen."""
        for track in (*self.tracks, *self._tentative):
            track.scale(across, down)

    def renew(self, track: Tracked, now_s: float) -> Tracked:
        """The vehicle of this track turned out to be another one: it goes on under a new id."""
        if track.plate is None:
            plain = Sighting(track.kind, 1.0, track.box, None)
        else:
            plain = Sighting(track.kind, track.plate.score, track.box, track.plate)
        fresh = Tracked(self._next_id(), plain, now_s)
        fresh.direction = track.direction
        self.tracks = [fresh if t is track else t for t in self.tracks]
        return fresh


def _associate(
    tracks: Sequence[Tracked], seen: Sequence[Sighting], least: float, now_s: float
) -> tuple[list[Tracked], list[Sighting]]:
    """Match and update. Returns the tracks and the sightings that found no partner."""
    if not tracks or not seen:
        return list(tracks), list(seen)
    partners = _partners([[t.likeness(s, now_s) for s in seen] for t in tracks], least)
    for track, partner in zip(tracks, partners):
        if partner >= 0:
            track.take(seen[partner], now_s)
    left = [t for t, partner in zip(tracks, partners) if partner < 0]
    return left, [s for i, s in enumerate(seen) if i not in partners]


def _partners(likeness: Sequence[Sequence[float]], least: float) -> list[int]:
    """For each row the column that is its partner, -1 for none, so that all likenesses add up highest."""
    likely = [[column for column, like in enumerate(row) if like > least] for row in likeness]
    columns = [column for row in likely for column in row]
    if len(columns) == len(set(columns)) and all(len(row) <= 1 for row in likely):
        # Vehicles stand apart, as nearly always: there is nothing to weigh up.
        return [row[0] if row else -1 for row in likely]
    _, partners, _ = lap.lapjv(1.0 - np.array(likeness), extend_cost=True, cost_limit=1.0 - least)
    return [int(partner) for partner in partners]
