"""What goes wrong on a board, done to the emulated one: it is safe, and comes back or says why not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .autoboot import CONFIG_PARTITION
from .lines import (
    CLOSE,
    OPEN,
    SERVES,
    SERVICE_BUTTON,
    Gate,
    await_armed,
    await_journal,
    level,
    press_until_it_opens,
    skip_journal,
    strike,
)
from .machine import Board, Run

pytestmark = pytest.mark.timeout(1800)

Measured = Callable[[float], None]
Thawed = tuple[Board, Run]

WATCHDOG_S = 20
"""Of the machine: a Pi's is 14 s; the emulated image's 60 s are for starts beside other work."""
RECORD = "/var/lib/gatehouse/data/gatehouse.db"
FILLER = "/var/lib/gatehouse/data/filler"
UP = "gatehouse-up: the gate serves"
TRACES = " ".join(
    f"/data/{folder}/left" for folder in ("gatehouse", "etc", "system/ssh", "system", "journal")
)


# -- the gate's process --------------------------------------------------------------------------------


def test_a_killed_gate_lets_go_of_its_outputs_and_serves_again(gate: Gate, measured: Measured) -> None:
    gate.agent.ask("touch /run/jammed")
    skip_journal(gate)
    measured(strike(gate, "KILL"))
    await_journal(gate, SERVES)
    press_until_it_opens(gate)


def test_a_gate_that_stands_still_is_ended_and_serves_again(gate: Gate, measured: Measured) -> None:
    gate.agent.ask("touch /run/jammed")
    skip_journal(gate)
    measured(strike(gate, "STOP"))
    await_journal(gate, SERVES)

    assert "watchdog" in gate.agent.ask(
        "journalctl --boot --no-pager --unit gatehouse --grep 'Failed with result'"
    )


# -- the machine ---------------------------------------------------------------------------------------


@pytest.fixture
def watched(thawed: Thawed) -> Thawed:
    """An armed board whose watchdog waits no longer than it must."""
    manager = "org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager"
    thawed[1].agent.ask(f"busctl set-property {manager} RuntimeWatchdogUSec t {WATCHDOG_S}000000")
    return thawed


def test_a_kernel_that_hangs_is_reset_by_the_watchdog(watched: Thawed) -> None:
    _, run = watched
    run.agent.tell("echo 0 > /proc/sys/kernel/panic; echo c > /proc/sysrq-trigger")

    assert run.reset_seen(WATCHDOG_S) == "watchdog"


def test_a_kernel_that_panics_restarts_the_board(thawed: Thawed) -> None:
    board, run = thawed
    run.agent.tell("echo c > /proc/sysrq-trigger")

    assert run.reset_seen(30) == "guest-reset"
    with board.after(run) as again:
        again.expect("gatehouse-init: slot a", 30)


def test_a_systemd_that_crashes_restarts_the_board(thawed: Thawed) -> None:
    _, run = thawed
    run.agent.tell("kill -SEGV 1")

    assert run.reset_seen(30) == "guest-reset"


def test_a_systemd_that_stands_still_is_reset_and_the_gate_is_armed_again(watched: Thawed) -> None:
    board, run = watched
    run.agent.ask("echo 1 > /sys/fs/cgroup/init.scope/cgroup.freeze")

    assert run.reset_seen(WATCHDOG_S) == "watchdog"
    with board.after(run) as again:
        again.expect(UP, 120)
        await_armed(again)


def test_power_cuts_at_any_point_of_a_start_leave_a_board_that_arms(thawed: Thawed) -> None:
    board, run = thawed
    run.cut_power()
    for marker in ("bench: ready", UP, "gatehouse-init: slot", "gatehouse-prepare: ready"):
        with board.start() as again:
            again.expect(marker, 120)
    with board.start() as last:
        last.expect(UP, 120)
        await_armed(last)
        last.agent.ask("gatehouse audit verify")


# -- the disk ------------------------------------------------------------------------------------------


def test_a_full_disk_refuses_entry_keeps_the_button_and_clears(gate: Gate) -> None:
    gate.agent.ask(f"dd if=/dev/zero of={FILLER} bs=1M || true", 120)
    press_until_it_opens(gate)
    await_journal(gate, "fault disk_full .refuse_entry")
    skip_journal(gate)
    gate.agent.ask(f"rm {FILLER}")
    await_journal(gate, "fault disk_full cleared")


def test_a_damaged_record_is_named_kept_and_replaced_by_hand(gate: Gate) -> None:
    gate.agent.ask("systemctl stop gatehouse", 60)
    gate.agent.ask(f"dd if=/dev/urandom of={RECORD} bs=4096 seek=1 count=4 conv=notrunc")
    skip_journal(gate)
    gate.agent.ask("systemctl start --no-block gatehouse")
    await_journal(gate, "fault record_corrupt .refuse_entry")
    await_journal(gate, SERVES)
    press_until_it_opens(gate)
    gate.agent.ask("gatehouse audit set-aside", 60)
    await_journal(gate, "fault record_corrupt cleared")

    assert gate.agent.ask(f"ls {RECORD}.corrupt-*Z").strip()


# -- the card ------------------------------------------------------------------------------------------


def leave_traces(run: Run) -> str:
    """Something in each folder of the data partition, and in force; who the board is."""
    run.agent.ask(f"touch {TRACES}; sync")
    return identity(run)


def identity(run: Run) -> str:
    return run.agent.ask("cd /data/system; sha256sum machine-id tls/key.pem ssh/ssh_host_ed25519_key")


def is_another(run: Run, was: str) -> bool:
    """Whether nothing is left, and not one line of who the board was."""
    left = run.agent.ask(f"ls {TRACES} 2>/dev/null || true").split()
    return not left and not set(identity(run).splitlines()) & set(was.splitlines())


def test_a_file_on_the_card_resets_the_board_once(thawed: Thawed) -> None:
    board, run = thawed
    was = leave_traces(run)
    run.cut_power()
    board.firmware.write(CONFIG_PARTITION, "factory-reset", b"")
    with board.start() as again:
        again.expect("factory reset, asked for by the card", 60)
        again.expect("made: ", 60)
        again.expect("gatehouse-prepare: ready", 60)
        assert is_another(again, was)
    with board.start() as third:
        third.expect("gatehouse-prepare: ready", 60)
        assert not third.console.find_all("factory reset")


def test_the_service_button_held_at_power_on_resets_the_board(thawed: Thawed) -> None:
    board, run = thawed
    was = leave_traces(run)
    run.cut_power()
    with board.start(f"bench.hold={SERVICE_BUTTON}") as again:
        again.expect("factory reset, asked for by the button", 60)
        again.expect("not taken again until it changes: gatehouse.toml", 60)
        again.expect("gatehouse-prepare: ready", 60)
        assert is_another(again, was)


def test_a_configuration_that_cannot_be_used_keeps_the_gate_unarmed_until_it_is_mended(fresh: Board) -> None:
    good = fresh.firmware.read(CONFIG_PARTITION, "gatehouse.toml")
    fresh.firmware.write(CONFIG_PARTITION, "gatehouse.toml", good.replace(b"max_on_s", b"max_of_s"))
    with fresh.start() as run:
        said = run.expect(r"REFUSED, the gate stays unarmed: .*\n", 60).group()
        run.expect("gatehouse-prepare: waiting for a good file", 60)
        assert "max_of_s" in said
        assert (level(run, OPEN), level(run, CLOSE)) == ("0", "0")
        assert run.agent.ask("systemctl is-active gatehouse gatehouse-up || true").split() == ["inactive"] * 2
    fresh.firmware.write(CONFIG_PARTITION, "gatehouse.toml", good)
    with fresh.start() as mended:
        mended.expect(UP, 120)
        await_journal(mended, SERVES)
