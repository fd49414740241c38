"""`gatehouse ota mark-good` in a system that cannot use the owner's configuration."""

from __future__ import annotations

import argparse

from ...faults import ConfigFault
from ...update.underway import Underway
from ..settings import board_settings
from .telling import keep_in_record, sentence
from .wiring import make_updater


def run(args: argparse.Namespace, fault: ConfigFault) -> int:
    """What runs on trial goes back and the fault is its reason, which the status of what ran before tells.

    Raises `fault` where nothing is on trial.
    """
    config = board_settings(args).config
    reason = "it cannot use the owner's configuration: " + "; ".join(fault.detail.splitlines())
    with Underway.beside(config.recovery).held():
        trial = make_updater(config).take_back(reason)
    if trial is None:
        raise fault
    print(sentence(trial))
    keep_in_record(config, trial)
    return 1
