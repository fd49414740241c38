"""Which slots have proved themselves: a small file on the data partition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from ..durable import replace
from ..faults import SlotsUnusable
from .base import Slot, SlotState

_COMMITTED = "committed"


class SlotNotes:
    """A slot of which nothing can be read has not proved itself."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def state(self, slot: Slot) -> SlotState:
        return SlotState.GOOD if self._read().get(slot.value) == SlotState.GOOD.value else SlotState.BAD

    @property
    def committed(self) -> Slot | None:
        """The slot that proved itself last, None where nothing can be read of it."""
        return next((slot for slot in Slot if slot.value == self._read().get(_COMMITTED)), None)

    def note(self, slot: Slot, state: SlotState) -> None:
        """Raises SlotsUnusable when the disk refuses."""
        self._write({slot.value: state.value})

    def commit(self, slot: Slot) -> None:
        """It has proved itself, and is what every other one is measured by. Raises SlotsUnusable."""
        self._write({slot.value: SlotState.GOOD.value, _COMMITTED: slot.value})

    def _write(self, fresh: Mapping[str, str]) -> None:
        known = {one.value: self.state(one).value for one in Slot}
        if self.committed is not None:
            known[_COMMITTED] = self.committed.value
        try:
            replace(self._place, json.dumps({**known, **fresh}).encode())
        except OSError as error:
            raise SlotsUnusable(f"{self._place}: {error.strerror}", part="slots") from error

    def _read(self) -> dict[str, object]:
        try:
            known = json.loads(self._place.read_bytes())
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}
