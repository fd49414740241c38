"""What a person does at the gate, and what one sees there: contacts, relays, the journal."""

from __future__ import annotations

from typing import Protocol

from .machine import Agent

OPEN, CLOSE = 17, 27
OPEN_BUTTON, STOP_BUTTON, SERVICE_BUTTON = 5, 6, 13
BEAM, LIMIT_OPEN, LIMIT_CLOSED, LOOP = 19, 20, 21, 26
LOW, HIGH = "pull-down", "pull-up"
"""LOW presses OPEN and SERVICE. What is closed when idle opens on HIGH: STOP is held, a vehicle is there."""
ARMED = "-> idle_roi"
SERVES = "boot -> warmup: checked"
JOURNAL = "journalctl --unit gatehouse --boot --output cat --no-pager"


class Gate(Protocol):
    """Where a scenario is played: an emulated board (`Run`), or a real one (`Device`)."""

    @property
    def agent(self) -> Agent: ...


def wire(run: Gate, line: int, pull: str) -> None:
    """Bring an input of the board to a level, as a contact does."""
    run.agent.ask(f"echo {pull} > /run/lines/sim_gpio{line}/pull")


def react(run: Gate, line: int, pull: str, output: int, value: int) -> float:
    """Bring an input to a level: the milliseconds until an output has its own, measured on the board."""
    return _react(run, f"wire {line} {pull} {output} {value}")


def strike(run: Gate, name: str) -> float:
    """Send the gate a signal amid an opening: the milliseconds until its output is off."""
    pid = run.agent.ask("systemctl show --value --property MainPID gatehouse").strip()
    return _react(run, f"strike {name} {pid}")


def _react(run: Gate, words: str) -> float:
    return float(run.agent.ask(f"python3 /bench/react {words}", 80))


def level(run: Gate, line: int) -> str:
    return run.agent.ask(f"cat /run/lines/sim_gpio{line}/value").strip()


def await_level(run: Gate, line: int, value: int) -> None:
    """Until an output has this level: the board itself waits, and says so at once."""
    run.agent.ask(f"timeout 300 sh -c 'until {shows(line, value)}; do sleep 0.02; done'", 80)


def stays(run: Gate, line: int, value: int, for_s: int) -> bool:
    """Whether an output keeps its level for so long."""
    watch = f"for _ in $(seq {for_s * 20}); do {shows(line, value)} || exit 1; sleep 0.05; done"
    return run.agent.ask(f"sh -c '{watch}' && echo stayed || echo fell", for_s + 20).strip() == "stayed"


def press_until_it_opens(run: Gate) -> None:
    """As a person does: a press that falls into a stall of the slow processor is refused, and given again."""
    button = f"/run/lines/sim_gpio{OPEN_BUTTON}/pull"
    look = f"for _ in $(seq 80); do if {shows(OPEN, 1)}; then exit; fi; sleep 0.1; done"
    press = f"echo {LOW} > {button}; {look}; echo {HIGH} > {button}; sleep 2"
    run.agent.ask(f"timeout 300 sh -c 'while true; do {press}; done'", 80)
    wire(run, OPEN_BUTTON, HIGH)


def open_the_arm(run: Gate) -> None:
    """Until it stands up, and rests."""
    press_until_it_opens(run)
    await_level(run, OPEN, 0)
    await_journal(run, "opened .*: The arm is open")


def await_journal(run: Gate, words: str, limit_s: float = 80.0) -> str:
    """Until the gate's journal of this start, behind `skip_journal`, has these words; the line with them."""
    follow = f"{JOURNAL} --cursor-file=/run/journal-seen --follow --lines=all"
    return run.agent.ask(f"timeout 900 {follow} | grep -m 1 -e '{words}'", limit_s).strip()


def skip_journal(run: Gate) -> None:
    """What was said so far is not waited for."""
    run.agent.ask(f"{JOURNAL} --cursor-file=/run/journal-seen > /run/journal-said")


def await_armed(run: Gate) -> None:
    """Until the gate's engines are trusted, and it looks at its region."""
    await_journal(run, ARMED, 300)


def shows(line: int, value: int) -> str:
    """A test of the shell: whether a line has this level."""
    return f'{{ read -r is < /run/lines/sim_gpio{line}/value; [ "$is" = {value} ]; }}'
