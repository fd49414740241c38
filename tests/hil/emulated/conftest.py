"""The image under test on an emulated board. `make hil-image` builds what these fixtures look for."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .autoboot import CONFIG_PARTITION
from .machine import Board, Run

IMAGE = "GATEHOUSE_IMAGE"
MODULES = "GATEHOUSE_IMAGE_MODULES"
HERE = Path(__file__).parent
MORE_MIB = 256
"""The card is larger than the image, as every card is."""


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Board:
    """A board with a fresh card, on which the owner has left a configuration."""
    image, modules = os.environ.get(IMAGE), os.environ.get(MODULES)
    if not image or not modules:
        pytest.skip(f"no image: {IMAGE} and {MODULES} are set by `make hil-image`, which builds it")
    work = tmp_path_factory.mktemp("board")
    card = work / "card.img"
    subprocess.run(("cp", "--sparse=always", image, str(card)), check=True)
    os.truncate(card, card.stat().st_size + (MORE_MIB << 20))
    board = Board(card, _bench(work, Path(modules)), work)
    board.firmware.write(CONFIG_PARTITION, "gatehouse.toml", (HERE / "gatehouse.toml").read_bytes())
    return board


@pytest.fixture(scope="module")
def run(board: Board) -> Iterator[Run]:
    """The board's first start, until the gate serves."""
    with board.start() as run:
        run.expect("bench: ready", 40)
        run.expect("gatehouse-up: the gate serves", 90)
        yield run


def _bench(work: Path, modules: Path) -> Path:
    """A disk of its own for what the product does not hold."""
    folder, disk = work / "bench", work / "bench.img"
    shutil.copytree(HERE / "bench", folder)
    shutil.copy(modules / "gpio-sim.ko", folder)
    command = ("mke2fs", "-q", "-t", "ext4", "-L", "bench", "-d", str(folder), str(disk), "16M")
    subprocess.run(command, check=True, capture_output=True)
    return disk
