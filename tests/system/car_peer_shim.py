"""Runs the MicroPython reference peer under CPython, as `car_peer_shim.cpp` does the Arduino one."""

from __future__ import annotations

import importlib.util
import os
import select
import sys
import time
import tty
from pathlib import Path
from typing import Any

PEER = Path(__file__).parents[2] / "docs" / "hardware" / "peers" / "gatehouse_car.py"


def now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def the_peer(fd: int) -> Any:
    spec = importlib.util.spec_from_file_location("gatehouse_car", PEER)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{PEER} cannot be read")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def drive(levels: int) -> None:
        print(now_ms(), levels, flush=True)

    def random16() -> int:
        return int.from_bytes(os.urandom(2), "big")

    return module.CarPeer(drive, lambda data: os.write(fd, data), random16, lambda now, then: now - then)


def main() -> None:
    fd = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd)
    peer = the_peer(fd)
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([fd], [], [], 0.005)
        if ready:
            peer.receive(os.read(fd, 256), now_ms())
        peer.poll(now_ms())


if __name__ == "__main__":
    main()
