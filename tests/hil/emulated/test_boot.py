"""The flashed image on an emulated board: from power-on to a gate that obeys its buttons."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .lines import CLOSE, LIMIT_OPEN, OPEN, await_level, level, press_until_it_opens
from .machine import Frozen, Run

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def run(armed: Frozen, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One armed gate for all of these."""
    _, run = armed.thaw(tmp_path_factory.mktemp("boot"))
    with run:
        yield run


@pytest.mark.short
def test_it_comes_up_from_the_slot_that_the_firmware_chose(armed: Frozen) -> None:
    assert armed.console.find_all("gatehouse-init: slot ., boot .*") == [
        "gatehouse-init: slot a, boot partition 2, tryboot 0"
    ]


def test_the_owner_s_file_is_taken_and_the_lines_are_claimed(armed: Frozen, run: Run) -> None:
    run.agent.ask("cmp /boot/config/gatehouse.toml /etc/gatehouse/gatehouse.toml")

    assert armed.console.find_all("taken from the card: gatehouse.toml")
    assert "boot -> warmup: checked" in run.agent.ask("journalctl -u gatehouse -o cat --no-pager")


def test_the_root_is_proved_block_by_block_and_the_data_partition_has_grown(run: Run) -> None:
    assert "verity V" in run.agent.ask("dmsetup status root")
    assert "root / overlay" in run.agent.ask("cat /proc/mounts")
    assert int(run.agent.ask("df --output=size -m /data | tail -n 1")) > 200


def test_no_unit_has_failed(run: Run) -> None:
    assert run.agent.ask("systemctl --failed --plain --no-legend --no-pager") == ""


@pytest.mark.short
def test_the_button_opens_and_the_limit_switch_ends_the_motion(run: Run) -> None:
    assert (level(run, OPEN), level(run, CLOSE)) == ("0", "0")
    press_until_it_opens(run)
    await_level(run, OPEN, 0)

    assert (level(run, CLOSE), level(run, LIMIT_OPEN)) == ("0", "0")
