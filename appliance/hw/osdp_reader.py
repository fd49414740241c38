"""The thread that answers an OSDP control panel over RS-485."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock, Thread

from ..clock import Clock
from ..faults import GateFault, HeraldFault, LinkFault
from .cards import Cards, wiegand
from .osdp import PeripheralDevice
from .serial_link import SerialPort

READ_S = 0.05
SILENT_S = 8.0
"""After this long without a word a device counts itself as off line (OSDP 2.1.7, 5.7)."""
REOPEN_S = 2.0


class OsdpReader:
    """Presents plates as cards, from a thread of its own.

    `report` and `recovered` are called from that thread, once each, and may not wait.
    """

    def __init__(
        self,
        port: SerialPort,
        device: PeripheralDevice,
        cards: Cards,
        size: int,
        clock: Clock,
        report: Callable[[GateFault], None],
        recovered: Callable[[str, str], None],
    ) -> None:
        self._port = port
        self._device = device
        self._cards = cards
        self._size = size
        self._clock = clock
        self._report = report
        self._recovered = recovered
        self._lock = Lock()
        self._faulty = False
        self._begun_s = 0.0
        self._ending = Event()
        self._thread = Thread(target=self._run, name="osdp", daemon=True)

    def present(self, plate: str) -> None:
        """Give the plate's card to the panel at its next poll. A plate without one is passed over."""
        number = self._cards.number(plate, self._size - 2)
        if number is None:
            return
        try:
            bits = wiegand(number, self._size)
        except ValueError as error:
            self._fail(f"{plate}: {error}")
            return
        with self._lock:
            self._device.present(bits, self._clock.monotonic())

    def start(self) -> None:
        self._begun_s = self._clock.monotonic()
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._ending.is_set():
                self._keep_on()
        except Exception as error:  # noqa: BLE001 - the top of this task: it ends, and says so
            self._report(HeraldFault(f"the reader ended: {error!r}", part="osdp"))

    def _keep_on(self) -> None:
        try:
            with self._port:
                self._serve()
        except LinkFault as fault:
            self._fail(str(fault.detail))
            self._ending.wait(REOPEN_S)

    def _serve(self) -> None:
        while not self._ending.is_set():
            data = self._port.read(READ_S)
            now_s = self._clock.monotonic()
            with self._lock:
                reply = self._device.receive(data, now_s) if data else b""
            if reply:
                self._port.write(reply)
            self._watch(now_s)

    def _watch(self, now_s: float) -> None:
        silent_s = now_s - (self._device.heard_s or self._begun_s)
        if silent_s > SILENT_S:
            self._fail(f"no panel has asked for {silent_s:.0f} s")
        elif self._faulty and self._device.heard_s is not None:
            self._faulty = False
            self._recovered(HeraldFault.kind(), "osdp")

    def _fail(self, detail: str) -> None:
        if not self._faulty:
            self._faulty = True
            self._report(HeraldFault(detail, part="osdp"))
