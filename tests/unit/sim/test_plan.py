"""Plans: the same from the same seed, true to the owner's list, with every kind of visitor."""

import pytest

from appliance.hw.sim.plan import Abilities, Behaviour, Mishap, Plan, Standing, plan_visits
from appliance.hw.sim.plates import distance


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_visits(seed=3, count=200)


def test_a_seed_gives_one_plan(plan: Plan) -> None:
    assert plan == plan_visits(seed=3, count=200)
    assert plan != plan_visits(seed=4, count=200)


def test_every_kind_of_visit_comes(plan: Plan) -> None:
    assert {v.standing for v in plan.visits} == set(Standing)
    assert {v.behaviour for v in plan.visits} == set(Behaviour)
    assert {v.mishap for v in plan.visits} == {None, *Mishap}


def test_listed_visitors_are_on_the_list_and_others_are_not(plan: Plan) -> None:
    allowed = {entry.plate for entry in plan.listings if entry.allowed}
    denied = {entry.plate for entry in plan.listings if not entry.allowed}
    unknown = (Standing.STRANGER, Standing.GUEST, Standing.NEIGHBOUR)
    assert all(v.plate in allowed for v in plan.visits if v.standing is Standing.LISTED)
    assert all(v.plate in denied for v in plan.visits if v.standing is Standing.DENIED)
    assert all(v.plate not in allowed | denied for v in plan.visits if v.standing in unknown)


def test_a_neighbour_is_one_edit_from_a_listed_plate(plan: Plan) -> None:
    allowed = [entry.plate for entry in plan.listings if entry.allowed]
    neighbours = [v.plate for v in plan.visits if v.standing is Standing.NEIGHBOUR]
    assert all(min(distance(n, plate) for plate in allowed) == 1 for n in neighbours)


def test_listed_plates_are_far_from_each_other(plan: Plan) -> None:
    plates = [entry.plate for entry in plan.listings]
    near = [(a, b) for a in plates for b in plates if a < b and distance(a, b) < 3]
    assert near == []


def test_some_visitors_come_again(plan: Plan) -> None:
    listed = [v.plate for v in plan.visits if v.standing is Standing.LISTED]
    assert any(listed[at] in listed[at + 1 : at + 6] for at in range(len(listed)))


def test_mishaps_befall_plain_entries_only(plan: Plan) -> None:
    struck = [v for v in plan.visits if v.mishap]
    assert {(v.standing, v.behaviour) for v in struck} == {(Standing.LISTED, Behaviour.ENTER)}


def test_without_an_arm_nobody_slips_in_behind_another() -> None:
    with_arm, without = (plan_visits(3, 100, Abilities(arm=arm)).visits for arm in (True, False))
    assert Behaviour.TAILGATE in {v.behaviour for v in with_arm}
    assert Behaviour.TAILGATE not in {v.behaviour for v in without}


def test_a_gate_without_parts_gets_no_visit_that_needs_them() -> None:
    bare = Abilities(False, False, False, False, False, False)
    visits = plan_visits(seed=3, count=100, abilities=bare).visits
    cameras = {Mishap.CAMERA_LOST, Mishap.CAMERA_FROZEN, Mishap.CAMERA_DARK}
    assert {v.standing for v in visits} == set(Standing) - {Standing.GUEST, Standing.LEAVING}
    assert {v.mishap for v in visits} == {None, *cameras}


def test_the_first_visitor_is_let_in_by_day(plan: Plan) -> None:
    first = plan.visits[0]
    assert (first.standing, first.mishap, first.light) == (Standing.LISTED, None, "day")


def test_the_parked_car_is_listed(plan: Plan) -> None:
    assert plan.parked_plate in {entry.plate for entry in plan.listings if entry.allowed}
