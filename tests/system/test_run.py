"""`gatehouse run` as a service: systemd's protocol, the plug pulled, and parts that hang."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from appliance.hw.guard import PERIOD_S, TICK_LIMIT_S

from .gate_rig import PATIENCE_S, Service, gatehouse, links, patience_s, served

RUN = ("-m", "appliance", "run", "--board", "sim", "--config", "gate.toml")
VERIFY = ("audit", "verify", "--board", "sim", "--config", "gate.toml")
CONFIG = '[record]\npath = "kept/gate.db"\n'
KILLS = 10
BUSY_S = 1.0
"""What a computer that others use may add to any of the times below."""
STALLED_S = 5.0
"""The default of vision.loop_limit_s."""
FEED_S = 1.0
CHILD = Path(__file__).with_name("hang_child.py")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "gate.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def verified(place: Path) -> int:
    done = gatehouse(*VERIFY, cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.returncode


@pytest.mark.timeout(200)
def test_systemd_is_told_of_life_state_and_end(place: Path) -> None:
    with served(RUN, place) as service:
        heard = service.supervisor
        heard.wait(lambda: len(heard.times("WATCHDOG=1")) >= 5)
        heard.wait(lambda: "STATUS=idle_roi" in heard.words())
        code = service.terminate()
        heard.wait(lambda: "STOPPING=1" in heard.words())
    fed = heard.times("WATCHDOG=1")
    gaps = [later - earlier for earlier, later in pairwise(fed)]

    assert (code, heard.words()[0]) == (0, "READY=1")
    assert max(gaps) < FEED_S + BUSY_S
    assert max(fed) < heard.times("STOPPING=1")[0]
    assert links(place / "kept" / "gate.db")[-1].sentence == "The gate was told to stop."
    assert verified(place) == 0


@pytest.mark.timeout(120)
@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.3, 0.6])
def test_a_stop_during_warm_up_is_no_crash(place: Path, after_s: float) -> None:
    with served(RUN, place) as service:
        service.supervisor.wait(lambda: "READY=1" in service.supervisor.words())
        time.sleep(after_s)

        assert service.terminate() == 0


@pytest.mark.timeout(900 * patience_s() / PATIENCE_S)
def test_the_plug_may_be_pulled_at_any_moment(place: Path) -> None:
    chance = random.Random(7)
    record, known = place / "kept" / "gate.db", 0
    for _ in range(KILLS):
        with served(RUN, place) as service:
            service.wait_told("idle_roi -> recognize")
            time.sleep(chance.uniform(0.0, 12.0))
            service.kill()
        assert verified(place) == 0
        assert len(links(record)) > known
        known = len(links(record))
    with served(RUN, place) as service:
        service.wait_told(" opening ")
        service.wait_told(" opened ")
        assert service.terminate() == 0

    assert verified(place) == 0


class Story:
    """What a child told on stdout: words with their times."""

    def __init__(self, told: str) -> None:
        lines = [line.split(" ", 1) for line in told.splitlines() if line[:1].isdigit()]
        self.times = {word: float(at) for at, word in lines}

    def between(self, earlier: str, later: str) -> float:
        return self.times[later] - self.times[earlier]


def hung(place: Path, part: str, ready: Callable[[Service], None]) -> tuple[Service, Story, int]:
    """A gate with this part hanging, stopped once it is `ready`."""
    with served((str(CHILD), part, str(place / "gate.db")), place) as service:
        ready(service)
        code = service.terminate()
        return service, Story(service.told()), code


@pytest.mark.timeout(400)
def test_a_hung_inference_loop_is_left_behind_for_a_new_one_and_leaves_the_buttons(place: Path) -> None:
    def ready(service: Service) -> None:
        service.wait_told(" open off")
        service.wait_told(" loaded onnxruntime-cuda 2")
        time.sleep(FEED_S + BUSY_S)

    service, story, code = hung(place, "detector", ready)
    fed = service.supervisor.times("WATCHDOG=1")
    gaps = [later - earlier for earlier, later in pairwise(fed)]
    told = {(link.kind, link.subject) for link in links(place / "gate.db")}

    assert code == 0
    assert STALLED_S <= story.between("hung", "loaded onnxruntime-cuda 2") < STALLED_S + 1.0 + BUSY_S
    assert max(gaps) < FEED_S + BUSY_S
    assert story.between("hung", "pressed") > 0
    assert story.between("pressed", "open on") < BUSY_S
    assert story.between("open on", "open off") < 2.0 + BUSY_S
    assert "close on" not in story.times
    assert {("fault_raised", "loop_stalled"), ("fault_cleared", "loop_stalled")} <= told


@pytest.mark.timeout(120)
def test_a_hung_machine_loses_its_outputs_and_the_watchdog(place: Path) -> None:
    service, story, code = hung(place, "machine", lambda service: service.wait_told(" woke"))
    # The supervisor may take note of the last feed only after the story has told of the hang.
    fed = [at for at in service.supervisor.times("WATCHDOG=1") if story.times["hung"] + BUSY_S < at]

    assert code == 0
    assert story.between("hung", "open off") < TICK_LIMIT_S + PERIOD_S + BUSY_S
    assert story.between("open off", "woke") > 0
    assert [at for at in fed if at < story.times["woke"]] == []
    assert "close on" not in story.times
