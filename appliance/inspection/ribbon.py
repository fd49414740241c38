"""What ribbon cameras need of the system before their driver can open them."""

from __future__ import annotations

from .report import Reports, fine, wrong
from .site import Site

PART = "ribbon cameras"
_HEAPS = "dev/dma_heap/*"
_DAEMON = "nvargus-daemon"


def picamera2(site: Site) -> Reports:
    """libcamera finds sensors at the media devices, and takes its buffers from the kernel's DMA heaps."""
    if not _named(site, "picamera2"):
        return
    media, heaps = site.found("dev/media*"), site.found(_HEAPS)
    refused = [place for place in (*media, *heaps) if not site.may_use(place)]
    if not media or not heaps:
        yield wrong(
            PART,
            "The kernel shows no media device or no DMA heap: no ribbon camera is known.",
            "Seat the ribbon at both ends, and leave camera_auto_detect=1 in config.txt; restart.",
        )
    elif refused:
        names = ", ".join(place.name for place in refused)
        remedy = "Join the group: sudo usermod -aG video $USER; log in anew."
        yield wrong(PART, f"{names} may not be used by this user.", remedy)
    else:
        yield fine(PART, f"{len(media)} media devices")


def argus(site: Site) -> Reports:
    """NVIDIA's daemon owns the sensors; a gate without it waits for pictures that never come."""
    if not _named(site, "argus"):
        return
    state = (site.ask("systemctl", "show", _DAEMON, "--property=ActiveState", "--value") or "").strip()
    if state == "active":
        yield fine(PART, f"{_DAEMON} is active")
    elif state:
        yield wrong(PART, f"{_DAEMON} is {state}.", f"Give: sudo systemctl enable --now {_DAEMON}.")


def _named(site: Site, driver: str) -> bool:
    return any(camera.driver == driver for camera in site.config.cameras.values())
