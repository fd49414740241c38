"""The unit that starts the gate, and whether a gate runs on this board now."""

from __future__ import annotations

from itertools import pairwise

from .report import Reports, fine, warn, wrong
from .site import Site

PART = "service"
_PROPERTIES = ("LoadState", "UnitFileState", "ActiveState", "NRestarts")


def unit(site: Site) -> Reports:
    """A gate that nobody starts at power-on is none."""
    state = _state(site)
    if state is None:
        return
    if state.get("LoadState") != "loaded":
        yield warn(
            PART,
            "systemd has no unit gatehouse: the gate does not start at power-on.",
            "Install etc/systemd/gatehouse.service; the flashed image has it.",
        )
    elif state.get("UnitFileState") != "enabled":
        yield warn(
            PART,
            "The unit is not enabled: the gate does not start at power-on.",
            "Give: sudo systemctl enable gatehouse.",
        )
    elif state.get("ActiveState") == "failed":
        remedy = "Read why: journalctl -u gatehouse -b; then sudo systemctl reset-failed gatehouse."
        yield wrong(PART, "The gate has died too often and stays down.", remedy)
    else:
        yield fine(PART, f"enabled, {state.get('ActiveState', 'unknown')}")
        yield from _restarts(state)


def kept_down(site: Site, why: str) -> Reports:
    """`why` is what the gate kept when it last stayed down, empty where it did not."""
    if why and not running_gates(site):
        yield wrong(
            PART,
            f"The gate stays down: {why}.",
            "Mend that, then give: sudo systemctl reset-failed gatehouse; sudo systemctl start gatehouse.",
        )


def running_gates(site: Site) -> tuple[int, ...]:
    """The processes on this board, but for this one, that are a gate: they hold its pins and cameras."""
    found = []
    for place in site.found("proc/[0-9]*"):
        words = site.text(f"proc/{place.name}/cmdline").split("\0")
        if _is_gate(words) and int(place.name) != site.own_pid:
            found.append(int(place.name))
    return tuple(found)


def other_gate(site: Site) -> Reports:
    for pid in running_gates(site):
        yield warn(
            PART,
            f"A gate runs on this board (process {pid}): its lines, cameras and nets are let be.",
            "For the whole check stop it: sudo systemctl stop gatehouse.",
        )


def _restarts(state: dict[str, str]) -> Reports:
    count = state.get("NRestarts", "0")
    if count not in ("", "0"):
        yield warn(
            PART,
            f"systemd has restarted the gate {count} times since it was started.",
            "Read why: journalctl -u gatehouse -b.",
        )


def _state(site: Site) -> dict[str, str] | None:
    told = site.ask("systemctl", "show", "gatehouse", f"--property={','.join(_PROPERTIES)}")
    if not told:
        return None
    pairs = (line.partition("=") for line in told.splitlines())
    return {key: value for key, _, value in pairs}


def _is_gate(words: list[str]) -> bool:
    """`gatehouse run` or `python -m appliance run`, but for the moment in which it releases the outputs."""
    called = (
        word.rpartition("/")[2] in ("gatehouse", "appliance") and after == "run"
        for word, after in pairwise(words)
    )
    return any(called) and "--release-outputs" not in words
