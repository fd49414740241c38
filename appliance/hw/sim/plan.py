"""Who comes, how, in which weather, and what breaks: drawn from a seed, known to the twin alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from ...listing import Listing
from ...words import Word
from .plates import Region, distance, draw_text, neighbour_of

Rng = np.random.Generator


class Standing(Word):
    """Whether a vehicle may enter, and why."""

    LISTED = "listed"
    STRANGER = "stranger"
    NEIGHBOUR = "neighbour"
    """A stranger whose plate differs from a listed one in one character."""
    DENIED = "denied"
    GUEST = "guest"
    """A stranger for whom the attendant presses OPEN."""
    LEAVING = "leaving"
    """Comes from inside and presses EXIT."""


class Behaviour(Word):
    """How a driver behaves."""

    ENTER = "enter"
    QUEUE = "queue"
    """Enters right behind the vehicle ahead, honestly."""
    TAILGATE = "tailgate"
    """Slips in behind the vehicle ahead."""
    DAWDLE = "dawdle"
    """Waits under the arm for a while."""
    BACK_OUT = "back_out"
    """Reverses out again when half way in."""
    EXIT = "exit"


class Mishap(Word):
    """What goes wrong while a vehicle is there."""

    CAMERA_LOST = "camera_lost"
    CAMERA_FROZEN = "camera_frozen"
    CAMERA_DARK = "camera_dark"
    ARM_JAM = "arm_jam"
    LOOP_STUCK = "loop_stuck"
    BEAM_LOST = "beam_lost"
    PEDESTRIAN = "pedestrian"
    STOP_PRESSED = "stop_pressed"


HARDWARE = frozenset(Mishap) - {Mishap.PEDESTRIAN, Mishap.STOP_PRESSED}
"""The mishaps that are faults of the gate's own parts."""


class Light(Word):
    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


class Weather(Word):
    DRY = "dry"
    RAIN = "rain"


class Body(Word):
    CAR = "car"
    ESTATE = "estate"
    SUV = "suv"
    VAN = "van"
    TRUCK = "truck"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What this gate has: a visit that needs a part which is not fitted is not planned."""

    open_button: bool = True
    stop_button: bool = True
    service_button: bool = True
    exit_button: bool = True
    loop: bool = True
    beam: bool = True
    arm: bool = True
    """False: each car is released by itself, and nobody slips in behind another."""


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """One vehicle's visit. Distances in metres, times in seconds, speeds in m/s, yaw in degrees."""

    number: int
    plate: str
    region: Region
    standing: Standing
    behaviour: Behaviour = Behaviour.ENTER
    mishap: Mishap | None = None
    mishap_s: float = 8.0
    light: Light = Light.DAY
    weather: Weather = Weather.DRY
    body: Body = Body.CAR
    colour: str = "white"
    badge: str = ""
    gap_s: float = 8.0
    patience_s: float = 8.0
    cruise_mps: float = 5.0
    stop_m: float = 4.2
    lateral_m: float = 0.0
    yaw_deg: float = 0.0
    dirt: float = 0.0

    @property
    def may_pass(self) -> bool:
        return self.standing in (Standing.LISTED, Standing.GUEST, Standing.LEAVING)

    @property
    def name(self) -> str:
        """For the narration: `a white van AB12CDE`."""
        return f"a {self.colour} {self.body} {self.plate}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The visits in order, the owner's list, and the plate of the car that always parks near by."""

    visits: tuple[VisitPlan, ...]
    listings: tuple[Listing, ...]
    parked_plate: str


_DECK: tuple[tuple[Standing, Behaviour, int], ...] = (
    (Standing.LISTED, Behaviour.ENTER, 9),
    (Standing.LISTED, Behaviour.QUEUE, 1),
    (Standing.LISTED, Behaviour.DAWDLE, 1),
    (Standing.LISTED, Behaviour.BACK_OUT, 1),
    (Standing.STRANGER, Behaviour.ENTER, 3),
    (Standing.STRANGER, Behaviour.TAILGATE, 1),
    (Standing.NEIGHBOUR, Behaviour.ENTER, 2),
    (Standing.DENIED, Behaviour.ENTER, 1),
    (Standing.GUEST, Behaviour.ENTER, 1),
    (Standing.LEAVING, Behaviour.EXIT, 1),
)
_SKIES = (
    (Light.DAY, Weather.DRY),
    (Light.DAY, Weather.RAIN),
    (Light.DUSK, Weather.DRY),
    (Light.NIGHT, Weather.DRY),
    (Light.NIGHT, Weather.RAIN),
    (Light.DUSK, Weather.RAIN),
)
_COLOURS = ("white", "silver", "grey", "black", "red", "blue", "green", "yellow")
_BADGES = ("", "", "", "TRANSIT", "EXPRESS", "TURBO", "TAXI 42", "24H")
_FOLLOWS = frozenset({Behaviour.QUEUE, Behaviour.TAILGATE})
# One visit in about this many has a mishap.
_MISHAP_EVERY = 5


def plan_visits(seed: int, count: int, abilities: Abilities | None = None) -> Plan:
    """Draw `count` visits and the owner's list. The same arguments give the same plan.

    The first visit is a listed car in daylight, so that a newcomer sees the gate open.
    """
    rng = np.random.default_rng((seed, 1))
    able = abilities or Abilities()
    listed = _draw_plates(rng, 6 + min(24, count // 5), ())
    denied = _draw_plates(rng, 3, listed)
    roles = _roles(rng, count, able)
    visits = _dress(rng, roles, listed, denied)
    visits = _add_mishaps(rng, visits, able)
    listings = (
        *(Listing(plate, owner=f"resident {n}") for n, (plate, _) in enumerate(listed, 1)),
        *(Listing(plate, owner="denied", allowed=False, note="banned by the owner") for plate, _ in denied),
    )
    return Plan(visits, listings, parked_plate=listed[-1][0])


def _draw_plates(
    rng: Rng, count: int, taken: tuple[tuple[str, Region], ...]
) -> tuple[tuple[str, Region], ...]:
    """Plates that are at least three edits from each other, so that the list is not ambiguous."""
    plates = list(taken)
    while len(plates) < len(taken) + count:
        region = Region(rng.choice([str(r) for r in Region]))
        text = draw_text(rng, region)
        if all(distance(text, other) >= 3 for other, _ in plates):
            plates.append((text, region))
    return tuple(plates[len(taken) :])


def _roles(rng: Rng, count: int, able: Abilities) -> list[tuple[Standing, Behaviour]]:
    """Standing and behaviour of each visit, dealt from shuffled decks so that each kind comes."""
    deals = _deal(rng, [(s, b) for s, b, copies in _DECK for _ in range(copies)])
    first = (Standing.LISTED, Behaviour.ENTER)
    roles = [first]
    while len(roles) < count:
        role = next(deals)
        if _possible(role, able):
            leads = roles[-1] == first
            roles.append(role if leads or role[1] not in _FOLLOWS else first)
    return roles[:count]


def _possible(role: tuple[Standing, Behaviour], able: Abilities) -> bool:
    standing, behaviour = role
    needs = {Standing.GUEST: able.open_button, Standing.LEAVING: able.exit_button}
    return needs.get(standing, True) and (able.arm or behaviour is not Behaviour.TAILGATE)


def _deal(rng: Rng, cards: list[tuple[Standing, Behaviour]]) -> Iterator[tuple[Standing, Behaviour]]:
    while True:
        for at in rng.permutation(len(cards)):
            yield cards[at]


def _dress(
    rng: Rng,
    roles: list[tuple[Standing, Behaviour]],
    listed: tuple[tuple[str, Region], ...],
    denied: tuple[tuple[str, Region], ...],
) -> tuple[VisitPlan, ...]:
    """Give each role a plate, a vehicle, a driver and a sky."""
    skies = _skies(rng)
    visits: list[VisitPlan] = []
    for number, (standing, behaviour) in enumerate(roles, 1):
        plate, region = _plate_for(rng, standing, listed, denied, visits)
        light, weather = next(skies)
        bare = VisitPlan(number, plate, region, standing, behaviour, light=light, weather=weather)
        visits.append(_with_driver(rng, bare))
    return tuple(visits)


def _skies(rng: Rng) -> Iterator[tuple[Light, Weather]]:
    while True:
        for sky in _SKIES:
            for _ in range(int(rng.integers(4, 8))):
                yield sky


def _plate_for(
    rng: Rng,
    standing: Standing,
    listed: tuple[tuple[str, Region], ...],
    denied: tuple[tuple[str, Region], ...],
    before: list[VisitPlan],
) -> tuple[str, Region]:
    """A plate of that standing. One listed visit in three is somebody who was here a moment ago."""
    pool = denied if standing is Standing.DENIED else listed
    text, region = pool[int(rng.integers(len(pool)))]
    if standing is Standing.NEIGHBOUR:
        known = tuple(plate for plate, _ in (*listed, *denied))
        return neighbour_of(rng, text, region, known), region
    if standing in (Standing.STRANGER, Standing.GUEST):
        return _draw_plates(rng, 1, (*listed, *denied))[0]
    recent = [v for v in before[-5:-1] if v.standing is Standing.LISTED]
    if standing is Standing.LISTED and recent and rng.random() < 1 / 3:
        return recent[0].plate, recent[0].region
    return text, region


def _with_driver(rng: Rng, visit: VisitPlan) -> VisitPlan:
    patient = visit.may_pass
    # Of the plate, not of the visit: who returns comes in the same vehicle.
    vehicle = np.random.default_rng(crc32(visit.plate.encode()))
    return replace(
        visit,
        body=Body(vehicle.choice([str(b) for b in Body], p=[0.4, 0.2, 0.2, 0.15, 0.05])),
        colour=str(vehicle.choice(_COLOURS)),
        badge=str(vehicle.choice(_BADGES)),
        gap_s=1.6 if visit.behaviour in _FOLLOWS else float(rng.uniform(5.0, 11.0)),
        patience_s=60.0 if patient else float(rng.uniform(6.0, 10.0)),
        cruise_mps=float(rng.uniform(4.0, 6.5)),
        stop_m=float(rng.uniform(3.6, 4.8)),
        lateral_m=float(rng.uniform(-0.2, 0.2)),
        yaw_deg=float(rng.uniform(-8.0, 8.0)),
        dirt=float(rng.uniform(0.0, 1.0) ** 2),
    )


def _add_mishaps(rng: Rng, visits: tuple[VisitPlan, ...], able: Abilities) -> tuple[VisitPlan, ...]:
    """Spread mishaps over plain entries of listed vehicles that nobody follows."""
    mishaps = _mishaps(rng, able)
    rest = _MISHAP_EVERY
    planned: list[VisitPlan] = []
    for visit in visits:
        rest -= 1
        if rest <= 0 and _bears_mishap(visits, visit):
            rest = int(rng.integers(_MISHAP_EVERY - 1, _MISHAP_EVERY + 3))
            visit = replace(
                visit, mishap=next(mishaps), mishap_s=float(rng.uniform(5.0, 10.0)), patience_s=120.0
            )
        planned.append(visit)
    return tuple(planned)


def _bears_mishap(visits: tuple[VisitPlan, ...], visit: VisitPlan) -> bool:
    plain = visit.standing is Standing.LISTED and visit.behaviour is Behaviour.ENTER
    following = visits[visit.number : visit.number + 1]
    return plain and not any(v.behaviour in _FOLLOWS for v in following)


def _mishaps(rng: Rng, able: Abilities) -> Iterator[Mishap]:
    mends = able.service_button and able.open_button
    fitted = {
        Mishap.ARM_JAM: mends,
        Mishap.LOOP_STUCK: able.loop,
        Mishap.BEAM_LOST: able.beam,
        Mishap.PEDESTRIAN: able.beam,
        Mishap.STOP_PRESSED: able.stop_button and able.open_button,
    }
    kinds = [m for m in Mishap if fitted.get(m, True)]
    while True:
        for at in rng.permutation(len(kinds)):
            yield kinds[at]
