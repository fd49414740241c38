"""What no single key can say: the checks across keys, each finding with its remedy (law 11)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from ..schema import Config
from . import access, board, engines, heat, sight, timing, wiring
from .finding import Finding, Severity

__all__ = ["CHECKS", "Finding", "Severity", "examine"]

Check = Callable[[Config], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    board.unknown_board,
    wiring.pins_used_twice,
    wiring.pretend_pins,
    wiring.real_pins_under_the_twin,
    wiring.levels_of_timed_outputs,
    wiring.motion_at_rest,
    wiring.barrier_outputs,
    wiring.stop_output,
    wiring.stop_at_the_end,
    wiring.told_controller,
    wiring.car_outputs,
    wiring.open_ended_outputs,
    wiring.level_before_start,
    wiring.missing_pulls,
    wiring.converter_inputs,
    wiring.stop_button,
    wiring.broken_wires,
    wiring.exit_input,
    wiring.watch_under_the_arm,
    timing.travel_within_limit,
    timing.on_time_over_motion_limit,
    timing.leaving_within_motion,
    timing.service_holds,
    timing.stuck_button,
    timing.loop_limits,
    timing.record_waits,
    sight.some_camera,
    sight.twin_camera,
    sight.some_reader,
    sight.exposure_drivers,
    sight.small_streams,
    sight.camera_zones,
    sight.camera_rates,
    sight.reachable_vote,
    sight.plate_lengths,
    heat.steps_in_order,
    heat.eased_watching,
    heat.eased_vote,
    heat.eased_input,
    heat.power_without_driver,
    engines.known_backends,
    engines.pictures_beside_the_nets,
    access.time_zone,
    access.schedule_windows,
    access.plate_spelling,
    access.plate_on_both_lists,
    access.thresholds,
    access.witness_heard,
)


def examine(config: Config, regions: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Everything in which the keys contradict each other, in the order of the table.

    `regions` are the names that `access.regions` may use; None leaves them unchecked.
    """
    found = [finding for check in CHECKS for finding in check(config)]
    if regions is not None:
        found.extend(access.known_regions(config, regions))
    return tuple(found)
