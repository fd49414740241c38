"""The watchdog of the board and systemd's, one beneath the other."""

from __future__ import annotations

from .report import Reports, fine, warn, wrong
from .site import Site

PART = "watchdog"


def hardware(site: Site) -> Reports:
    """A machine that hangs as a whole resets only by its hardware."""
    devices = site.found("sys/class/watchdog/watchdog[0-9]*")
    if not devices:
        if site.board.is_pi or site.board.is_jetson:
            remedy = "Load the kernel's driver (on a Raspberry Pi: dtparam=watchdog=on in config.txt)."
            yield warn(PART, "The kernel shows no hardware watchdog: a hung board stays hung.", remedy)
        return
    at = f"sys/class/watchdog/{devices[0].name}"
    limit = site.text(f"{at}/timeout")
    known = f"{site.text(f'{at}/identity') or devices[0].name}{f', {limit} s' if limit else ''}"
    told = site.ask("systemctl", "show", "--property=RuntimeWatchdogUSec", "--value")
    if told is None:
        yield fine(PART, known)
    elif told.strip() in ("", "0", "infinity"):
        yield warn(
            PART,
            f"Nobody feeds the hardware watchdog ({known}): a hung board stays hung.",
            "Set RuntimeWatchdogSec=15 in /etc/systemd/system.conf, and restart.",
        )
    else:
        yield fine(PART, f"{known}, fed by systemd every {told.strip()} at most")


def supervisor(site: Site) -> Reports:
    """systemd's watchdog over the gate (law 9). It must outlast the loop's limit."""
    wanted = site.config.watchdog
    limit_s = _seconds(site.ask("systemctl", "show", "gatehouse", "--property=WatchdogUSec", "--value"))
    if not wanted.enabled:
        remedy = "Set watchdog.enabled = true."
        yield warn(PART, "watchdog.enabled is false: nobody restarts a gate that hangs.", remedy)
    elif limit_s is None:
        return
    elif limit_s == 0:
        remedy = "Install etc/systemd/gatehouse.service, which has it."
        yield warn(PART, "The unit has no WatchdogSec: nobody restarts a gate that hangs.", remedy)
    elif limit_s <= wanted.loop_limit_s:
        yield wrong(
            PART,
            f"WatchdogSec ({limit_s:g} s) is not above watchdog.loop_limit_s ({wanted.loop_limit_s:g} s).",
            "Set WatchdogSec= to some seconds more.",
        )
    else:
        yield fine(PART, f"systemd restarts a gate that is silent for {limit_s:g} s")


_UNITS_S = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}


def _seconds(told: str | None) -> float | None:
    """What systemctl writes, for one "1min 15s", as seconds; None where it says nothing."""
    if not told or not told.strip():
        return None
    if told.strip() in ("0", "infinity"):
        return 0.0
    total_s = 0.0
    for word in told.split():
        digits = word.rstrip("abcdefghijklmnopqrstuvwxyz")
        unit = _UNITS_S.get(word[len(digits) :])
        if unit is None or not digits.replace(".", "", 1).isdigit():
            return None
        total_s += float(digits) * unit
    return total_s
