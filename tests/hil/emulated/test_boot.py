"""The flashed image on an emulated board: from power-on to a gate that obeys its buttons."""

from __future__ import annotations

import pytest

from .machine import Run

pytestmark = pytest.mark.timeout(1800)

OPEN, CLOSE = 17, 27
OPEN_BUTTON, LIMIT_OPEN = 5, 20
LOW, HIGH = "pull-down", "pull-up"


def wire(run: Run, line: int, pull: str) -> None:
    """Bring an input of the board to a level, as a contact does."""
    run.agent.ask(f"echo {pull} > /run/lines/sim_gpio{line}/pull")


def level(run: Run, line: int) -> str:
    return run.agent.ask(f"cat /run/lines/sim_gpio{line}/value").strip()


def await_level(run: Run, line: int, value: int) -> None:
    """Until an output has this level: the board itself waits, and says so at once."""
    run.agent.ask(f"timeout 300 sh -c 'until {_shows(line, value)}; do sleep 0.02; done'", 80)


def press_until_it_opens(run: Run) -> None:
    """As a person does: a press that falls into a stall of the slow processor is refused, and given again."""
    button = f"/run/lines/sim_gpio{OPEN_BUTTON}/pull"
    look = f"for _ in $(seq 80); do if {_shows(OPEN, 1)}; then exit; fi; sleep 0.1; done"
    press = f"echo {LOW} > {button}; {look}; echo {HIGH} > {button}; sleep 2"
    run.agent.ask(f"timeout 300 sh -c 'while true; do {press}; done'", 80)
    wire(run, OPEN_BUTTON, HIGH)


def _shows(line: int, value: int) -> str:
    return f'[ "$(cat /run/lines/sim_gpio{line}/value)" = {value} ]'


def test_it_comes_up_from_the_slot_that_the_firmware_chose(run: Run) -> None:
    assert run.console.find_all("gatehouse-init: slot .*") == [
        "gatehouse-init: slot a, boot partition 2, tryboot 0"
    ]


def test_the_owner_s_file_is_taken_and_the_lines_are_claimed(run: Run) -> None:
    run.agent.ask("cmp /boot/config/gatehouse.toml /etc/gatehouse/gatehouse.toml")

    assert run.console.find_all("taken from the card: gatehouse.toml")
    assert "boot -> warmup: checked" in run.agent.ask("journalctl -u gatehouse -o cat --no-pager")


def test_the_root_is_proved_block_by_block_and_the_data_partition_has_grown(run: Run) -> None:
    assert "verity V" in run.agent.ask("dmsetup status root")
    assert "root / overlay" in run.agent.ask("cat /proc/mounts")
    assert int(run.agent.ask("df --output=size -m /data | tail -n 1")) > 200


def test_no_unit_has_failed(run: Run) -> None:
    assert run.agent.ask("systemctl --failed --plain --no-legend --no-pager") == ""


def test_the_gate_is_armed_once_its_engines_are_trusted(run: Run) -> None:
    journal = "journalctl -u gatehouse -o cat --no-pager --follow --lines=all"

    assert "idle_roi" in run.agent.ask(f"timeout 900 {journal} | grep -m 1 -e '-> idle_roi'", 300)


def test_the_button_opens_and_the_limit_switch_ends_the_motion(run: Run) -> None:
    assert (level(run, OPEN), level(run, CLOSE)) == ("0", "0")
    press_until_it_opens(run)
    await_level(run, OPEN, 0)

    assert (level(run, CLOSE), level(run, LIMIT_OPEN)) == ("0", "0")
