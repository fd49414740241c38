"""The messages between the gate and a car's controller, protocol 1 (docs/hardware/serial-link.md).

Each begins with its kind (1 byte), a tag (2) and the gate's number (2); integers are big-endian.

    1 HELLO    gate   major 1, minor 1, heartbeat_ms 2                           tag: drawn by the gate
    4 WELCOME  peer   major 1, minor 1, session 2, capabilities 1, dead_man_ms 2,
                      firmware (UTF-8, to the end)                               tag: that of the HELLO
    2 SET      gate   levels 1                                                   tag: the session
    3 ACK      peer   levels 1                                                   tag: the session

Levels and capabilities are bits: 1 enable, 2 lights, 4 horn. HELLO and WELCOME may become longer with a
new minor version: what follows is passed over. Whoever meets another major version goes no further.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Union

KINDS = {"HELLO": 1, "SET": 2, "ACK": 3, "WELCOME": 4}
LONGEST_FIRMWARE = 64
"""Bytes of a firmware's name that are kept."""

_HEAD = struct.Struct(">BHH")
_HELLO = struct.Struct(">BBH")
_WELCOME = struct.Struct(">BBHBH")
_LEVELS = struct.Struct(">B")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


PROTOCOL = Version(1, 0)


@dataclass(frozen=True, slots=True)
class CarLevels:
    """What the car's controller drives, or can drive."""

    enable: bool = False
    lights: bool = False
    horn: bool = False

    def but(
        self, *, enable: bool | None = None, lights: bool | None = None, horn: bool | None = None
    ) -> CarLevels:
        """These levels with the given ones changed."""
        given = {"enable": enable, "lights": lights, "horn": horn}
        return replace(self, **{name: on for name, on in given.items() if on is not None})

    def within(self, able: CarLevels) -> CarLevels:
        """These levels without what a peer cannot drive."""
        return CarLevels.of(self.bits & able.bits)

    @property
    def bits(self) -> int:
        return self.enable | self.lights << 1 | self.horn << 2

    @classmethod
    def of(cls, bits: int) -> CarLevels:
        return cls(bool(bits & 1), bool(bits & 2), bool(bits & 4))


EVERYTHING = CarLevels(True, True, True)


@dataclass(frozen=True, slots=True)
class Hello:
    """The gate asks for a new session: the peer releases everything and counts from `number`."""

    kind: ClassVar[int] = KINDS["HELLO"]
    tag: int
    number: int
    heartbeat_ms: int
    version: Version = PROTOCOL

    def body(self) -> bytes:
        return _HELLO.pack(self.version.major, self.version.minor, self.heartbeat_ms)


@dataclass(frozen=True, slots=True)
class Welcome:
    """The peer's answer: what it speaks, can drive, and after which silence it releases by itself."""

    kind: ClassVar[int] = KINDS["WELCOME"]
    tag: int
    number: int
    session: int
    dead_man_ms: int
    able: CarLevels = EVERYTHING
    firmware: str = ""
    version: Version = PROTOCOL

    def body(self) -> bytes:
        version = self.version
        head = _WELCOME.pack(version.major, version.minor, self.session, self.able.bits, self.dead_man_ms)
        return head + self.firmware.encode()[:LONGEST_FIRMWARE]


@dataclass(frozen=True, slots=True)
class SetLevels:
    """What the peer shall drive; counts only with the session that the peer drew."""

    kind: ClassVar[int] = KINDS["SET"]
    tag: int
    number: int
    levels: CarLevels

    def body(self) -> bytes:
        return _LEVELS.pack(self.levels.bits)


@dataclass(frozen=True, slots=True)
class Ack:
    """The peer drives `levels` now, by the message of this number."""

    kind: ClassVar[int] = KINDS["ACK"]
    tag: int
    number: int
    levels: CarLevels

    def body(self) -> bytes:
        return _LEVELS.pack(self.levels.bits)


CarMessage = Union[Hello, Welcome, SetLevels, Ack]


def pack(message: CarMessage) -> bytes:
    return _HEAD.pack(message.kind, message.tag, message.number) + message.body()


def unpack(data: bytes) -> CarMessage | None:
    """The message, or None for bytes that are none of this protocol's."""
    if len(data) < _HEAD.size:
        return None
    kind, tag, number = _HEAD.unpack_from(data)
    read = _READERS.get(kind)
    return None if read is None else read(tag, number, data[_HEAD.size :])


def _hello(tag: int, number: int, body: bytes) -> Hello | None:
    if len(body) < _HELLO.size:
        return None
    major, minor, heartbeat_ms = _HELLO.unpack_from(body)
    return Hello(tag, number, heartbeat_ms, Version(major, minor))


def _welcome(tag: int, number: int, body: bytes) -> Welcome | None:
    if len(body) < _WELCOME.size:
        return None
    major, minor, session, able, dead_man_ms = _WELCOME.unpack_from(body)
    name = body[_WELCOME.size :][:LONGEST_FIRMWARE].decode(errors="replace")
    firmware = "".join(each for each in name if each.isprintable())
    return Welcome(tag, number, session, dead_man_ms, CarLevels.of(able), firmware, Version(major, minor))


def _levels(body: bytes) -> CarLevels | None:
    return CarLevels.of(body[0]) if len(body) == 1 and body[0] <= EVERYTHING.bits else None


def _set(tag: int, number: int, body: bytes) -> SetLevels | None:
    levels = _levels(body)
    return None if levels is None else SetLevels(tag, number, levels)


def _ack(tag: int, number: int, body: bytes) -> Ack | None:
    levels = _levels(body)
    return None if levels is None else Ack(tag, number, levels)


_READERS: Mapping[int, Callable[[int, int, bytes], CarMessage | None]] = {
    Hello.kind: _hello,
    Welcome.kind: _welcome,
    SetLevels.kind: _set,
    Ack.kind: _ack,
}
