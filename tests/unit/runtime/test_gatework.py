"""The mouth, and what of the configuration the machine follows."""

from __future__ import annotations

from typing import cast

from appliance.events import SelfCheckPassed, Tick
from appliance.faults import CameraLost
from appliance.gate.gate import Gate
from appliance.gate.ports import FaultMet, FaultOver, Message
from appliance.runtime.gatework import Mouth, policy_of

from .rig import Heard, a_config


def test_what_is_said_too_early_is_heard_first_and_in_order() -> None:
    heard, mouth = Heard(), Mouth()
    early: list[Message] = [Tick(), SelfCheckPassed()]
    for message in early:
        mouth.post(message)
    mouth.open(cast(Gate, heard))
    mouth.post(Tick())

    assert heard.messages == [*early, Tick()]


def test_nothing_is_heard_twice() -> None:
    first, second, mouth = Heard(), Heard(), Mouth()
    mouth.post(Tick())
    mouth.open(cast(Gate, first))
    mouth.open(cast(Gate, second))

    assert (first.messages, second.messages) == ([Tick()], [])


def test_faults_become_messages() -> None:
    heard, fault = Heard(), CameraLost("gone", part="front")
    mouth = heard.mouth
    mouth.raised(fault)
    mouth.cleared("camera_lost", "front")
    mouth.cleared("disk_full")

    assert heard.messages == [FaultMet(fault), FaultOver("camera_lost", "front"), FaultOver("disk_full")]


def test_the_machine_follows_the_configuration() -> None:
    config = a_config(gate={"armed": False}, exit={"mode": "none"}, buttons={"stuck_s": 7.0})
    policy = policy_of(config)

    assert (policy.armed, policy.actuator) == (False, "barrier")
    assert (policy.exit, policy.buttons, policy.barrier) == (config.exit, config.buttons, config.barrier)
