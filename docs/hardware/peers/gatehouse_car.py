"""Gatehouse's serial link, the car's side: reference peer in MicroPython.

../serial-link.md describes the messages. `CarPeer` needs no hardware, and the gate's tests run it under
CPython; `main` wires it to a board's UART and pins. Copy the file to the board as main.py.
"""

import struct

ENABLE, LIGHTS, HORN = 1, 2, 4
ALL_LEVELS = 7
MAJOR, MINOR = 1, 0
DEAD_MAN_MOST_MS = 2000  # whatever heartbeat the gate announces
LONGEST = 96  # bytes of a frame; what is longer is none of ours
HELLO, SET, ACK, WELCOME = 1, 2, 3, 4


def crc16(data):
    """CRC-16/GENIBUS."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc ^ 0xFFFF


def frame(payload):
    """COBS of the payload and its CRC, and the zero that ends it."""
    groups = (payload + struct.pack(">H", crc16(payload))).split(b"\0")
    return b"".join(bytes([len(group) + 1]) + group for group in groups) + b"\0"


def unframe(data):
    """The payload of a frame without its zero, or None where it is damaged."""
    groups, at = [], 0
    while at < len(data):
        end = at + data[at]
        if end > len(data):
            return None
        groups.append(data[at + 1 : end])
        at = end
    found = b"\0".join(groups)
    payload = found[:-2]
    return payload if len(found) > 2 and struct.pack(">H", crc16(payload)) == found[-2:] else None


def newer(number, than):
    return 0 < (number - than) & 0xFFFF < 0x8000


class CarPeer:
    """Bytes and milliseconds in, levels and bytes out. Times may wrap: `elapsed(now, then)` knows how.

    `drive(levels)` is called at every change, `send(data)` with each answer; `random16` gives new
    numbers after each start, so that sessions do not repeat.
    """

    def __init__(self, drive, send, random16, elapsed, firmware="gatehouse-car 1.0", able=ALL_LEVELS):
        self.levels = 0
        self._drive, self._send, self._random16, self._elapsed = drive, send, random16, elapsed
        self._firmware, self._able = firmware.encode(), able
        self._greeting = None
        self._session = None
        self._newest = self._heard_ms = self._dead_man_ms = 0
        self._pending = bytearray()

    def poll(self, now_ms):
        """Call at every turn of the loop, also while nothing comes: this is the dead man's handle."""
        if self._session is not None and self._elapsed(now_ms, self._heard_ms) > self._dead_man_ms:
            self._release()

    def receive(self, data, now_ms):
        self.poll(now_ms)
        for byte in data:
            if byte:
                if len(self._pending) <= LONGEST:
                    self._pending.append(byte)
                continue
            found = unframe(bytes(self._pending)) if len(self._pending) <= LONGEST else None
            self._pending = bytearray()
            if found is not None and len(found) >= 5:
                self._take(found, now_ms)

    def _take(self, message, now_ms):
        kind, tag, number = struct.unpack(">BHH", message[:5])
        body = message[5:]
        if kind == HELLO and len(body) >= 4:
            self._greet(tag, number, body, now_ms)
        elif kind == SET and len(body) == 1 and body[0] <= ALL_LEVELS:
            self._obey(tag, number, body[0], now_ms)

    def _greet(self, tag, number, body, now_ms):
        last = self._greeting
        if last is not None and last[0] == tag and not newer(number, last[1]):
            return  # doubled on its way
        self._greeting = tag, number
        self._release()
        major, _, heartbeat_ms = struct.unpack(">BBH", body[:4])
        session = self._random16() & 0xFFFF
        self._dead_man_ms = min(3 * heartbeat_ms, DEAD_MAN_MOST_MS)
        if major == MAJOR:
            self._session, self._newest, self._heard_ms = session, number, now_ms
        head = struct.pack(">BHHBB", WELCOME, tag, number, MAJOR, MINOR)
        about = struct.pack(">HBH", session, self._able, self._dead_man_ms)
        self._send(frame(head + about + self._firmware))

    def _obey(self, tag, number, levels, now_ms):
        if tag != self._session or not newer(number, self._newest):
            return
        self._newest, self._heard_ms = number, now_ms
        self._apply(levels & self._able)
        self._send(frame(struct.pack(">BHHB", ACK, tag, number, self.levels)))

    def _release(self):
        self._session = None
        self._apply(0)

    def _apply(self, levels):
        if levels != self.levels:
            self._drive(levels)
        self.levels = levels


def main():
    """On a Raspberry Pi Pico: relays at GP2 to GP4, the gate at UART 0 (GP0, GP1)."""
    from os import urandom
    from time import ticks_diff, ticks_ms

    from machine import UART, WDT, Pin

    relays = [Pin(number, Pin.OUT, value=0) for number in (2, 3, 4)]
    uart = UART(0, 115200)

    def drive(levels):
        for bit, relay in enumerate(relays):
            relay.value(levels >> bit & 1)

    peer = CarPeer(drive, uart.write, lambda: int.from_bytes(urandom(2), "big"), ticks_diff)
    watchdog = WDT(timeout=250)  # a loop that hangs resets the board, and the pins are released
    while True:
        watchdog.feed()
        peer.poll(ticks_ms())
        if uart.any():
            peer.receive(uart.read(), ticks_ms())


if __name__ == "__main__":
    main()
