"""A Jetson's power mode: NVIDIA's `nvpmodel` for the budget, `jetson_clocks` to hold the clocks up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..faults import PowerModeFailed
from .base import BasePower, PowerMode
from .tools import Ran, last_words, run_tool

STORE = Path("/run/gatehouse/clocks.conf")
# To the question whether to reboot now. A mode that changes the number of GPU units asks it.
_NO = "NO\n"
_ASKS_REBOOT = re.compile(r"reboot required", re.IGNORECASE)
_MODE = re.compile(r"^NV Power Mode:\s*(?P<name>\S+)\s*\n(?P<number>\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class JetsonConfig:
    """Numbers of nvpmodel's modes (/etc/nvpmodel.conf); None leaves the mode that the board is in.

    With `clocks` the full mode holds all clocks at the greatest that nvpmodel's mode allows. `store` is
    where their settings of before are kept, gone with a reboot as the settings themselves are.
    """

    saving: int | None = None
    full: int | None = None
    clocks: bool = True
    limit_s: float = 5.0
    nvpmodel: str = "nvpmodel"
    jetson_clocks: str = "jetson_clocks"
    store: Path = STORE


class JetsonPower(BasePower):
    """Sets nvpmodel's mode, and holds or frees the clocks. A mode that needs a reboot is refused."""

    def __init__(self, config: JetsonConfig) -> None:
        self._config = config
        self._needs_reboot: dict[int, PowerModeFailed] = {}

    def set_mode(self, mode: PowerMode) -> None:
        """Raises PowerModeFailed where a tool is missing, fails, hangs, or wants a reboot first."""
        # The clocks' settings belong to nvpmodel's mode, so they are freed before it changes.
        self._free_clocks()
        number = self._config.full if mode is PowerMode.FULL else self._config.saving
        if number is not None:
            self._take(number)
        if mode is PowerMode.FULL and self._config.clocks:
            self._hold_clocks()

    def _take(self, number: int) -> None:
        if number in self._needs_reboot:
            # It was asked once; it costs seconds, and says the same until the next start.
            raise self._needs_reboot[number]
        if self._current()[0] == number:
            return
        ran = self._run(self._config.nvpmodel, "-m", str(number))
        if _ASKS_REBOOT.search(ran.said):
            raise self._remember(number)
        ran.must()
        taken, name = self._current()
        if taken != number:
            raise PowerModeFailed(f"mode {number} was not taken; it is in {taken} ({name})", part="nvpmodel")

    def _remember(self, number: int) -> PowerModeFailed:
        detail = f"mode {number} needs a reboot; choose one that does not, or set it once by hand"
        self._needs_reboot[number] = PowerModeFailed(detail, part="nvpmodel")
        return self._needs_reboot[number]

    def _current(self) -> tuple[int, str]:
        """Number and name of nvpmodel's mode."""
        said = self._run(self._config.nvpmodel, "-q").must()
        match = _MODE.search(said)
        if match is None:
            raise PowerModeFailed(f"its answer is not understood: {last_words(said)}", part="nvpmodel")
        return int(match["number"]), match["name"]

    def _hold_clocks(self) -> None:
        store = self._config.store
        try:
            store.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PowerModeFailed(f"{store.parent}: {error.strerror}", part="jetson_clocks") from error
        self._run(self._config.jetson_clocks, "--store", str(store)).must()
        self._run(self._config.jetson_clocks).must()

    def _free_clocks(self) -> None:
        """Back to the settings of before. The tool refuses to store over a file, so it goes then."""
        store = self._config.store
        if not store.exists():
            return
        self._run(self._config.jetson_clocks, "--restore", str(store)).must()
        try:
            store.unlink()
        except OSError as error:
            raise PowerModeFailed(f"{store}: {error.strerror}", part="jetson_clocks") from error

    def _run(self, *command: str) -> Ran:
        return run_tool(command, self._config.limit_s, answer=_NO)
