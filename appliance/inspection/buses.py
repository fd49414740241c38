"""Serial ports, and the bus of the ADC."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from .permissions import ports
from .report import Report, Reports, fine, wrong
from .site import Site

SERIAL = "serial"
SPI = "spi"
SPI_DEVICE = "dev/spidev0.0"


def serial(site: Site) -> Reports:
    for port in ports(site):
        yield from _port(site, port)


def converter(site: Site) -> Reports:
    """Inputs named ADC0 to ADC7 sit on an MCP3008 at the first SPI bus."""
    named = [name for name, given in site.config.inputs if given is not None and _is_channel(given.pin)]
    if not named:
        return
    if not (site.root / SPI_DEVICE).exists():
        yield wrong(
            SPI,
            f"/{SPI_DEVICE} is missing, yet inputs.{named[0]} sits on the ADC.",
            "Enable the bus: dtparam=spi=on in config.txt (Raspberry Pi), jetson-io.py (Jetson); restart.",
        )
    elif not site.may_use(site.root / SPI_DEVICE):
        remedy = "Join the group spi (Raspberry Pi) or gpio: sudo usermod -aG spi $USER; log in anew."
        yield wrong(SPI, f"/{SPI_DEVICE} may not be used by this user.", remedy)
    else:
        yield fine(SPI, f"/{SPI_DEVICE} serves {', '.join(named)}")


def _is_channel(pin: str) -> bool:
    return pin.upper().startswith("ADC")


def _port(site: Site, port: str) -> Iterator[Report]:
    device = site.device(port)
    if not device.exists():
        there = ", ".join(f"/dev/{place.name}" for place in _adapters(site)) or "none"
        yield wrong(SERIAL, f"{port} is missing.", f"Plug it in, or correct the port. There are: {there}.")
        return
    name = device.resolve().name
    if f"console={name}" in site.text("proc/cmdline"):
        yield wrong(
            SERIAL,
            f"{port} is the kernel's console, whose lines the peer would hear.",
            f"Remove console={name} from the kernel's command line; on a Raspberry Pi with raspi-config.",
        )
        return
    holder = _holder(site, device)
    if holder is None:
        yield fine(SERIAL, f"{port} is free")
    else:
        remedy = "End it; a login prompt by sudo systemctl disable --now serial-getty@NAME."
        yield wrong(SERIAL, f"{port} is held by {holder}.", remedy)


def _adapters(site: Site) -> list[Path]:
    return [*site.found("dev/ttyUSB*"), *site.found("dev/ttyACM*"), *site.found("dev/ttyAMA*")]


def _holder(site: Site, device: Path) -> str | None:
    """Who has the port open, as far as this user may see it."""
    wanted = str(device.resolve())
    for place in site.found("proc/[0-9]*"):
        if int(place.name) != site.own_pid and wanted in _open_files(place):
            return f"{site.text(f'proc/{place.name}/comm') or 'a process'} ({place.name})"
    return None


def _open_files(process: Path) -> set[str]:
    """What a process has open; empty where this user may not see it."""
    try:
        return {os.readlink(each) for each in (process / "fd").iterdir()}
    except OSError:
        return set()
