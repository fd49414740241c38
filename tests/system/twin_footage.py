"""Films the twin: vehicles that drive up, wait at the arm that nobody opens, and leave.

    python -m tests.system.twin_footage gate.mp4 --visits 5 --size 1920 1080

writes the video, and who came in it beside it, as gate.csv.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import cv2

from appliance.clock import ManualClock
from appliance.config import Config
from appliance.config.load import load_config
from appliance.hw.gpio import make_factory
from appliance.hw.sim.plan import Behaviour, Plan, plan_visits
from appliance.hw.sim.twin import Twin
from appliance.sight import Picture

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
SEED = 7


def film(path: Path, visits: int, size: tuple[int, int], fps: float) -> Path:
    """Write the video and its labels; the labels' file."""
    config, plan = _config(size, fps), _plan(visits)
    clock, pins = ManualClock(NOON), make_factory("mock")
    twin = Twin(config, SEED, visits, clock, pins.factory, plan=plan)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, size)
    with twin.cameras["front"] as camera:
        while not twin.finished:
            clock.advance(1 / fps)
            twin.advance_to(clock.monotonic())
            picture = camera.read(0.0).picture
            assert isinstance(picture, Picture)
            writer.write(picture.planes[0])
    writer.release()
    pins.close()
    rows = [f"{path.name},{t.plan.plate},{t.arrived_s:.1f},{t.left_s or 1e4:.1f}" for t in twin.tallies]
    labels = path.with_suffix(".csv")
    labels.write_text("\n".join(["video,plate,from_s,to_s", *rows]), encoding="utf-8")
    return labels


def _config(size: tuple[int, int], fps: float) -> Config:
    config = load_config(None, "sim", environment={}).config
    width, height = size
    front = config.cameras["front"].model_copy(update={"width": width, "height": height, "fps": fps})
    return config.model_copy(update={"cameras": {"front": front}})


def _plan(visits: int) -> Plan:
    plan = plan_visits(SEED, visits)
    calm = [
        replace(visit, behaviour=Behaviour.ENTER, mishap=None, patience_s=4.0, gap_s=4.0)
        for visit in plan.visits
    ]
    return replace(plan, visits=tuple(calm))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--visits", type=int, default=5)
    parser.add_argument("--size", type=int, nargs=2, default=(1920, 1080))
    parser.add_argument("--fps", type=float, default=15.0)
    args = parser.parse_args(argv)
    print(film(args.video, args.visits, tuple(args.size), args.fps))


if __name__ == "__main__":
    main()
