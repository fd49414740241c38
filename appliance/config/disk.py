"""Files of the configuration that a command writes: whole or not at all."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from ..faults import ConfigFault


def replace_file(place: Path, text: str, remedy: str) -> None:
    """Write `text` in the place of what lies there, with its mode. Raises ConfigFault with the remedy."""
    fresh = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            shutil.copystat(place, fresh)
        fresh.replace(place)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise ConfigFault(f"{place}: cannot be written: {error.strerror}. {remedy}") from error
