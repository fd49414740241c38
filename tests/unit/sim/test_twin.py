"""The twin as a whole: wires, steps, and the same run from the same seed."""

from appliance.hw.sim.lens import Lens, enters_m
from appliance.hw.sim.plan import Light, Weather
from appliance.hw.sim.render import Renderer
from appliance.hw.sim.world import SceneView

from .rig import Rig, TrueGate, a_plan, a_rig, a_visit

LOWER_HALF = ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0))


def _run(seed: int) -> Rig:
    rig = a_rig(seed=seed, visits=8)
    TrueGate(rig).run()
    return rig


def test_the_same_seed_gives_the_same_run() -> None:
    one, two, other = _run(5), _run(5), _run(6)
    assert one.lines == two.lines
    assert one.twin.summary() == two.twin.summary()
    assert one.lines != other.lines


def test_many_visits_at_a_lawful_gate_are_judged_clean() -> None:
    rig = a_rig(seed=11, visits=30)
    TrueGate(rig).run()
    summary = rig.twin.summary()
    assert (summary.visits, summary.missed, summary.false_opens, summary.violations) == (30, 0, 0, ())
    assert summary.visits == summary.opened + summary.missed + summary.refused + summary.tailgated


def test_outputs_move_the_arm_and_limits_answer() -> None:
    rig = a_rig(a_plan(a_visit(gap_s=300.0)))
    rig.claim()
    assert (rig.active("limit_closed"), rig.active("limit_open")) == (True, False)
    rig.energise("open")
    rig.run(3.0)
    assert (rig.active("limit_closed"), rig.active("limit_open")) == (False, True)


def test_an_unclaimed_output_is_not_energised() -> None:
    rig = a_rig(a_plan(a_visit(gap_s=300.0)))
    rig.factory.pin("GPIO17").drive_high()
    rig.run(1.0)
    assert rig.twin.world.arm.at_closed


def test_an_input_that_was_claimed_anew_gets_its_level_back() -> None:
    rig = a_rig(a_plan(a_visit(gap_s=300.0)))
    rig.factory.pin("GPIO19").pull = "up"
    assert not rig.active("limit_closed")
    rig.run(0.01)
    assert rig.active("limit_closed")


def test_time_passes_in_whole_steps_only() -> None:
    rig = a_rig()
    rig.run(0.009)
    assert rig.twin.world.now_s == 0.0
    rig.run(0.001)
    assert rig.twin.world.now_s == 0.01


def test_the_gate_gets_the_owners_list() -> None:
    rig = a_rig(seed=5, visits=8)
    assert rig.twin.listings == rig.twin.plan.listings


def test_every_sky_looks_different() -> None:
    renderer = Renderer(Lens(192, 108), 1, "ABC1234")
    views = [SceneView(0.0, light, weather, 0.0, (), None) for light in Light for weather in Weather]
    pictures = {renderer.render(view, 0).tobytes() for view in views}
    assert len(pictures) == len(views)


def test_a_walker_covers_a_part_of_the_picture() -> None:
    renderer = Renderer(Lens(192, 108), 1, "ABC1234")
    clear = renderer.render(SceneView(0.0, Light.DAY, Weather.DRY, 90.0, (), None), 0)
    walked = renderer.render(SceneView(0.0, Light.DAY, Weather.DRY, 90.0, (), 0.65), 0)
    assert (clear != walked).any(axis=2).mean() > 0.1


def test_nearer_is_larger_and_lower_in_the_picture() -> None:
    lens = Lens(960, 540)
    assert lens.scale(4.0) > lens.scale(12.0)
    assert lens.project(0.0, 0.5, 4.0)[1] > lens.project(0.0, 0.5, 12.0)[1]


def test_the_roi_is_entered_where_the_plate_comes_into_it() -> None:
    along = enters_m(LOWER_HALF, 0.0, 0.5)
    assert Lens(960, 540).project(0.0, 0.5, along)[1] >= 270
    assert Lens(960, 540).project(0.0, 0.5, along + 0.1)[1] < 270


def test_a_roi_beside_the_lane_is_never_entered() -> None:
    assert enters_m(((0.0, 0.0), (0.05, 0.0), (0.05, 0.05)), 0.0, 0.5) < 0
