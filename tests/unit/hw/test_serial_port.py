"""The serial port: what keeps it from opening is told with its path, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.faults import LinkFault
from appliance.hw.serial_link import PortConfig, SerialPort


def refusal(path: Path) -> str:
    with pytest.raises(LinkFault) as refused:
        SerialPort(PortConfig(str(path))).open()
    return refused.value.detail


def test_a_port_that_is_not_there_is_named_once(tmp_path: Path) -> None:
    assert refusal(tmp_path / "ttyUSB0") == f"{tmp_path}/ttyUSB0: No such file or directory"


def test_a_file_that_is_no_port_is_named_once() -> None:
    detail = refusal(Path("/dev/null"))
    assert detail.startswith("/dev/null: Could not configure port")
    assert detail.count("/dev/null") == 1
