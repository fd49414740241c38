"""Which slots have proved themselves: a small file on the data partition."""

from __future__ import annotations

import json
from pathlib import Path

from ..durable import replace
from ..faults import SlotsUnusable
from .base import Slot, SlotState


class SlotNotes:
    """A slot of which nothing can be read has not proved itself."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def state(self, slot: Slot) -> SlotState:
        return SlotState.GOOD if self._read().get(slot.value) == SlotState.GOOD.value else SlotState.BAD

    def note(self, slot: Slot, state: SlotState) -> None:
        """Raises SlotsUnusable when the disk refuses."""
        known = {one.value: self.state(one).value for one in Slot} | {slot.value: state.value}
        try:
            replace(self._place, json.dumps(known).encode())
        except OSError as error:
            raise SlotsUnusable(f"{self._place}: {error.strerror}", part="slots") from error

    def _read(self) -> dict[str, object]:
        try:
            known = json.loads(self._place.read_bytes())
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}
