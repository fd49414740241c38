"""What the loss of a camera means, by its role and by who else is well."""

from __future__ import annotations

import pytest

from appliance.config.schema import Camera
from appliance.events import SceneSeen, VisionEvent
from appliance.faults import CameraFrozen, CameraLost, EngineFailed, GateFault
from appliance.runtime.crew import Crew

PLATES, BOTH, OVERVIEW = Camera(role="plates"), Camera(role="both"), Camera(role="overview")


class Told:
    """What the gate hears, a line each."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def post(self, event: VisionEvent, /) -> None:
        self.lines.append(type(event).__name__)

    def raised(self, fault: GateFault, /) -> None:
        self.lines.append(f"+{fault.kind()} {fault.part} {fault.effect}")

    def cleared(self, kind: str, part: str, /) -> None:
        self.lines.append(f"-{kind} {part}")


def crew(**cameras: Camera) -> tuple[Crew, Told]:
    told = Told()
    return Crew(cameras, told), told


@pytest.mark.parametrize("other", [PLATES, BOTH])
def test_a_reader_is_covered_while_another_reads(other: Camera) -> None:
    both, told = crew(rear=PLATES, front=other)
    both.raised(CameraLost("unplugged", part="rear"))
    both.cleared("camera_lost", "rear")
    assert told.lines == ["+camera_covered rear warn", "-camera_covered rear"]


@pytest.mark.parametrize(("lost", "other"), [(PLATES, OVERVIEW), (BOTH, BOTH), (OVERVIEW, BOTH)])
def test_who_guards_the_arm_or_reads_alone_is_not_covered(lost: Camera, other: Camera) -> None:
    both, told = crew(rear=lost, front=other)
    both.raised(CameraLost("unplugged", part="rear"))
    assert told.lines == ["+camera_lost rear refuse_entry"]


def test_with_the_second_reader_both_refuse_and_the_first_that_returns_covers_the_other() -> None:
    both, told = crew(rear=PLATES, front=PLATES)
    both.raised(CameraLost("a", part="rear"))
    both.raised(CameraFrozen("b", part="front"))
    both.cleared("camera_lost", "rear")
    assert told.lines == [
        "+camera_covered rear warn",
        "+camera_lost rear refuse_entry",
        "-camera_covered rear",
        "+camera_frozen front refuse_entry",
        "-camera_lost rear",
        "+camera_covered front warn",
        "-camera_frozen front",
    ]


def test_a_lost_camera_that_freezes_meanwhile_is_told_of_once() -> None:
    both, told = crew(rear=PLATES, front=PLATES)
    both.raised(CameraLost("a", part="rear"))
    both.raised(CameraFrozen("b", part="rear"))
    both.cleared("camera_frozen", "rear")
    assert told.lines == ["+camera_covered rear warn", "-camera_covered rear"]


def test_what_is_no_cameras_fault_passes() -> None:
    both, told = crew(rear=PLATES)
    both.raised(EngineFailed("x", part="own"))
    both.cleared("engine_failed", "own")
    both.post(SceneSeen("rear", 1.0, 1.0, (), in_roi=False, in_zone=False))
    assert told.lines == ["+engine_failed own refuse_entry", "-engine_failed own", "SceneSeen"]
