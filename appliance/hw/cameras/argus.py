"""Ribbon cameras of a Jetson: NVIDIA's Argus behind GStreamer, out of NVMM as NV12."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .exposure import Limits

# The least that Argus takes for a range; a sensor's own least time comes in its place.
_SHORTEST_NS = 13_000


@dataclass(frozen=True, slots=True)
class ArgusConfig:
    """`sensor` is Argus' number of the camera. With `limits` its own exposure stays within them."""

    sensor: int
    width: int
    height: int
    fps: float
    limits: Limits | None = None


def argus_head(config: ArgusConfig) -> tuple[str, ...]:
    """The elements of gst-launch up to NV12 in main memory; the processor copies a picture once there."""
    rate = Fraction(config.fps).limit_denominator(1001)
    size = f"width={config.width},height={config.height}"
    in_nvmm = f"video/x-raw(memory:NVMM),{size},framerate={rate.numerator}/{rate.denominator},format=NV12"
    source = ("nvarguscamerasrc", f"sensor-id={config.sensor}", *_exposure(config.limits))
    return (*source, "!", in_nvmm, "!", "nvvidconv", "!", f"video/x-raw,{size},format=NV12")


def _exposure(limits: Limits | None) -> tuple[str, ...]:
    if limits is None:
        return ()
    longest_ns = max(_SHORTEST_NS, round(limits.shutter_s * 1e9))
    # Gain of the sensor only: the digital one that follows brightens noise and plate alike.
    digital = "ispdigitalgainrange=1 1"
    return (f"exposuretimerange={_SHORTEST_NS} {longest_ns}", f"gainrange=1 {limits.gain:g}", digital)
