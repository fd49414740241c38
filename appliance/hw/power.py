"""The board's power mode: the kernel's CPU frequency governors, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..faults import PowerModeFailed
from .base import BasePower, PowerMode

CPUFREQ = Path("/sys/devices/system/cpu/cpufreq")


def _default_governors() -> Mapping[PowerMode, str]:
    return {PowerMode.SAVING: "powersave", PowerMode.FULL: "performance"}


class NullPower(BasePower):
    """A board whose power is not ours to set."""

    def set_mode(self, mode: PowerMode) -> None:
        pass


@dataclass(frozen=True, slots=True)
class GovernorConfig:
    """Where the kernel shows its governors, and which stands for each mode."""

    root: Path = CPUFREQ
    governors: Mapping[PowerMode, str] = field(default_factory=_default_governors)


class GovernorPower(BasePower):
    """Sets the governor of every CPU cluster."""

    def __init__(self, config: GovernorConfig) -> None:
        self._config = config

    def set_mode(self, mode: PowerMode) -> None:
        """Raises PowerModeFailed when a cluster does not offer the governor or does not take it."""
        governor = self._config.governors[mode]
        clusters = sorted(self._config.root.glob("policy*"))
        if not clusters:
            raise PowerModeFailed("this kernel shows no CPU frequency governors", part="power")
        for cluster in clusters:
            self._set(cluster, governor)

    def _set(self, cluster: Path, governor: str) -> None:
        try:
            offered = (cluster / "scaling_available_governors").read_text().split()
            (cluster / "scaling_governor").write_text(governor)
            taken = (cluster / "scaling_governor").read_text().strip()
        except OSError as error:
            raise PowerModeFailed(str(error), part=cluster.name) from error
        if taken != governor:
            detail = f'"{governor}" was not taken; offered: {", ".join(offered)}'
            raise PowerModeFailed(detail, part=cluster.name)
