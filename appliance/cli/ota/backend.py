"""`gatehouse ota backend`: what RAUC asks and orders of a `bootloader=custom`.

Source: RAUC's manual, "Custom bootloader backend interface".
"""

from __future__ import annotations

import argparse

from ...config import Config
from ...faults import ConfigFault
from ...update.base import BaseSlots, Slot, SlotState
from .slotting import make_slots


def run(args: argparse.Namespace, config: Config) -> int:
    said = answer(make_slots(config), args.words)
    if said:
        print(said)
    return 0


def answer(slots: BaseSlots, words: list[str]) -> str:
    """The line that RAUC reads, empty for an order. Raises SlotsUnusable, and ConfigFault for other words."""
    match words:
        case ["get-current"]:
            return slots.current().bootname
        case ["get-primary"]:
            return slots.primary().bootname
        case ["set-primary", name]:
            slots.set_primary(_slot(name))
        case ["get-state", name]:
            return str(slots.state(_slot(name)))
        case ["set-state", name, ("good" | "bad") as state]:
            slots.set_state(_slot(name), SlotState(state))
        case _:
            raise ConfigFault(
                f"ota backend: RAUC has no word {' '.join(words)}. It is RAUC's, not a person's."
            )
    return ""


def _slot(name: str) -> Slot:
    for slot in Slot:
        if slot.bootname == name:
            return slot
    raise ConfigFault(f'ota backend: no slot is named "{name}". RAUC\'s configuration names A and B.')
