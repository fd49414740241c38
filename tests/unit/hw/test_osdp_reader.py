"""The thread that answers a panel, where its port misbehaves as no port should."""

from __future__ import annotations

from appliance.faults import GateFault
from appliance.hw.cards import Cards
from appliance.hw.osdp import PeripheralDevice
from appliance.hw.osdp_reader import OsdpReader
from appliance.hw.serial_link import PortConfig, SerialPort

from .rig import a_clock


class Defect(SerialPort):
    """A port with a defect of its own."""

    def open(self) -> None:
        raise RuntimeError("a defect")


def test_a_reader_that_ends_says_so() -> None:
    told = list[GateFault]()
    device = PeripheralDevice(5, serial=9, baud=9600, card_limit_s=5.0)
    port = Defect(PortConfig("/dev/null"))
    reader = OsdpReader(
        port, device, Cards({}, derive=True), 26, a_clock(), told.append, lambda kind, part: None
    )
    reader.start()
    reader._thread.join(5.0)
    reader.stop()
    assert [str(fault.detail) for fault in told] == ["the reader ended: RuntimeError('a defect')"]
