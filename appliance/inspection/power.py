"""The supply, the temperatures and the cooling, as they are now."""

from __future__ import annotations

import re

from ..faults import GateFault
from ..hw.base import BaseThermal
from ..hw.jetpack import read_release
from ..hw.vitals import BaseSupply, Trouble
from .report import Reports, fine, of_fault, warn, waste, wrong
from .site import Site

MODE = "power"
SUPPLY = "supply"
HEAT = "heat"

_SAID = {
    Trouble.UNDERVOLTAGE: "the supply is too low",
    Trouble.CAPPED: "the clock is capped",
    Trouble.THROTTLED: "the board is throttled",
    Trouble.SOFT_LIMIT: "the soft limit of temperature is reached",
}
_REMEDY = "Use the maker's supply on a short cable, feed USB devices apart, and ventilate the enclosure."


def supply(site: Site, firmware: BaseSupply) -> Reports:
    if not (site.board.is_pi or site.board.is_jetson):
        return
    try:
        told = firmware.read()
    except GateFault as fault:
        yield of_fault(SUPPLY, fault)
        return
    for trouble in sorted(told.now):
        make = wrong if trouble is Trouble.UNDERVOLTAGE else warn
        yield make(SUPPLY, f"Now {_SAID[trouble]}.", _REMEDY)
    for trouble in sorted(told.been - told.now):
        yield warn(SUPPLY, f"Since the board started {_SAID[trouble]} at times.", _REMEDY)
    if not told.now | told.been:
        yield fine(SUPPLY, "enough, now and since the board started")


def heat(site: Site, thermometers: BaseThermal) -> Reports:
    """Degrees under the load of this moment: a gate at work is warmer."""
    try:
        zones = thermometers.read()
    except GateFault as fault:
        if site.board.is_pi or site.board.is_jetson:
            yield of_fault(HEAT, fault)
        return
    if not zones:
        return
    name, hottest_c = max(zones.items(), key=lambda zone: zone[1])
    said = f"{name} has {hottest_c:.0f} °C"
    remedy = "Fit a heat sink and a fan, shade the enclosure, and keep its vents free."
    limits = site.config.thermal
    if hottest_c >= limits.degrade_c:
        yield wrong(HEAT, f"{said}: the gate would not recognise.", remedy)
    elif hottest_c >= limits.act_c:
        yield warn(HEAT, f"{said}: the gate would look less.", remedy)
    else:
        yield fine(HEAT, said)


def easing(site: Site) -> Reports:
    """Whether a board that grows hot is looked after before its firmware throttles it."""
    if not site.config.thermal.enabled and (site.board.is_pi or site.board.is_jetson):
        yield warn(
            HEAT,
            "thermal.enabled is false: a hot board is not eased, until its firmware throttles it.",
            "Write thermal.enabled = true.",
        )


def model(site: Site) -> Reports:
    """The power mode that a Jetson is in, by NVIDIA's tool."""
    if not site.board.is_jetson:
        return
    told = re.search(r"NV Power Mode: *(\S+)", site.ask("nvpmodel", "-q") or "")
    if told is None:
        return
    yield fine(MODE, f"nvpmodel is in mode {told[1]}")
    release = read_release(site.board.tegra_release)
    if site.board.could_be_super and release is not None and not release.before_super:
        yield waste(
            MODE,
            "This module has faster clocks (super mode), which it was flashed without.",
            "Flash it with the configuration whose name ends in -super, where the cooling is good for 25 W.",
        )


def cooling(site: Site) -> Reports:
    """Whether the kernel drives a fan. A large heat sink does as well: this is a fact, no fault."""
    devices = [
        site.text(f"sys/class/thermal/{place.name}/type") for place in site.found("sys/class/thermal/c*")
    ]
    fans = [name for name in devices if "fan" in name.lower()]
    if fans:
        yield fine(HEAT, f"a fan is driven by the kernel ({fans[0]})")
