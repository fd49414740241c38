"""What the owner does about updates on an emulated board, and sees of them; a card's slots from outside."""

from __future__ import annotations

import hashlib

from .machine import SYSTEMD_RUNS, Board, Run

SLOT_PARTITIONS = {"a": (2, 4), "b": (3, 5)}
"""Of the image's disk: the boot partition and the root."""
_CHUNK = 1 << 20


def insert_stick(run: Run) -> None:
    """The stick lies at /run/stick; what the kernel had read of the empty one is forgotten."""
    stick = "/dev/disk/by-id/virtio-stick"
    run.agent.ask(f"mkdir -p /run/stick; blockdev --flushbufs {stick}; mount -o ro {stick} /run/stick")


def ota(run: Run, words: str, limit_s: float = 60.0) -> str:
    """`gatehouse ota`, which must be fine."""
    return run.agent.ask(f"gatehouse ota {words} 2>&1", limit_s)


def install(run: Run, name: str) -> str:
    return ota(run, f"install /run/stick/{name}.raucb", 200.0)


def refusal(run: Run, name: str) -> str:
    """What `install` says of a bundle that it refuses."""
    return run.agent.ask(f"gatehouse ota install /run/stick/{name}.raucb 2>&1; [ $? -eq 1 ]", 60.0)


def restarted(board: Board, run: Run) -> Run:
    """After an orderly restart that tries what is installed, as far as the initramfs."""
    run.agent.tell("gatehouse ota restart")
    assert run.reset_seen(120.0) == "guest-reset"
    return board.after(run)


def verdict(run: Run, limit_s: float = 300.0) -> str:
    """What became of the update that this start had to judge."""
    run.expect("bench: ready", 60)
    return _proof(run, "has proved itself|was taken back|is installed|nothing is on trial", limit_s)


def became(run: Run, what: str, limit_s: float = 300.0) -> str:
    """What the proof said of an update that this start has tried without a restart of the board."""
    return _proof(run, f"{what} (has proved itself|was taken back)", limit_s)


def _proof(run: Run, words: str, limit_s: float) -> str:
    """The first line of the proof with these words."""
    # Asked anew each time: what follows a journal ends with its next line, and this unit says no more.
    told = f"journalctl -u gatehouse-ota-proof -b -o cat --no-pager | grep -m 1 -E '{words}'"
    return run.agent.ask(f'timeout 1200 sh -c "until {told}; do sleep 2; done"', limit_s).strip()


def slot_started(run: Run) -> str:
    """The line in which the initramfs says what the firmware chose."""
    return run.expect(r"gatehouse-init: (slot ., .*)\n", 40).group(1)


def comes_up(run: Run, slot: str) -> None:
    """As far as systemd, on the proved root of this slot."""
    run.expect(f"gatehouse-init: slot {slot} has its root", 40)
    run.expect(SYSTEMD_RUNS, 40)


def slot_hash(board: Board, slot: str) -> str:
    """Of all that the two partitions of a slot hold."""
    digest = hashlib.sha256()
    for partition in SLOT_PARTITIONS[slot]:
        start, size = board.firmware.extent(partition)
        with board.card.open("rb") as card:
            card.seek(start)
            for at in range(0, size, _CHUNK):
                if (chunk := card.read(min(_CHUNK, size - at))).strip(b"\0"):
                    digest.update(at.to_bytes(8, "big") + chunk)
    return digest.hexdigest()
