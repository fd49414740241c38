"""Is this board fit for a gate? Checks of everything around the configuration; none moves or writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..faults import GateFault
from . import (
    buses,
    card,
    identity,
    lines,
    memory,
    permissions,
    power,
    ribbon,
    service,
    status_led,
    storage,
    time_of_day,
    waste,
    watchdogs,
)
from .report import Report, of_fault
from .site import Site

__all__ = ["EVERYWHERE", "ON_A_BOARD", "Look", "run_look"]

Check = Callable[[Site], Iterable[Report]]
Look = Callable[[], Iterable[Report]]
"""A check with all that it needs."""

EVERYWHERE: tuple[tuple[str, Check], ...] = (
    (identity.PART, identity.profile),
    (storage.DISK, storage.room),
    ("settings", waste.detector_side),
    ("settings", waste.recognise_rate),
    ("settings", waste.idle_rate),
    ("settings", waste.camera_rate),
    ("settings", waste.camera_size),
    ("settings", waste.seats_and_threads),
    ("settings", waste.precision),
    ("settings", waste.timing),
)
"""What is looked at under the twin too. The name stands for a check that ends with a fault."""

ON_A_BOARD: tuple[tuple[str, Check], ...] = (
    (identity.PART, identity.carrier),
    (identity.PART, identity.memory),
    (identity.PART, identity.jetpack),
    (memory.PART, memory.free),
    (memory.PART, memory.swap),
    (storage.ROOT, storage.root),
    (storage.DISK, storage.data),
    (time_of_day.PART, time_of_day.real_time_clock),
    (time_of_day.PART, time_of_day.network_time),
    (watchdogs.PART, watchdogs.hardware),
    (watchdogs.PART, watchdogs.supervisor),
    (card.PART, card.refused),
    (service.PART, service.unit),
    (service.PART, service.other_gate),
    (permissions.PART, permissions.devices),
    (ribbon.PART, ribbon.picamera2),
    (ribbon.PART, ribbon.argus),
    (lines.PINS, lines.chips),
    (status_led.PART, status_led.obeys),
    (buses.SERIAL, buses.serial),
    (buses.SPI, buses.converter),
    ("engines", waste.accelerator),
    (power.MODE, waste.saving_mode),
    (power.MODE, power.model),
    (power.HEAT, power.easing),
    (power.HEAT, power.cooling),
)


def run_look(part: str, look: Look) -> Iterator[Report]:
    """What one check saw; the fault that ends it is one of its reports."""
    try:
        yield from look()
    except GateFault as fault:
        yield of_fault(part, fault)
