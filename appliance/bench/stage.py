"""The gate that is measured: the owner's settings on mock pins, with an arm that travels in no time."""

from __future__ import annotations

from pathlib import Path

from ..config import Config
from ..config.schema import Camera
from ..listing import Listing

ASKER = "asker"
"""The camera whose scenes and votes the bench makes up."""
SEEN = "seen"
"""The camera whose pictures are really recognised meanwhile."""
LISTED = 1000
"""Plates on the list: a large site."""

# Nothing of this lies between a vote and the edge; it only brings the gate back sooner.
_QUICK = {
    "dead_time_s": 0.05,
    "hold_s": 0.05,
    "pass_timeout_s": 0.05,
    "confirm_s": 0.05,
    "leave_limit_s": 5.0,
    "motion_limit_s": 10.0,
    "restore": "stay",
}
# A veto zone in which nobody stands: the pictures repeat whatever the arm does.
_ASIDE = ((0.10, 0.97), (0.12, 0.97), (0.10, 0.99))


def staged(ours: Config, twin: Config, record: Path, *, seeing: bool) -> Config:
    """`ours` where it bears on the times, pins and camera as `twin` has them; recorded at `record`."""
    cameras = {ASKER: Camera(driver="file", source="")}
    if seeing:
        cameras[SEEN] = twin_camera(twin).model_copy(update={"veto_zone": _ASIDE})
    open_to_all = {"regions": ("any",), "anti_passback": False, "known_plates": {}, "denied_plates": {}}
    return twin.model_copy(
        update={
            "gate": ours.gate.model_copy(update={"actuator": "barrier", "armed": True}),
            "barrier": twin.barrier.model_copy(update=_QUICK),
            "access": ours.access.model_copy(update=open_to_all),
            "record": ours.record.model_copy(update={"path": record}),
            "cameras": cameras,
            **{name: getattr(ours, name) for name in ("buttons", "vision", "vote", "infer")},
        }
    )


def twin_camera(twin: Config) -> Camera:
    """The camera of the twin's profile."""
    return next(iter(twin.cameras.values()))


def wide(twin: Config) -> Config:
    """The twin with a camera of 1920 x 1080."""
    cameras = {
        name: one.model_copy(update={"width": 1920, "height": 1080}) for name, one in twin.cameras.items()
    }
    return twin.model_copy(update={"cameras": cameras})


def plate(number: int) -> str:
    """A plate for each number below LISTED, each two or more characters from all others."""
    return "B" + "".join(2 * digit for digit in f"{number % LISTED:03d}")


def listings() -> tuple[Listing, ...]:
    """Everybody who may pass."""
    return tuple(Listing(plate(number), owner="bench") for number in range(LISTED))
