"""What is updated beside the root, by a start of the gate alone: the application, and nets."""

from __future__ import annotations

import pytest

from .bundles import RELEASE
from .lines import ARMED, await_journal, skip_journal
from .machine import Board, Run
from .updates import became, install, ota, refusal

pytestmark = pytest.mark.timeout(3600)

_PID = "systemctl show --value --property MainPID gatehouse"
_SERVES_FROM = f"readlink -f $(tr '\\0' '\\n' < /proc/$({_PID})/environ | sed -n s/^PYTHONPATH=//p)"


@pytest.fixture
def gate(board_and_run: tuple[Board, Run]) -> Run:
    """An armed gate of the test's own, with the stick in it."""
    return board_and_run[1]


def test_an_application_serves_once_it_has_proved_itself(gate: Run) -> None:
    boot = gate.agent.ask("cat /proc/sys/kernel/random/boot_id")

    assert f"Application {RELEASE} is installed" in install(gate, "application")
    ota(gate, "restart")
    assert became(gate, f"Application {RELEASE}") == f"Application {RELEASE} has proved itself."
    assert gate.agent.ask(_SERVES_FROM).strip().endswith(f"/{RELEASE}")
    assert gate.agent.ask("cat /proc/sys/kernel/random/boot_id") == boot


def test_nets_that_read_their_golden_frames_serve_from_the_next_start_of_the_gate(gate: Run) -> None:
    skip_journal(gate)

    assert f"Models {RELEASE} is installed" in install(gate, "nets")
    ota(gate, "restart")
    await_journal(gate, ARMED, 300)
    assert became(gate, f"Models {RELEASE}") == f"Models {RELEASE} has proved itself."


def test_nets_that_misread_a_golden_frame_are_refused_and_nothing_changes(gate: Run) -> None:
    pid = gate.agent.ask(_PID)

    assert "golden/plate_us.png" in refusal(gate, "misread")
    assert "Nothing is installed" in gate.agent.ask("gatehouse ota restart; true", 60)
    assert gate.agent.ask(_PID) == pid
