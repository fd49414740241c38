"""The table and its page."""

from pathlib import Path

import pytest

from appliance.diagram import page
from appliance.faults import MachineFault
from appliance.machine import TABLE, Machine
from appliance.states import STATES, Inputs, Policy, StateName, Trigger

ROOT = Path(__file__).parents[3]


def test_the_page_in_docs_is_current() -> None:
    assert (ROOT / "docs" / "machine.md").read_text(encoding="utf-8") == page()


def test_every_state_has_a_class_and_a_way_in_and_out() -> None:
    ways_in = {row.dest for row in TABLE} | {StateName.BOOT}
    ways_out = {source for row in TABLE for source in row.sources}
    assert set(STATES) == set(StateName)
    assert (ways_in, ways_out) == (set(StateName), set(StateName))


def test_every_trigger_is_in_the_table_once() -> None:
    assert [row.trigger for row in TABLE] == list(Trigger)


def test_a_trigger_that_the_table_forbids_is_a_fault_and_changes_nothing() -> None:
    machine = Machine()
    with pytest.raises(MachineFault, match="vehicle_left in boot"):
        machine._follow(Trigger.VEHICLE_LEFT)
    assert machine.state.name is StateName.BOOT


def test_a_defect_leads_to_fault_from_every_state_that_can_move() -> None:
    machine = Machine()
    machine._follow(Trigger.CHECKED)
    machine._state = STATES[StateName.WARMUP].enter(machine.state.memory(), Inputs(Policy()), 0.0)[0]
    machine.fail(Inputs(Policy()), 1.0)
    assert machine.state.name is StateName.FAULT
