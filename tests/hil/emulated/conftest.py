"""The image under test on an emulated board. `make hil` builds what these fixtures look for."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .autoboot import CONFIG_PARTITION
from .bundles import stick_for
from .cameras import lay_scene
from .device import DEVICE, NO_DEVICE, Device, Reached
from .lines import Gate, await_armed
from .machine import Board, Disks, Frozen, Run
from .updates import insert_stick

IMAGE = "GATEHOUSE_IMAGE"
MODULES = "GATEHOUSE_IMAGE_MODULES"
HERE = Path(__file__).parent
MORE_MIB = 256
"""The card is larger than the image, as every card is."""


@pytest.fixture(scope="session")
def board(tmp_path_factory: pytest.TempPathFactory) -> Board:
    """A board with a fresh card, on which the owner has left a configuration. Never started."""
    return fresh_board(tmp_path_factory.mktemp("board"))


@pytest.fixture(scope="session")
def armed(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Frozen:
    """The board's first start, kept at the moment at which it was armed; its `console` holds what it said."""
    with board.start() as run:
        run.expect("bench: ready", 40)
        run.expect("gatehouse-up: the gate serves", 90)
        await_armed(run)
        return run.freeze(tmp_path_factory.mktemp("armed"))


@pytest.fixture
def thawed(armed: Frozen, tmp_path: Path) -> Iterator[tuple[Board, Run]]:
    """An armed board of the test's own, and what it runs."""
    board, run = armed.thaw(tmp_path)
    with run:
        yield board, run


@pytest.fixture(scope="session")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    """The board that GATEHOUSE_DEVICE names; its owner's gate is back at the end."""
    with Device(Reached.named(os.environ), tmp_path_factory.mktemp("device")) as device:
        yield device


@pytest.fixture
def gate(request: pytest.FixtureRequest) -> Gate:
    """An armed gate of the test's own: on a thawed board, or on the one that GATEHOUSE_DEVICE names."""
    if DEVICE not in os.environ:
        run: Run = request.getfixturevalue("thawed")[1]
        return run
    device: Device = request.getfixturevalue("device")
    device.begin()
    return device


@pytest.fixture
def vivid() -> None:
    """The bench's camera, which shows what a test wants."""
    if DEVICE in os.environ:
        pytest.skip(NO_DEVICE)


@pytest.fixture(scope="session")
def stick(armed: Frozen) -> Path:
    return stick_for(Path(os.environ[IMAGE]))


@pytest.fixture
def board_and_run(armed: Frozen, stick: Path, tmp_path: Path) -> Iterator[tuple[Board, Run]]:
    """An armed board with the stick in it."""
    board, run = armed.thaw(tmp_path, stick=stick)
    with run:
        insert_stick(run)
        yield board, run


@pytest.fixture
def measured(
    request: pytest.FixtureRequest, record_testsuite_property: Callable[[str, object], None]
) -> Callable[[float], None]:
    """Keeps a test's milliseconds for the report."""
    return lambda took_ms: record_testsuite_property(request.node.name, f"{took_ms:.0f} ms")


@pytest.fixture
def fresh(tmp_path: Path) -> Board:
    """A board of the test's own that was never started."""
    return fresh_board(tmp_path)


def fresh_board(work: Path) -> Board:
    """A board whose card was just written, with the owner's configuration; skips where there is no image."""
    if DEVICE in os.environ:
        pytest.skip(NO_DEVICE)
    image, modules = os.environ.get(IMAGE), os.environ.get(MODULES)
    if not image or not modules:
        pytest.skip(f"no image: {IMAGE} and {MODULES} are set by `make hil`, which builds it")
    card = work / "card.img"
    subprocess.run(("cp", "--sparse=always", image, str(card)), check=True)
    os.truncate(card, card.stat().st_size + (MORE_MIB << 20))
    board = Board(Disks(card, _bench(work, Path(modules))), work)
    board.firmware.write(CONFIG_PARTITION, "gatehouse.toml", (HERE / "gatehouse.toml").read_bytes())
    return board


def _bench(work: Path, modules: Path) -> Path:
    """A disk of its own for what the product does not hold."""
    folder, disk = work / "bench", work / "bench.img"
    for source in (modules, HERE / "bench"):
        shutil.copytree(source, folder, dirs_exist_ok=True)
    lay_scene(folder)
    command = ("mke2fs", "-q", "-t", "ext4", "-L", "bench", "-d", str(folder), str(disk), "16M")
    subprocess.run(command, check=True, capture_output=True)
    return disk
