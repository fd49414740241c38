"""Whether anything but this board vouches for the time of day."""

from __future__ import annotations

from ..clock import WallTime
from .report import Reports, fine, warn
from .site import Site

PART = "clock"


def trust(site: Site, now: WallTime) -> Reports:
    """Schedules and dates of expiry refuse until the time is confirmed."""
    said = f"{now.utc:%Y-%m-%d %H:%M:%S} UTC"
    if site.config.clock.trust == "always":
        yield fine(PART, f'{said}; the owner vouches (clock.trust = "always")')
    elif now.trusted:
        yield fine(PART, f"{said}, confirmed")
    else:
        yield warn(
            PART,
            f"{said}, which nothing confirms: what depends on the time refuses.",
            "Connect the network once, fit a real-time clock with a battery, or set the clock and write"
            ' clock.trust = "always".',
        )


def real_time_clock(site: Site) -> Reports:
    clocks = site.found("sys/class/rtc/rtc*")
    if clocks:
        names = ", ".join(site.text(f"sys/class/rtc/{clock.name}/name") or clock.name for clock in clocks)
        yield fine(PART, f"real-time clock: {names}")
    elif site.board.is_pi or site.board.is_jetson:
        yield warn(
            PART,
            "This board has no real-time clock: after a power cut it does not know the time.",
            "Fit one with a battery (for one a DS3231 on I2C), or keep the network up.",
        )


def network_time(site: Site) -> Reports:
    """Which service keeps the time; a gate without a network does without."""
    services = ("systemd-timesyncd", "chronyd", "chrony", "ntpd", "ntpsec")
    told = (site.ask("systemctl", "is-active", name) for name in services)
    running = [
        name for name, answer in zip(services, told, strict=True) if (answer or "").strip() == "active"
    ]
    if running:
        yield fine(PART, f"network time by {running[0]}")
