"""OSDP v2 as a peripheral device: a card reader whose cards are plates. Pure: bytes in, bytes out.

Frame: 0x53, address (bit 7 in replies), length 2, control, code, data, CRC-16 or checksum; integers are
little-endian. Control: bits 0-1 sequence, bit 2 CRC, bit 3 a security block follows. No secure channel is
built: cards go over the wire in clear, and the capabilities say so.
SIA OSDP 2.1.7 (IEC 60839-11-5), chapters 5 to 7 and annexes A and B.
"""

from __future__ import annotations

from binascii import crc_hqx
from collections.abc import Mapping
from dataclasses import dataclass

from .cards import Bits

START = 0x53
MARK = b"\xff"
"""Brings an idle line to a defined level before the frame."""
REPLY = 0x80
ANYBODY = 0x7F
SEQUENCE, WITH_CRC, SECURED = 0b0011, 0b0100, 0b1000
SHORTEST = 7
LONGEST = 1440
"""Bytes of a frame that a device must take, at most."""
HEADER = 5
GAP_S = 0.1
"""A frame's bytes follow each other within 20 ms, and a USB adapter keeps them for 16."""

POLL, ID, CAP, LSTAT, RSTAT, COMSET = 0x60, 0x61, 0x62, 0x64, 0x67, 0x6E
KEYSET, CHLNG, SCRYPT, ACURXSIZE, ABORT = 0x75, 0x76, 0x77, 0x7B, 0xA2
ACK, NAK, PDID, PDCAP, LSTATR, RSTATR, RAW, COM = 0x40, 0x41, 0x45, 0x46, 0x48, 0x4B, 0x50, 0x54

NAK_CHECK, NAK_UNKNOWN, NAK_SEQUENCE, NAK_SECURITY = 1, 3, 4, 5

VENDOR, MODEL, HARDWARE, FIRMWARE = b"\0\0\0", 1, 1, (1, 0, 0)
"""A vendor code of zeros: the project has no number of its own from the IEEE."""
CAPABILITIES = bytes(
    [
        *(3, 1, 0),  # card data as an array of bits
        *(8, 1, 0),  # CRC-16 as well as checksum
        *(9, 0, 0),  # no secure channel
        *(10, LONGEST & 0xFF, LONGEST >> 8),  # receive buffer
        *(13, 1, 1),  # one reader
    ]
)
WIEGAND = 1
"""Format code of RAW: parity, data, parity."""


@dataclass(frozen=True, slots=True)
class _Card:
    bits: Bits
    until_s: float


def check(frame: bytes, control: int) -> bytes:
    """What vouches for `frame`: CRC-16/AUG-CCITT or the two's complement of the sum."""
    if control & WITH_CRC:
        return crc_hqx(frame, 0x1D0F).to_bytes(2, "little")
    return bytes([-sum(frame) & 0xFF])


def build(address: int, control: int, code: int, data: bytes = b"") -> bytes:
    """A whole frame."""
    size = HEADER + 1 + len(data) + (2 if control & WITH_CRC else 1)
    frame = bytes([START, address]) + size.to_bytes(2, "little") + bytes([control, code]) + data
    return frame + check(frame, control)


class PeripheralDevice:
    """Answers the control panel on the other end of the bus."""

    def __init__(self, address: int, serial: int, baud: int, card_limit_s: float) -> None:
        self._address = address
        self._card_limit_s = card_limit_s
        self._pending = bytearray()
        self._read_s = float("-inf")
        self._cards: list[_Card] = []
        self._sequence: int | None = None
        self._last_reply = b""
        self.heard_s: float | None = None
        """When the panel last said something valid to this device."""
        identity = VENDOR + bytes([MODEL, HARDWARE]) + serial.to_bytes(4, "little") + bytes(FIRMWARE)
        self._answers: Mapping[int, tuple[int, bytes]] = {
            ID: (PDID, identity),
            CAP: (PDCAP, CAPABILITIES),
            LSTAT: (LSTATR, b"\0\0"),
            RSTAT: (RSTATR, b"\0"),
            # Address and speed are the owner's to set: the reply names those that stay in effect.
            COMSET: (COM, bytes([address]) + baud.to_bytes(4, "little")),
            ACURXSIZE: (ACK, b""),
            ABORT: (ACK, b""),
            **dict.fromkeys((KEYSET, CHLNG, SCRYPT), (NAK, bytes([NAK_SECURITY]))),
        }

    def present(self, bits: Bits, now_s: float) -> None:
        """A card for the next poll, which nothing takes back.

        One that nobody asks for in time is dropped: whom it was for has left.
        """
        self._drop_late(now_s)
        self._cards.append(_Card(bits, now_s + self._card_limit_s))

    def receive(self, data: bytes, now_s: float) -> bytes:
        """Take bytes off the bus: the reply to send now, empty where nothing is to be said."""
        if now_s - self._read_s > GAP_S:
            self._pending.clear()
        self._read_s = now_s
        self._pending += data
        reply = b""
        while (frame := self._next_frame()) is not None:
            reply = self._answer(frame, now_s)
        return MARK + reply if reply else b""

    def _next_frame(self) -> bytes | None:
        """Cut the next whole frame off; what is none is passed over byte by byte."""
        pending = self._pending
        while pending:
            size = int.from_bytes(pending[2:4], "little") if len(pending) >= 4 else SHORTEST
            if pending[0] != START or not SHORTEST <= size <= LONGEST:
                del pending[0]
            elif len(pending) < size:
                return None
            else:
                frame = bytes(pending[:size])
                del pending[: size if _sound(frame) else 1]
                return frame
        return None

    def _answer(self, frame: bytes, now_s: float) -> bytes:
        address, control = frame[1], frame[4]
        if address not in (self._address, ANYBODY):
            return b""
        if not _sound(frame):
            return self._reply(frame, NAK, bytes([NAK_CHECK]))
        self.heard_s = now_s
        sequence = control & SEQUENCE
        if sequence and sequence == self._sequence:
            return self._last_reply  # the panel did not hear it: the same once more, a card not twice
        if sequence and self._sequence is not None and sequence != self._sequence % 3 + 1:
            return self._reply(frame, NAK, bytes([NAK_SEQUENCE]))
        self._sequence = sequence
        self._last_reply = self._reply(frame, *self._obey(frame, now_s))
        return self._last_reply

    def _obey(self, frame: bytes, now_s: float) -> tuple[int, bytes]:
        if frame[4] & SECURED:
            return NAK, bytes([NAK_SECURITY])
        if frame[5] == POLL:
            return self._poll(now_s)
        return self._answers.get(frame[5], (NAK, bytes([NAK_UNKNOWN])))

    def _reply(self, frame: bytes, code: int, data: bytes) -> bytes:
        return build(frame[1] | REPLY, frame[4] & (SEQUENCE | WITH_CRC), code, data)

    def _poll(self, now_s: float) -> tuple[int, bytes]:
        self._drop_late(now_s)
        if not self._cards:
            return ACK, b""
        bits = self._cards.pop(0).bits
        return RAW, bytes([0, WIEGAND]) + len(bits).to_bytes(2, "little") + _packed(bits)

    def _drop_late(self, now_s: float) -> None:
        self._cards = [card for card in self._cards if now_s <= card.until_s]


def _sound(frame: bytes) -> bool:
    """The check is right. A frame for others is never answered, whatever its check."""
    size = 2 if frame[4] & WITH_CRC else 1
    return check(frame[:-size], frame[4]) == frame[-size:]


def _packed(bits: Bits) -> bytes:
    """The bits from the left, the last byte filled with zeros."""
    whole = -len(bits) % 8
    number = int("".join("1" if bit else "0" for bit in bits), 2) << whole
    return number.to_bytes((len(bits) + whole) // 8, "big")
