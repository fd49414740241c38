"""Checks of cameras, their zones and rates, and of the vote that they must make possible."""

from __future__ import annotations

from collections.abc import Iterator

from ..schema import Config, Polygon
from .finding import Finding, error, warn

SIM = "sim"
# Drivers that can be told how to expose, or their makers' software.
_EXPOSED = ("argus", "picamera2", "v4l2")
SMALLEST_ZONE = 1e-4
"""Share of the frame; a hundredth of each side. A plate does not fit into less."""


def some_camera(config: Config) -> Iterator[Finding]:
    if not config.cameras:
        make = error if config.gate.armed else warn
        yield make("cameras", "is empty: nothing is seen.", "Add a [cameras.NAME] table.")


def twin_camera(config: Config) -> Iterator[Finding]:
    for name, camera in config.cameras.items():
        if camera.driver == "sim" and config.board != SIM:
            yield error(
                f"cameras.{name}.driver",
                'is "sim", which only the board "sim" has.',
                'Name a real driver, for one "v4l2".',
            )


def some_reader(config: Config) -> Iterator[Finding]:
    if config.cameras and not any(camera.reads for camera in config.cameras.values()):
        yield error(
            f"cameras.{next(iter(config.cameras))}.role",
            "is an overview's like that of every camera: nothing reads plates.",
            'Write role = "both", or add a camera for plates.',
        )


def exposure_drivers(config: Config) -> Iterator[Finding]:
    for name, camera in config.cameras.items():
        if camera.exposure == "plates" and camera.driver not in _EXPOSED:
            yield warn(
                f"cameras.{name}.exposure",
                f'cannot be "plates": driver = "{camera.driver}" has no such control.',
                'Set a short shutter on the camera itself, and write "auto".',
            )


def small_streams(config: Config) -> Iterator[Finding]:
    for name, camera in config.cameras.items():
        if camera.source_low is not None and camera.driver != "rtsp":
            yield warn(
                f"cameras.{name}.source_low",
                f'is not used by driver = "{camera.driver}".',
                'Remove it, or write driver = "rtsp".',
            )


def camera_zones(config: Config) -> Iterator[Finding]:
    for name, camera in config.cameras.items():
        for zone, polygon in (("roi", camera.roi), ("veto_zone", camera.veto_zone)):
            if polygon is not None and area(polygon) < SMALLEST_ZONE:
                yield error(
                    f"cameras.{name}.{zone}",
                    "encloses no area.",
                    "List its corners in order, as shares of the frame from 0 to 1.",
                )


def camera_rates(config: Config) -> Iterator[Finding]:
    slowest_s = 1.0 / min(config.vision.idle_fps, config.vision.guard_fps)
    for name, camera in config.cameras.items():
        if camera.frame_limit_s <= slowest_s:
            yield error(
                f"cameras.{name}.frame_limit_s",
                f"is shorter than the time between two looks ({slowest_s:.3g} s): the way is never clear.",
                "Raise it, or raise vision.idle_fps and vision.guard_fps.",
            )
        if camera.frozen_s <= 1.0 / camera.fps:
            yield error(
                f"cameras.{name}.frozen_s",
                f"is not longer than the time between two frames ({1.0 / camera.fps:.3g} s).",
                "Raise it to several frames' time.",
            )


def reachable_vote(config: Config) -> Iterator[Finding]:
    """The agreeing reads must fit into the time in which they count, at the fastest looking."""
    needed_s = (config.vote.min_reads - 1) / config.vision.recognise_fps
    limits = {
        "vote.window_s": config.vote.window_s,
        "access.evidence_limit_s": config.access.evidence_limit_s,
    }
    for key, limit_s in limits.items():
        if limit_s < needed_s:
            yield error(
                key,
                f"is too short for vote.min_reads at vision.recognise_fps: they take {needed_s:.3g} s.",
                "Raise it, or ask for fewer reads.",
            )


def plate_lengths(config: Config) -> Iterator[Finding]:
    if config.vision.min_plate_length > config.vision.max_plate_length:
        yield error(
            "vision.min_plate_length",
            "is above vision.max_plate_length: no plate fits.",
            "Lower it.",
        )


def area(polygon: Polygon) -> float:
    """Area inside a polygon's corners, by the shoelace formula."""
    ahead = (*polygon[1:], polygon[0])
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(polygon, ahead, strict=True))) / 2
