"""The car's serial link: the whole wanted state again and again, each acknowledged.

One message is four bytes, inside a frame of `framing` (COBS, CRC-16):

    kind    1 byte    1 HELLO, 2 SET, 3 ACK
    number  2 bytes   big-endian, counts the gate's messages, wraps
    levels  1 byte    bit 0 enable, bit 1 lights, bit 2 horn

The gate sends HELLO until it is answered, then SET at each change and each heartbeat. The peer answers
either with ACK, the same number and the levels that it now drives. HELLO makes the peer release
everything and count from that number; a SET whose number is not newer is dropped. A peer that hears
no valid SET for three heartbeats releases everything and answers no SET until the next HELLO.
A lost or damaged message is therefore no event: the next one carries the same state.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from ..faults import LinkFault
from ..words import Word
from .base import BaseSerialLink

SILENT_HEARTBEATS = 3
"""As many in a row are not lost by accident; the peer uses the same count."""
REOPEN_S = 1.0
"""A USB adapter takes about as long to come back after it was plugged in."""
MOST_MESSAGES = 32
"""Taken in one tick: a babbling peer must not hold the machine."""


class Message(Word):
    HELLO = "hello"
    SET = "set"
    ACK = "ack"


_CODES = {Message.HELLO: 1, Message.SET: 2, Message.ACK: 3}
_KINDS = {code: kind for kind, code in _CODES.items()}


@dataclass(frozen=True, slots=True)
class CarLevels:
    """What the car's controller drives."""

    enable: bool = False
    lights: bool = False
    horn: bool = False

    def but(
        self, *, enable: bool | None = None, lights: bool | None = None, horn: bool | None = None
    ) -> CarLevels:
        """These levels with the given ones changed."""
        given = {"enable": enable, "lights": lights, "horn": horn}
        return replace(self, **{name: on for name, on in given.items() if on is not None})

    @property
    def bits(self) -> int:
        return self.enable | self.lights << 1 | self.horn << 2

    @classmethod
    def of(cls, bits: int) -> CarLevels:
        return cls(bool(bits & 1), bool(bits & 2), bool(bits & 4))


@dataclass(frozen=True, slots=True)
class Packet:
    kind: Message
    number: int
    levels: CarLevels = CarLevels()

    def packed(self) -> bytes:
        return bytes([_CODES[self.kind], *self.number.to_bytes(2, "big"), self.levels.bits])


def unpack(message: bytes) -> Packet | None:
    """The packet, or None for bytes that are none (a peer of another version)."""
    if len(message) != 4 or message[0] not in _KINDS or message[3] > 7:
        return None
    return Packet(_KINDS[message[0]], int.from_bytes(message[1:3], "big"), CarLevels.of(message[3]))


class CarLink:
    """Keeps the peer in the wanted state, and knows whether it is."""

    def __init__(self, link: BaseSerialLink, heartbeat_s: float) -> None:
        self._link = link
        self._heartbeat_s = heartbeat_s
        self._silence_s = SILENT_HEARTBEATS * heartbeat_s
        self._wanted = CarLevels()
        self._number = 0
        self._unanswered: deque[Packet] = deque(maxlen=SILENT_HEARTBEATS * 4)
        self._sent_s = float("-inf")
        self._heard_s: float | None = None
        self._reopen_s: float | None = None
        self.up = False
        """The peer has answered within three heartbeats, with the levels it was asked for."""

    def ask(self, levels: CarLevels) -> None:
        """The state that the next message carries."""
        self._wanted = levels

    def send(self, now_s: float) -> None:
        """Send the wanted state now. Raises LinkFault when the port is gone."""
        self._transmit()
        self._sent_s = now_s

    def release(self) -> None:
        """Ask for everything off, and send it at once; as `send`."""
        self._wanted = CarLevels()
        self._transmit()

    def _transmit(self) -> None:
        self._number = (self._number + 1) % 0x10000
        kind, levels = (Message.SET, self._wanted) if self.up else (Message.HELLO, CarLevels())
        packet = Packet(kind, self._number, levels)
        self._link.send(packet.packed())
        self._unanswered.append(packet)

    def tick(self, now_s: float) -> LinkFault | None:
        """Take the answers, send when it is time: the fault that stands now, if any.

        Once the link is down the wanted state is released, and a lost port is opened again.
        """
        try:
            self._reopen(now_s)
            self._hear(now_s)
            if now_s - self._sent_s >= self._heartbeat_s:
                self.send(now_s)
        except LinkFault as fault:
            self._down()
            self._reopen_s = now_s + REOPEN_S if self._reopen_s is None else self._reopen_s
            return fault
        return self._silence(now_s)

    def _silence(self, now_s: float) -> LinkFault | None:
        if self._heard_s is None:
            self._heard_s = now_s
        silent_s = now_s - self._heard_s
        if silent_s <= self._silence_s:
            return None
        self._down()
        return LinkFault(f"no answer for {silent_s:.1f} s", part="serial")

    def _down(self) -> None:
        """Nothing is wanted while the link is down. Only a greeting may be answered from now on."""
        self._wanted = CarLevels()
        if self.up:
            self.up = False
            self._unanswered.clear()

    def _reopen(self, now_s: float) -> None:
        if self._reopen_s is None or now_s < self._reopen_s:
            return
        self._reopen_s = now_s + REOPEN_S
        self._link.close()
        self._link.open()
        self._reopen_s = None

    def _hear(self, now_s: float) -> None:
        for _ in range(MOST_MESSAGES):
            message = self._link.receive(0.0)
            if message is None:
                return
            self._answered(unpack(message), now_s)

    def _answered(self, answer: Packet | None, now_s: float) -> None:
        """Count an answer that repeats number and levels of a message that waits for one."""
        if answer is None or answer.kind is not Message.ACK:
            return
        for sent in self._unanswered:
            if (sent.number, sent.levels) == (answer.number, answer.levels):
                self._unanswered.remove(sent)
                self._heard_s = now_s
                self.up = True
                return
