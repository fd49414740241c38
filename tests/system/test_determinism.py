"""Same seed, same run: what is printed and what is recorded, to the microsecond of virtual time."""

from __future__ import annotations

from pathlib import Path

import pytest

from .gate_rig import gatehouse, links

VISITS = "2"


class Run:
    """One run with its narration and its record."""

    def __init__(self, folder: Path, name: str, seed: str) -> None:
        record = folder / f"{name}.db"
        words = ("sim", "--visits", VISITS, "--seed", seed, "--speed", "max", "--record", str(record))
        done = gatehouse(*words, cwd=folder)
        self.code = done.returncode
        # How long loading the nets took is this computer's own business.
        self.told = [line for line in done.stdout.splitlines() if "recognition ready" not in line]
        self.recorded = [
            (link.kind, link.subject, link.sentence, link.utc, link.mono_us)
            for link in links(record)
            if link.kind != "genesis"
        ]


@pytest.mark.timeout(300)
def test_the_same_seed_is_the_same_run_and_another_is_not(tmp_path: Path) -> None:
    first, again, other = (Run(tmp_path, name, seed) for name, seed in (("a", "7"), ("b", "7"), ("c", "8")))

    assert (first.code, first.told, first.recorded) == (again.code, again.told, again.recorded)
    assert (first.code, len(first.told) > 5, len(first.recorded) > 5) == (0, True, True)
    assert (first.told != other.told, first.recorded != other.recorded) == (True, True)
