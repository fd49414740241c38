"""The OSDP reader against a control panel of another make: the package osdp, over a pseudo-terminal."""

from __future__ import annotations

import os
import threading
import tty
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from appliance.faults import GateFault
from appliance.hw.cards import Cards
from appliance.hw.osdp import PeripheralDevice
from appliance.hw.osdp_reader import OsdpReader
from appliance.hw.serial_link import PortConfig, SerialPort
from appliance.hw.system_clock import SystemClock

WAIT_S = 10.0
ADDRESS = 3

pytestmark = [
    pytest.mark.skipif(find_spec("osdp") is None, reason="the package osdp is not installed"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:osdp"),
]


@pytest.fixture
def cable() -> Iterator[tuple[int, str]]:
    far, near = os.openpty()
    tty.setraw(near)
    yield far, os.ttyname(near)
    os.close(near)
    os.close(far)


@pytest.fixture
def reader(cable: tuple[int, str]) -> Iterator[OsdpReader]:
    told: list[GateFault] = []
    device = PeripheralDevice(ADDRESS, serial=4711, baud=9600, card_limit_s=5.0)
    cards = Cards({"AB123": 77}, derive=True)
    port = SerialPort(PortConfig(cable[1], 9600))
    reader = OsdpReader(port, device, cards, 26, SystemClock(), told.append, lambda kind, part: None)
    reader.start()
    yield reader
    reader.stop()
    assert told == []


class Panel:
    """The vendor's panel on the far end; `cards` are those it was given."""

    def __init__(self, far: int, *, crc: bool) -> None:
        from osdp import ControlPanel, OsdpConnection

        class Cable(OsdpConnection):  # type: ignore[misc]
            baud_rate = 9600
            is_open = True

            def open(self) -> None: ...

            def close(self) -> None: ...

            def write(self, buf: bytes) -> None:
                os.write(far, buf)

            def read(self, size: int = 1) -> bytes:
                import select

                ready, _, _ = select.select([far], [], [], 0.5)
                return os.read(far, size) if ready else b""

        self.cards: list[Any] = []
        self.carded = threading.Semaphore(0)
        self._panel = ControlPanel()
        self._panel.on_raw_card_data_reply_received = self._took
        self.bus = self._panel.start_connection(Cable())
        self._panel.add_device(self.bus, ADDRESS, crc, False)

    def _took(self, address: int, card: Any) -> None:
        self.cards.append(card)
        self.carded.release()

    def ask(self, what: str) -> Any:
        return getattr(self._panel, what)(self.bus, ADDRESS)

    def end(self) -> None:
        self._panel.shutdown()


@pytest.fixture(params=[True, False], ids=["crc", "checksum"])
def panel(request: pytest.FixtureRequest, cable: tuple[int, str], reader: OsdpReader) -> Iterator[Panel]:
    panel = Panel(cable[0], crc=request.param)
    yield panel
    panel.end()


def test_a_panel_meets_the_reader_and_gets_its_cards(panel: Panel, reader: OsdpReader) -> None:
    identity = panel.ask("id_report")
    assert (identity.serial_number, identity.model_number) == (4711, 1)
    assert {each.function.value for each in panel.ask("device_capabilities").capabilities} >= {3, 8, 9, 13}
    reader.present("AB 123")
    assert panel.carded.acquire(timeout=WAIT_S)
    reader.present("XY 9")
    assert panel.carded.acquire(timeout=WAIT_S)
    assert [card.bit_count for card in panel.cards] == [26, 26]
