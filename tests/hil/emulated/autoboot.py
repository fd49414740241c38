"""What a Raspberry Pi's firmware makes of autoboot.txt and config.txt, as its documentation says.

Source: raspberrypi/documentation, computers/config_txt (autoboot.adoc, conditional.adoc).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 512
"""The firmware reads no more of autoboot.txt."""

CONFIG_PARTITION = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """The partition that the firmware starts, and whether it is only tried."""

    partition: int
    tryboot: bool


@dataclass(frozen=True, slots=True)
class Files:
    """What config.txt names, with the firmware's defaults of a 64-bit board."""

    kernel: str = "kernel8.img"
    initramfs: str = ""
    cmdline: str = "cmdline.txt"
    watchdog_s: int = 0

    @property
    def loaded(self) -> tuple[str, str]:
        """Into memory, before the processor starts."""
        return self.kernel, self.initramfs


def choose(autoboot: bytes, tryboot: bool) -> Choice:
    """The partition for this start. A section [tryboot] counts only when asked for; without any word of a
    partition the one that holds the file is started.
    """
    partition = CONFIG_PARTITION
    for key, value in _pairs(autoboot[:MOST_BYTES].decode("ascii", "replace"), tryboot):
        if key == "boot_partition" and value.isdigit():
            partition = int(value)
    return Choice(partition, tryboot)


def files(config: str, tryboot: bool) -> Files:
    """Which files of the partition are loaded."""
    found = dict(_pairs(config, tryboot))
    known = {key: found[key] for key in ("kernel", "cmdline") if key in found}
    watchdog_s = int(found.get("kernel_watchdog_timeout", "0"))
    return Files(**known, initramfs=found.get("initramfs", ""), watchdog_s=watchdog_s)


def _pairs(text: str, tryboot: bool) -> Iterator[tuple[str, str]]:
    heeded = True
    for line in text.splitlines():
        word = line.split("#")[0].strip()
        if word.startswith("[") and word.endswith("]"):
            heeded = word == "[all]" or (word == "[tryboot]" and tryboot)
        elif heeded and word.startswith("initramfs "):
            yield "initramfs", word.split()[1]
        elif heeded and "=" in word:
            key, _, value = word.partition("=")
            yield key.strip(), value.strip()
