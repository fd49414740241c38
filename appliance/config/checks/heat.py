"""Checks of heat and power: what a hot board does less of must leave a gate that works."""

from __future__ import annotations

from collections.abc import Iterator

from ..schema import Config
from .finding import Finding, error, warn


def steps_in_order(config: Config) -> Iterator[Finding]:
    thermal = config.thermal
    if thermal.degrade_c <= thermal.act_c:
        yield error(
            "thermal.degrade_c",
            f"is not above thermal.act_c ({thermal.act_c:g}): nothing is eased before recognition rests.",
            "Set it some degrees higher.",
        )


def eased_watching(config: Config) -> Iterator[Finding]:
    """Law 2: a scene that grows old before the next look is unknown, and the arm stays up for it."""
    if not config.thermal.enabled:
        return
    period_s = 1.0 / config.thermal.idle_fps
    for name, camera in config.cameras.items():
        valid_s = camera.frame_limit_s + 1.0 / config.vision.idle_fps
        if period_s > valid_s:
            yield error(
                "thermal.idle_fps",
                f"is a look each {period_s:.3g} s, but what cameras.{name} saw is old after {valid_s:.3g} s.",
                f"Set it to {1.0 / valid_s:.2g} or more.",
            )
            return


def eased_vote(config: Config) -> Iterator[Finding]:
    """The agreeing reads must fit into the time in which they count, also at a hot board's rate."""
    if not config.thermal.enabled:
        return
    needed_s = (config.vote.min_reads - 1) / min(config.thermal.recognise_fps, config.vision.recognise_fps)
    if needed_s > min(config.vote.window_s, config.access.evidence_limit_s):
        yield error(
            "thermal.recognise_fps",
            f"is too low for vote.min_reads: they take {needed_s:.3g} s, and older reads do not count.",
            "Raise it, or ask for fewer reads.",
        )


def eased_input(config: Config) -> Iterator[Finding]:
    thermal = config.thermal
    if thermal.enabled and thermal.detect_side and config.infer.dla >= 0:
        yield error(
            "thermal.detect_side",
            "asks for a smaller input, but a deep learning accelerator knows only one (infer.dla).",
            "Set it to 0.",
        )


def power_without_driver(config: Config) -> Iterator[Finding]:
    if config.power.mode != "off" and config.power.driver == "none":
        yield warn(
            "power.mode",
            f'is "{config.power.mode}", but power.driver is "none": no mode is ever set.',
            'Name the board\'s driver, or set power.mode = "off".',
        )
