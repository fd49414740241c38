"""The configuration for a subcommand, from its `--config` and `--board`."""

from __future__ import annotations

import argparse

from ..config.load import Loaded, load_config, read_config


def load_settings(args: argparse.Namespace) -> Loaded:
    """A configuration that may be armed. Raises ConfigFault, also for what keys contradict each other in."""
    return load_config(args.config, args.board)


def read_settings(args: argparse.Namespace) -> Loaded:
    """The configuration with its contradictions in `findings`, for what moves nothing."""
    return read_config(args.config, args.board)
