"""What the ladder of recovery must know after a restart, in a small file beside the record."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..config.schema import Record
from ..durable import replace
from ..faults import RecoveryUnkept
from .ladder import DAY_S, History, Part, Rung, Step

log = logging.getLogger(__name__)

# Reboots that a file which cannot be read may have told of: as many as may be allowed in a day.
_UNKNOWN = 10


class RecoveryFile:
    """Replaced as a whole, or not at all: a power cut leaves the old one or the new one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def beside(cls, record: Record) -> RecoveryFile:
        return cls(record.path.with_name("recovery.json"))

    def load(self) -> History:
        """What was kept. Where that cannot be read nobody knows of reboots, and none is allowed for a day."""
        try:
            return _history(json.loads(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return History()
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s cannot be read: no reboot for a day: %s", self._path, error)
            return History(DAY_S, (_reboot(DAY_S),) * _UNKNOWN)

    def save(self, history: History) -> None:
        """Durable when this returns. Raises RecoveryUnkept."""
        text = json.dumps(asdict(history), indent=1) + "\n"
        try:
            replace(self._path, text.encode())
        except OSError as error:
            raise RecoveryUnkept(f"{self._path}: {error.strerror}", part="recovery") from error


def _history(told: dict[str, Any]) -> History:
    return History(float(told["served_s"]), tuple(_step(step) for step in told["steps"]), str(told["down"]))


def _step(told: dict[str, Any]) -> Step:
    return Step(
        rung=Rung(told["rung"]),
        part=Part(told["part"]),
        why=str(told["why"]),
        at_s=float(told["at_s"]),
        name=str(told["name"]),
        backend=str(told["backend"]),
    )


def _reboot(at_s: float) -> Step:
    return Step(Rung.BOARD, Part.GATE, "nobody knows", at_s)
