"""What several cameras say together, by what each of them shows."""

from __future__ import annotations

import pytest

from appliance.events import Presence, SceneSeen
from appliance.faults import ActiveFault, CameraLost, ExposureRefused, GateFault
from appliance.gate.senses import Senses, Sight
from appliance.states.base import Inputs, Policy

from .rig import Rig

REAR, FRONT = Sight(2.0, guards=False), Sight(2.0)


def look(
    cameras: dict[str, Sight], seen: dict[str, bool], *faults: GateFault, now_s: float = 100.0
) -> Inputs:
    senses = Senses(Policy(), cameras)
    for name, present in seen.items():
        senses.see(SceneSeen(name, 100.0, 100.0, (), in_roi=present, in_zone=present))
    return senses.inputs(PANEL, tuple(ActiveFault.of(fault, now_s) for fault in faults), now_s)


PANEL = Rig().panel.panel


@pytest.mark.parametrize(
    ("seen", "zone"),
    [
        ({"rear": True, "front": False}, Presence.CLEAR),
        ({"rear": False, "front": True}, Presence.PRESENT),
        ({"front": False}, Presence.CLEAR),
        ({"rear": False}, Presence.UNKNOWN),
    ],
)
def test_only_a_camera_that_shows_the_place_vetoes_or_proves_it_clear(
    seen: dict[str, bool], zone: Presence
) -> None:
    assert look({"rear": REAR, "front": FRONT}, seen).zone is zone


def test_the_first_scene_of_a_camera_is_told_from_its_others() -> None:
    senses = Senses(Policy(), {"rear": REAR, "front": FRONT})
    scenes = [
        SceneSeen(name, at, at, (), False, False)
        for name, at in (("rear", 1.0), ("rear", 2.0), ("front", 1.5))
    ]

    assert [senses.see(scene) for scene in scenes] == [True, False, True]


def test_a_lost_reader_leaves_the_zone_known_and_decides_nothing() -> None:
    lost = CameraLost("unplugged", part="rear")
    inputs = look({"rear": REAR, "front": FRONT}, {"rear": True, "front": False}, lost)
    assert (inputs.zone, inputs.doubted) == (Presence.CLEAR, frozenset({"rear"}))


def test_cameras_that_only_read_plates_are_no_guard() -> None:
    assert look({"rear": REAR}, {"rear": False}).zone is Presence.NOT_FITTED


def test_a_refused_exposure_puts_no_camera_in_doubt() -> None:
    refused = ExposureRefused("no such control", part="front exposure")
    assert look({"front": FRONT}, {"front": False}, refused).doubted == frozenset()
