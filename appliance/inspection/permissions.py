"""Whether this user may use the devices that the configuration names."""

from __future__ import annotations

from collections.abc import Iterator

from .report import Report, Reports, fine, wrong
from .site import Site

PART = "permissions"
_BY_FACTORY = {"lgpio": "dev/gpiochip*", "jetson": "dev/gpiochip*"}


def devices(site: Site) -> Reports:
    """Each device that is there: a missing one is told where it is used."""
    refused = list(_refused(site))
    yield from refused
    if not refused:
        yield fine(PART, "every device that is named here may be used")


def _refused(site: Site) -> Iterator[Report]:
    for group, place in _wanted(site):
        if not site.may_use(site.root / place):
            yield wrong(
                PART,
                f"/{place} may not be used by this user.",
                f"Run as the user gatehouse, or join the group: sudo usermod -aG {group} $USER; log in anew.",
            )


def _wanted(site: Site) -> Iterator[tuple[str, str]]:
    """The group that opens each device, and the device below the root."""
    chips = _BY_FACTORY.get(site.config.pin_factory)
    if chips is not None:
        yield from (("gpio", _below(site, place)) for place in site.found(chips))
    for camera in site.config.cameras.values():
        if camera.driver == "v4l2" and camera.source.isdigit():
            yield from _there(site, "video", f"dev/video{camera.source}")
        elif camera.driver == "v4l2":
            yield from _there(site, "video", camera.source.lstrip("/"))
    for port in ports(site):
        yield from _there(site, "dialout", port.lstrip("/"))


def ports(site: Site) -> list[str]:
    """The serial ports that this configuration uses."""
    config = site.config
    named = [config.serial.port] if config.gate.actuator == "car" and config.car.channel == "serial" else []
    return named if config.osdp is None else [*named, config.osdp.port]


def _there(site: Site, group: str, place: str) -> Iterator[tuple[str, str]]:
    if (site.root / place).exists():
        yield group, place


def _below(site: Site, place: object) -> str:
    return str(place).removeprefix(str(site.root)).lstrip("/")
