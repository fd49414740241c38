"""Frames on a byte stream: COBS with a CRC-16, so that loss and damage cost one message at most.

A frame is COBS(payload, CRC) and a zero byte; COBS leaves no other zero in it. The CRC is
CRC-16/GENIBUS, big-endian: it is inverted at the end, for without that a damaged end mark, which COBS
decodes to a zero after the CRC, would go unnoticed.
S. Cheshire, M. Baker, "Consistent overhead byte stuffing" (1999).
"""

from __future__ import annotations

from binascii import crc_hqx

MAX_PAYLOAD = 240
"""Bytes; with the CRC it stays below the 254 at which COBS needs a second code byte."""
LONGEST_FRAME = MAX_PAYLOAD + 2 + 1


def crc16(data: bytes) -> bytes:
    """The two bytes that vouch for `data`."""
    return (crc_hqx(data, 0xFFFF) ^ 0xFFFF).to_bytes(2, "big")


def cobs_encode(data: bytes) -> bytes:
    """`data` without a zero byte in it, at most one byte in 254 longer, plus one."""
    encoded = bytearray()
    for group in data.split(b"\0"):
        rest = group
        while len(rest) >= 0xFE:
            encoded += b"\xff" + rest[:0xFE]
            rest = rest[0xFE:]
        encoded += bytes([len(rest) + 1]) + rest
    return bytes(encoded)


def cobs_decode(encoded: bytes) -> bytes:
    """The data behind `encoded`. Raises ValueError when no data encodes to it."""
    decoded = bytearray()
    at = 0
    while at < len(encoded):
        code = encoded[at]
        group = encoded[at + 1 : at + code]
        if code == 0 or len(group) != code - 1 or 0 in group:
            raise ValueError(f"not COBS at byte {at}")
        decoded += group
        at += code
        if code != 0xFF and at < len(encoded):
            decoded.append(0)
    return bytes(decoded)


def encode(payload: bytes) -> bytes:
    """The frame of `payload`, its end mark included. Raises ValueError beyond MAX_PAYLOAD bytes."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a payload of {len(payload)} bytes is longer than {MAX_PAYLOAD}")
    return cobs_encode(payload + crc16(payload)) + b"\0"


def decode(frame: bytes) -> bytes:
    """The payload of one frame without its end mark. Raises ValueError when it is damaged."""
    data = cobs_decode(frame)
    payload, crc = data[:-2], data[-2:]
    if crc != crc16(payload):
        raise ValueError("the checksum is wrong")
    return payload


class FrameReader:
    """Cuts a byte stream into payloads. Holds one unfinished frame, never more."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._overlong = False
        self.damaged = 0
        """Frames dropped so far."""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The payloads that `chunk` completes, in order; damaged ones are counted and dropped."""
        payloads = []
        for byte in chunk:
            if byte:
                self._keep(byte)
                continue
            payload = self._finish()
            if payload is not None:
                payloads.append(payload)
        return payloads

    def _keep(self, byte: int) -> None:
        if len(self._pending) < LONGEST_FRAME:
            self._pending.append(byte)
        else:
            self._overlong = True

    def _finish(self) -> bytes | None:
        frame, overlong = bytes(self._pending), self._overlong
        self._pending.clear()
        self._overlong = False
        if not frame:
            return None
        try:
            if overlong:
                raise ValueError("too long")
            return decode(frame)
        except ValueError:
            self.damaged += 1
            return None
