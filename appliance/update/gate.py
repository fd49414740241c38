"""Is the gate at rest? It says so itself, in the line of `systemctl status gatehouse`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

UNIT = "gatehouse.service"
_REST = "idle_roi"
"""The state in which no vehicle is before the gate and nothing moves."""
_DOWN = ("inactive", "failed")

Ask = Callable[..., str | None]
"""Run a tool by its words; what it wrote, or None where it cannot be run or fails."""


def active_state(ask: Ask) -> str:
    """systemd's word for the gate's unit, such as "active" or "failed"; empty where it does not answer."""
    return _fields(ask("systemctl", "show", UNIT, "--property=ActiveState") or "").get("ActiveState", "")


def busy(ask: Ask) -> str:
    """Why nothing may be installed or restarted now; empty for a gate at rest, or one that is not running.

    A gate that does not answer may have a vehicle before it.
    """
    answer = ask("systemctl", "show", UNIT, "--property=ActiveState", "--property=StatusText")
    if answer is None:
        return "nobody can say whether a vehicle is present: systemd does not answer"
    said = _fields(answer)
    if said.get("ActiveState") in _DOWN:
        return ""
    state = said.get("StatusText", "")
    return "" if state == _REST else f"the gate is not at rest ({state or 'it says nothing'})"


def _fields(answer: str) -> Mapping[str, str]:
    return dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)
