"""Virtual time: the post that comes later, and a run of the twin with nets that are played."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from appliance.access.regions import PRESETS
from appliance.clock import ManualClock
from appliance.config import Config
from appliance.config.load import load_config
from appliance.events import EnginesTrusted, SceneSeen, SelfCheckPassed, Tick, VisionEvent
from appliance.faults import ConfigFault
from appliance.gate.ports import Message
from appliance.hw.sim.summary import Summary
from appliance.record.audit import AuditLog
from appliance.record.store import Store
from appliance.runtime.twinlife import refuse_blind
from appliance.runtime.virtual import Post, VirtualRun
from appliance.sight import Box, Detection
from appliance.vision.base import BaseDetector
from appliance.vision.factory import Recognition

from .rig import PlayedReader, a_config


def test_messages_come_when_they_are_due() -> None:
    post = Post()
    post.send(2.0, Tick())
    post.send(1.0, SelfCheckPassed())

    assert list(post.due(0.9)) == []
    assert list(post.due(1.0)) == [SelfCheckPassed()]
    assert list(post.due(5.0)) == [Tick()]


def test_messages_of_one_moment_keep_their_order() -> None:
    post = Post()
    sent: list[Message] = [Tick(), EnginesTrusted(), SelfCheckPassed()]
    for message in sent:
        post.send(1.0, message)

    assert list(post.due(1.0)) == sent


def test_no_message_comes_twice() -> None:
    post = Post()
    post.send(1.0, Tick())

    assert [list(post.due(1.0)), list(post.due(1.0))] == [[Tick()], []]


class Blind(BaseDetector):
    """Sees nothing, ever."""

    def detect(self, picture: object, roi: Box | None = None) -> tuple[Detection, ...]:
        return ()


def sim_config() -> Config:
    return load_config(None, "sim", regions=PRESETS, environment={}).config


def a_run(record: Path, watch: Callable[[VisionEvent], None] = lambda event: None) -> VirtualRun:
    eyes = Recognition(Blind(), PlayedReader(), "played", ())
    return VirtualRun(sim_config(), eyes, seed=7, visits=1, record=record, watch=watch)


def finished(world: VirtualRun) -> Summary:
    with world.opened():
        while not world.finished:
            world.step()
        return world.summary()


def entries(record: Path) -> list[tuple[str, str, int]]:
    settings = sim_config().record.model_copy(update={"path": record})
    with closing(Store.open_to_read(settings)) as store:
        return [(e.kind, e.sentence, e.mono_us) for e in AuditLog(store).walk() if e.kind != "genesis"]


def test_who_is_not_seen_is_missed_and_nothing_opens(tmp_path: Path) -> None:
    summary = finished(a_run(tmp_path / "a.db"))

    assert (summary.visits, summary.opened, summary.missed) == (1, 0, 1)
    assert (summary.false_opens, summary.violations) == (0, ())


def test_the_end_of_a_run_is_recorded(tmp_path: Path) -> None:
    world = a_run(tmp_path / "a.db")
    with world.opened():
        world.step()

    assert entries(tmp_path / "a.db")[-1][:2] == ("shutdown", "The run ended.")


def test_the_clock_moves_by_a_tick_a_step(tmp_path: Path) -> None:
    world = a_run(tmp_path / "a.db")
    assert isinstance(world.clock, ManualClock)
    with world.opened():
        before_s = world.clock.monotonic()
        world.step()

    assert world.clock.monotonic() == before_s + sim_config().gate.tick_s


def test_whoever_watches_hears_what_vision_tells_the_gate(tmp_path: Path) -> None:
    heard: list[VisionEvent] = []
    world = a_run(tmp_path / "a.db", heard.append)
    with world.opened():
        for _ in range(100):
            world.step()

    assert {type(event) for event in heard} == {SceneSeen}


def test_the_twin_is_seen_by_its_own_camera() -> None:
    refuse_blind(a_config())


@pytest.mark.parametrize(
    ("cameras", "part"),
    [({}, "cameras"), ({"front": {"driver": "v4l2"}}, "cameras.front")],
)
def test_a_gate_that_cannot_see_the_twin_is_refused(cameras: dict[str, object], part: str) -> None:
    with pytest.raises(ConfigFault) as refused:
        refuse_blind(a_config(cameras=cameras))

    assert (refused.value.part, 'driver = "sim"' in refused.value.detail) == (part, True)
