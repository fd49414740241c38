"""Loops of several cameras speak with one voice: a fault that two of them have is raised and cleared once."""

from __future__ import annotations

from appliance.faults import EngineFailed, ReaderStalled
from appliance.vision.complaints import Chorus, Complaints

from .makers import FaultLog

LOST = EngineFailed("x", part="own.det")


def test_a_fault_of_two_stands_until_the_last_of_them_is_well() -> None:
    log = FaultLog()
    chorus = Chorus(log)
    north, south = Complaints(chorus), Complaints(chorus)
    north.met("detect", LOST)
    south.met("detect", LOST)
    north.well("detect")
    assert log.lines == ["+engine_failed"]
    south.well("detect")
    assert log.lines == ["+engine_failed", "-engine_failed"]


def test_a_fault_that_returns_is_told_again() -> None:
    log = FaultLog()
    complaints = Complaints(Chorus(log))
    for _ in range(2):
        complaints.met("detect", LOST)
        complaints.well("detect")
    assert log.lines == ["+engine_failed", "-engine_failed"] * 2


def test_different_faults_are_told_apart() -> None:
    log = FaultLog()
    chorus = Chorus(log)
    Complaints(chorus).met("detect", LOST)
    Complaints(chorus).met("desk", ReaderStalled("hung"))
    assert log.standing == {("engine_failed", "own.det"), ("reader_stalled", "")}
