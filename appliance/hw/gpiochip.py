"""The kernel's GPIO lines, looked at without being claimed: name, direction, and who holds each.

Source: include/uapi/linux/gpio.h, ABI version 2.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_CHIP_INFO = struct.Struct("32s32sI")
_LINE_INFO = struct.Struct("32s32sIIQ160s16s")
# _IOR(0xB4, 0x01, struct gpiochip_info), 68 bytes.
_GET_CHIP_INFO = 0x8044B401
# _IOWR(0xB4, 0x05, struct gpio_v2_line_info), 256 bytes.
_GET_LINE_INFO = 0xC100B405
_USED = 1 << 0
_OUTPUT = 1 << 3

Ioctl = Callable[[int, int, bytearray], object]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chip, whose driver is its `label`. `holder` is empty where nobody has claimed it."""

    chip: str
    label: str
    offset: int
    name: str
    holder: str
    is_output: bool


def lines(chips: list[Path], ioctl: Ioctl = fcntl.ioctl) -> Iterator[Line]:
    """Every line of every chip that can be asked; asking moves and changes nothing."""
    for chip in chips:
        try:
            descriptor = os.open(chip, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            yield from _lines_of(chip.name, descriptor, ioctl)
        except OSError:
            continue
        finally:
            os.close(descriptor)


def _lines_of(chip: str, descriptor: int, ioctl: Ioctl) -> Iterator[Line]:
    info = bytearray(_CHIP_INFO.size)
    ioctl(descriptor, _GET_CHIP_INFO, info)
    _, label, count = _CHIP_INFO.unpack(info)
    for offset in range(count):
        line = bytearray(_LINE_INFO.pack(b"", b"", offset, 0, 0, b"", b""))
        ioctl(descriptor, _GET_LINE_INFO, line)
        name, holder, _, _, flags, _, _ = _LINE_INFO.unpack(line)
        known = _word(holder) or "the kernel" if flags & _USED else ""
        yield Line(chip, _word(label), offset, _word(name), known, bool(flags & _OUTPUT))


def _word(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("utf-8", "replace")
