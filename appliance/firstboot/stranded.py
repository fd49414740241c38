"""A board whose data partition cannot be mounted: it says so, and a held service button makes that one anew.

Nothing here writes below /data, which is a folder in memory then.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from ..hw.signs import Sign
from .prepare import Helpers

PARTITION = Path("/dev/gatehouse/data")
MAKE = ("mke2fs", "-q", "-t", "ext4", "-L", "data", "-E", "nodiscard")
"""Without -F: a file system that is mounted after all is refused. Discarding takes minutes on some disks."""
RESTART = ("systemctl", "--no-block", "reboot")


def tell(helpers: Helpers, partition: Path = PARTITION) -> None:
    """Say what is wrong, and the remedy. A held button makes the partition anew and restarts the board."""
    helpers.show(Sign.REFUSED)
    if not partition.exists():
        _refuse(helpers, f"{partition} is missing. Write the image to the disk again, or to another one.")
        return
    _refuse(
        helpers,
        "the data partition cannot be mounted. Power the board on with SERVICE held until the LED stays lit: "
        "all that was set and recorded goes. If it comes back, replace the disk.",
    )
    if helpers.held():
        _make_anew(helpers, partition)
    else:
        helpers.show(Sign.REFUSED)


def _make_anew(helpers: Helpers, partition: Path) -> None:
    helpers.show(Sign.RESET)
    helpers.say("factory reset, asked for by the button: the data partition is made anew")
    try:
        helpers.run((*MAKE, str(partition)))
        helpers.run(RESTART)
    except (OSError, subprocess.SubprocessError) as error:
        helpers.show(Sign.REFUSED)
        _refuse(helpers, f"the data partition cannot be made anew ({error}). Replace the disk.")


def _refuse(helpers: Helpers, line: str) -> None:
    helpers.say(f"REFUSED, the gate stays down: {line}")
