"""Checks of times and limits against each other."""

from __future__ import annotations

from collections.abc import Iterator

from ..schema import Config
from .finding import Finding, error, warn


def travel_within_limit(config: Config) -> Iterator[Finding]:
    """Law 6: a motion limit that the arm's ordinary travel reaches makes every motion a fault."""
    barrier = config.barrier
    for name, travel_s in (("open_s", barrier.open_s), ("close_s", barrier.close_s)):
        if barrier.motion_limit_s <= travel_s:
            yield error(
                "barrier.motion_limit_s",
                f"is {barrier.motion_limit_s:g} s, not longer than barrier.{name} ({travel_s:g} s).",
                "Set it to about twice the arm's travel time.",
            )


def on_time_over_motion_limit(config: Config) -> Iterator[Finding]:
    """The output's own limit is the backstop of the motion limit; it must not come first."""
    limit_s = config.barrier.motion_limit_s
    for name, output in (("open", config.outputs.open), ("close", config.outputs.close)):
        if output is not None and output.max_on_s is not None and output.max_on_s <= limit_s:
            yield error(
                f"outputs.{name}.max_on_s",
                f"is {output.max_on_s:g} s, not longer than barrier.motion_limit_s ({limit_s:g} s).",
                "Set it about a second above barrier.motion_limit_s.",
            )


def leaving_within_motion(config: Config) -> Iterator[Finding]:
    if config.barrier.leave_limit_s >= config.barrier.motion_limit_s:
        yield error(
            "barrier.leave_limit_s",
            "is not shorter than barrier.motion_limit_s: an arm that is stuck is never told apart.",
            "Set it to the time in which the arm leaves its switch, about a second.",
        )


def service_holds(config: Config) -> Iterator[Finding]:
    if config.buttons.reset_hold_s <= config.buttons.maintenance_hold_s:
        yield error(
            "buttons.reset_hold_s",
            "is not longer than buttons.maintenance_hold_s: a fault could not be reset.",
            "Set it some seconds longer.",
        )


def stuck_button(config: Config) -> Iterator[Finding]:
    if config.buttons.stuck_s <= config.buttons.reset_hold_s:
        yield error(
            "buttons.stuck_s",
            "is not longer than buttons.reset_hold_s: holding SERVICE would count as stuck.",
            "Set it well above buttons.reset_hold_s.",
        )


def loop_limits(config: Config) -> Iterator[Finding]:
    """Each rung of recovery needs time before the next one acts: loop first, board last."""
    slowest_s = 1.0 / min(config.vision.idle_fps, config.vision.guard_fps)
    if config.vision.loop_limit_s <= slowest_s:
        yield error(
            "vision.loop_limit_s",
            f"is not longer than the time between two looks ({slowest_s:.3g} s).",
            "Raise it, or raise vision.idle_fps and vision.guard_fps.",
        )
    if config.watchdog.enabled and config.watchdog.loop_limit_s <= config.vision.loop_limit_s:
        yield error(
            "watchdog.loop_limit_s",
            "is not longer than vision.loop_limit_s: the board resets before the loop is restarted.",
            "Set it to about twice vision.loop_limit_s.",
        )


def record_waits(config: Config) -> Iterator[Finding]:
    if config.barrier.record_timeout_s <= config.record.busy_timeout_s:
        yield warn(
            "barrier.record_timeout_s",
            "is not longer than record.busy_timeout_s: one short lock refuses an opening.",
            "Set it to about twice record.busy_timeout_s.",
        )
