"""The configuration for a subcommand, from its `--config` and `--board`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..access.regions import PRESETS
from ..config.load import Loaded, load_config, read_config
from ..hw.board import detect_board


def load_settings(args: argparse.Namespace) -> Loaded:
    """A configuration that may be armed. Raises ConfigFault, also where keys contradict each other."""
    return load_config(args.config, args.board, detect=detect_board, regions=PRESETS)


def read_settings(args: argparse.Namespace) -> Loaded:
    """The configuration with its contradictions in `findings`, for what moves nothing."""
    return read_config(args.config, args.board, detect=detect_board, regions=PRESETS)


def board_settings(args: argparse.Namespace) -> Loaded:
    """The board's configuration alone, for where the owner's cannot be used. Raises ConfigFault."""
    return read_config(Path(os.devnull), args.board, detect=detect_board, regions=PRESETS)
