"""The child process that builds one engine: `python -m appliance.infer.tensorrt_child ORDER`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import tensorrt

from ..faults import EngineFailed
from .plans import write_whole
from .tensorrt_builder import Journey, build
from .tensorrt_order import Order


class _Monitor(tensorrt.IProgressMonitor):  # type: ignore[misc]
    """Passes on what TensorRT tells of its progress."""

    def __init__(self, journey: Journey) -> None:
        # pybind's base must be made by name: without it the object has no native half.
        tensorrt.IProgressMonitor.__init__(self)
        self._journey = journey

    def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
        self._journey.start(phase_name, parent_phase, num_steps)

    def step_complete(self, phase_name: str, step: int) -> bool:
        self._journey.step(phase_name, step)
        return True

    def phase_finish(self, phase_name: str) -> None:
        self._journey.finish(phase_name)


def _say(**words: object) -> None:
    print(json.dumps(words), flush=True)


def main(text: str) -> int:
    order = Order.of_json(text)
    monitor = _Monitor(Journey(lambda share: _say(share=round(share, 4))))
    try:
        logger = tensorrt.Logger(tensorrt.Logger.WARNING)
        plan = build(tensorrt, logger, order, monitor)
        write_whole(Path(order.plan), plan, order.model)
    except EngineFailed as fault:
        _say(error=fault.detail)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
