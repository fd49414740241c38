"""The bench's cameras as a test has them: what vivid sees, what ails it, and what our drivers make of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .machine import Run

PLATE = "KLM4827"
SCENE = "/bench/vehicle.nv12"
"""On the board: a vehicle with this plate."""

_GOLDEN = Path(__file__).parents[3] / "models/golden/day.jpg"
_SIZE = (1280, 720)
_VIVID = "/sys/bus/platform/drivers/vivid"


def lay_scene(folder: Path) -> None:
    """Put the golden frame among the bench's files, as NV12 of the camera's size."""
    golden = np.asarray(cv2.imread(str(_GOLDEN)), np.uint8)
    picture = cv2.resize(golden, _SIZE, interpolation=cv2.INTER_CUBIC)
    planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
    u, v = planes[_SIZE[1] :].reshape(2, -1)
    content = planes[: _SIZE[1]].tobytes() + np.stack((u, v), axis=1).tobytes()
    (folder / Path(SCENE).name).write_bytes(content)


def show_vehicle(run: Run) -> None:
    """From now on the camera sees it, however long."""
    _show(run, SCENE)


def take_away(run: Run) -> None:
    """The camera has nothing before it: it shows noise."""
    run.agent.ask("kill $(cat /run/shows)")


def lose_pictures(run: Run) -> None:
    """All of them, on the way."""
    run.agent.ask("python3 /bench/camera drop 100")


def lose_none(run: Run) -> None:
    run.agent.ask("python3 /bench/camera drop 0")


def unplug(run: Run) -> None:
    run.agent.ask(f"echo vivid.0 > {_VIVID}/unbind")


def plug(run: Run) -> None:
    """It shows noise, and takes no picture any more."""
    run.agent.ask(f"echo vivid.0 > {_VIVID}/bind")


def stand_still(run: Run) -> None:
    """The camera gives one picture, to the byte, again and again."""
    run.agent.ask("head -c $((1280 * 720 * 3 / 2)) /dev/zero > /run/plain")
    _show(run, "/run/plain")
    run.agent.ask("kill -STOP $(cat /run/shows)")


def move_on(run: Run) -> None:
    run.agent.ask("kill -CONT $(cat /run/shows)")


def look(run: Run, words: str) -> dict[str, Any]:
    """What bench/look says; the gate must not hold the camera."""
    command = f"python3 /bench/look {words} 2> /run/looked || {{ cat /run/looked; exit 1; }}"
    told: dict[str, Any] = json.loads(run.agent.ask(command, 120))
    return told


def _show(run: Run, scene: str) -> None:
    run.agent.ask(
        f"setsid python3 /bench/camera show {scene} > /run/shown 2>&1 & echo $! > /run/shows; "
        "timeout 60 sh -c 'until grep -q shown /run/shown; do sleep 0.1; done' || cat /run/shown"
    )
