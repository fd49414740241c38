"""Holds what the gate read in the twin against the plates that drove up there."""

from __future__ import annotations

from math import inf

from ...config.schema import Vote as VoteSettings
from ...hw.sim.plan import Standing
from ...hw.sim.summary import Tally
from ...hw.sim.twin import Twin
from .answers import Present, Reads, score, told
from .drive import Drive


def twin_reads(seen: Drive, twin: Twin, settings: VoteSettings) -> Reads:
    """Who came to enter must be read; who leaves shows its rear to nobody who asks, and one parks near by."""
    came = [_present(tally) for tally in twin.tallies]
    parked = Present(twin.plan.parked_plate, -inf, inf, due=False)
    return score(told(seen.votes, settings), [*came, parked])


def _present(tally: Tally) -> Present:
    left_s = inf if tally.left_s is None else tally.left_s
    due = tally.plan.standing is not Standing.LEAVING and tally.ready_s is not None
    return Present(tally.plan.plate, tally.arrived_s, left_s, due=due)
