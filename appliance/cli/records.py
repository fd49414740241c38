"""What the commands that open the record share: its clock, who works here, a database to read."""

from __future__ import annotations

import os
import pwd

from ..config.schema import Config
from ..hw.system_clock import SystemClock
from ..record.stamp import Origin, Stamper


def operator() -> str:
    """Who gave the command, for the audit: the person behind sudo where there is one."""
    behind = os.environ.get("SUDO_USER")
    if behind:
        return behind
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"


def system_stamper(config: Config) -> Stamper:
    """Dates entries by this computer's clock."""
    return Stamper(SystemClock(vouched=config.clock.trust == "always"), Origin.here())
