"""Each camera, opened and looked through: rate, size, light, sharpness and time stamps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..clock import Clock
from ..config.schema import Camera
from ..faults import GateFault
from ..hw.base import BaseCamera
from ..sight import AnyPicture, Frame, Layout, Picture
from . import waste
from .report import Report, Reports, fine, of_fault, warn, wrong
from .site import Site

TIMEOUT_S = 5.0
"""A network camera sends its first whole picture within a few seconds."""
FRAMES = 15
"""A second of an ordinary camera: enough for its rate, and for its exposure to settle."""
SETTLING = 3
"""First frames of a camera whose exposure is still finding its way; not judged."""

_DARK, _BRIGHT = 30.0, 225.0
"""Mean luma of 0 to 255: below and above, plates drown."""
# Variance of the Laplacian of luma; a street in focus has hundreds, a bare wall tens.
_BLURRED = 15.0
# Share of the configured rate; less is a camera that exposes long, or a bus that is full.
_RATE_KEPT = 0.8
_OLDEST_S = 1.0


@dataclass(frozen=True, slots=True)
class View:
    """What was measured over some frames. `ages_s` are from capture to receipt."""

    width: int
    height: int
    fps: float
    brightness: float
    sharpness: float
    ages_s: tuple[float, ...]
    in_order: bool
    frozen: bool


def look(site: Site, name: str, build: Callable[[], BaseCamera], clock: Clock) -> Reports:
    """Open one camera, watch it for a second, and give it back."""
    part, settings = f"camera {name}", site.config.cameras[name]
    if settings.driver == "sim":
        yield fine(part, "the twin's")
        return
    try:
        with build() as camera:
            frames, received_s = _watch(camera, clock)
    except GateFault as fault:
        yield of_fault(part, fault)
        return
    seen = measure(frames, received_s)
    yield fine(part, _told(settings, seen))
    yield from judge(part, settings, seen)
    yield from waste.size_of(site, name, settings, max(seen.width, seen.height))


def judge(part: str, settings: Camera, seen: View) -> Iterator[Report]:
    yield from _form(part, settings, seen)
    yield from _light(part, seen)
    yield from _stamps(part, settings, seen)


def measure(frames: Sequence[Frame], received_s: Sequence[float]) -> View:
    """`received_s` is when each frame came, on the clock of its time stamps."""
    lumas = [luma(frame.picture) for frame in frames[-SETTLING:]]
    span_s = received_s[-1] - received_s[0]
    steps = [after.captured_s - before.captured_s for before, after in pairwise(frames)]
    return View(
        width=frames[-1].picture.width,
        height=frames[-1].picture.height,
        fps=(len(frames) - 1) / span_s if span_s > 0 else 0.0,
        brightness=float(np.mean([plane.mean() for plane in lumas])),
        sharpness=sharpness(lumas[-1]),
        ages_s=tuple(now - frame.captured_s for now, frame in zip(received_s, frames, strict=True)),
        in_order=all(step > 0 for step in steps),
        frozen=len(lumas) > 1 and all(np.array_equal(lumas[0], plane) for plane in lumas[1:]),
    )


def luma(picture: AnyPicture) -> np.ndarray:
    """Brightness of each pixel, H x W, float32 from 0 to 255."""
    shown = picture if isinstance(picture, Picture) else picture.download()
    if shown.layout is Layout.BGR:
        weights = np.array([0.114, 0.587, 0.299], dtype=np.float32)
        return np.asarray(shown.planes[0].astype(np.float32) @ weights)
    return np.asarray(shown.planes[0].astype(np.float32))


def sharpness(plane: np.ndarray) -> float:
    """Variance of the 4-neighbour Laplacian: how much of the finest detail there is."""
    middle = plane[1:-1, 1:-1]
    around = plane[:-2, 1:-1] + plane[2:, 1:-1] + plane[1:-1, :-2] + plane[1:-1, 2:]
    return float((around - 4.0 * middle).var())


def _watch(camera: BaseCamera, clock: Clock) -> tuple[list[Frame], list[float]]:
    frames, received_s = [], []
    for _ in range(FRAMES):
        frames.append(camera.read(TIMEOUT_S))
        received_s.append(clock.monotonic())
    return frames, received_s


def _told(settings: Camera, seen: View) -> str:
    """Without the source: an address may hold a password."""
    age_ms = 1000 * max(seen.ages_s[SETTLING:], default=0.0)
    return (
        f"{settings.driver}: {seen.width} x {seen.height}, {seen.fps:.1f} frames a second,"
        f" brightness {seen.brightness:.0f}, sharpness {seen.sharpness:.0f}, at most {age_ms:.0f} ms old"
    )


def _form(part: str, settings: Camera, seen: View) -> Iterator[Report]:
    given, wanted = (seen.width, seen.height), (settings.width, settings.height)
    if given != wanted and settings.driver not in ("file", "rtsp", "nvdec"):
        yield warn(
            part,
            f"It gives {given[0]} x {given[1]}, not {wanted[0]} x {wanted[1]} as configured.",
            "Write a mode that it has: v4l2-ctl --list-formats-ext, rpicam-hello --list-cameras.",
        )
    if seen.fps < _RATE_KEPT * settings.fps and settings.driver != "file":
        yield warn(
            part,
            f"It gives {seen.fps:.1f} frames a second, not {settings.fps:g} as configured.",
            "Give it light or a shorter shutter, a USB port of its own, or write the rate that it has.",
        )


def _light(part: str, seen: View) -> Iterator[Report]:
    if seen.brightness < _DARK:
        yield warn(part, "The picture is dark.", "Remove the lens cap; at night fit an infrared lamp.")
    elif seen.brightness > _BRIGHT:
        yield warn(part, "The picture is overexposed.", "Shade the lens, or set a shorter shutter.")
    elif seen.sharpness < _BLURRED:
        yield warn(
            part,
            "The picture has no fine detail: out of focus, dirty, or before a bare wall.",
            "Clean the lens, and turn it until a plate at the stop line is sharp.",
        )


def _stamps(part: str, settings: Camera, seen: View) -> Iterator[Report]:
    """Law 8 lives on honest time stamps."""
    if seen.frozen and settings.driver != "file":
        yield wrong(part, "It repeats one picture.", "Take its power away for a moment; look at its cable.")
    if not seen.in_order:
        yield wrong(part, "Its time stamps do not go forward.", "Update its driver, or take another camera.")
    if min(seen.ages_s) < 0:
        yield wrong(part, "Its time stamps lie in the future.", "Update its driver, or take another camera.")
    elif min(seen.ages_s) > min(_OLDEST_S, settings.frame_limit_s):
        yield warn(
            part,
            f"Its pictures are {min(seen.ages_s):.1f} s old when they come.",
            "Use its second, smaller stream, a wire instead of radio, and no buffering in the camera.",
        )
