"""The audit chain: how a link is encoded and hashed, and the walk that proves a chain.

docs/record.md writes the encoding down for those who check a record without this program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from ..words import Word
from .head import Head

VERSION = "gatehouse-audit-1"
NO_HASH = "0" * 64
"""What the first link follows."""
GENESIS = "genesis"
"""The kind of the first link, seq 0; its subject is the gate's id."""
CUT = "chain_cut"
"""The kind of a link by which the gate itself says that links before it are missing."""


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the audit table, in the order of its columns; `trail` is canonical JSON pairs."""

    seq: int
    utc: str
    trusted: bool
    boot: str
    mono_us: int
    kind: str
    subject: str
    sentence: str
    trail: str
    prev_hash: str
    hash: str = ""

    def digest(self, gate: str) -> str:
        """The hash that this link of the chain of `gate` must carry: lower-case hex SHA-256."""
        told = (
            VERSION,
            gate,
            self.prev_hash,
            str(self.seq),
            self.utc,
            "1" if self.trusted else "0",
            self.boot,
            str(self.mono_us),
            self.kind,
            self.subject,
            self.sentence,
            self.trail,
        )
        return hashlib.sha256(b"".join(map(_netstring, told))).hexdigest()


def _netstring(text: str) -> bytes:
    """`<length>:<bytes>,`: no two lists of texts have the same concatenation."""
    payload = text.encode("utf-8")
    return b"%d:%b," % (len(payload), payload)


class Wrong(Word):
    """What can be wrong with a chain."""

    NO_GENESIS = "no_genesis"
    GAP = "gap"
    EDITED = "edited"
    REORDERED = "reordered"
    UNLINKED = "unlinked"
    DAMAGED = "damaged"
    CUT_TAIL = "cut_tail"
    REWRITTEN = "rewritten"
    NO_HEAD = "no_head"
    FOREIGN_HEAD = "foreign_head"
    KNOWN_CUT = "known_cut"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, the first seq that it concerns, and a sentence for people."""

    wrong: Wrong
    seq: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found. `last` is the last link that is good, None where none is."""

    gate: str
    last: Link | None
    findings: tuple[Finding, ...]
    head_lag: int = 0
    """Links that the head file does not know yet."""

    @property
    def good(self) -> bool:
        return not self.findings

    @property
    def links(self) -> int:
        return 0 if self.last is None else self.last.seq + 1


class Walk:
    """Checks links one by one, in order of seq, up to the first that is wrong.

    `known(hash)` says whether any link of the table carries that hash. `anchors` are heads that were
    kept outside the table; the link of each must carry its hash.
    """

    def __init__(self, gate: str, known: Callable[[str], bool], anchors: tuple[Head, ...] = ()) -> None:
        self.gate = gate
        self.last: Link | None = None
        self.cuts: list[Finding] = []
        self._known = known
        self._anchors = tuple(anchor for anchor in anchors if anchor.gate == gate)

    def step(self, link: Link) -> Finding | None:
        """What is wrong with the next link, None when it follows."""
        finding = self._misplaced(link) or self._altered(link) or self._rewritten(link)
        if finding is None:
            self.last = link
            if link.kind == CUT:
                self.cuts.append(Finding(Wrong.KNOWN_CUT, link.seq, link.sentence))
        return finding

    def _misplaced(self, link: Link) -> Finding | None:
        expected = 0 if self.last is None else self.last.seq + 1
        if link.seq != expected:
            return Finding(Wrong.GAP, expected, f"Entry {expected} is missing; the next one is {link.seq}.")
        if expected == 0 and (link.kind, link.subject) != (GENESIS, self.gate):
            return Finding(Wrong.NO_GENESIS, 0, "Entry 0 is not the beginning of this gate's chain.")
        return None

    def _altered(self, link: Link) -> Finding | None:
        previous = NO_HASH if self.last is None else self.last.hash
        if link.prev_hash == previous:
            whole = link.hash == link.digest(self.gate)
            return None if whole else Finding(Wrong.EDITED, link.seq, f"Entry {link.seq} was edited.")
        if self._known(link.prev_hash):
            return Finding(Wrong.REORDERED, link.seq, f"Entry {link.seq} stands in the wrong place.")
        return Finding(
            Wrong.UNLINKED,
            link.seq,
            f"Entry {link.seq} does not follow entry {link.seq - 1}: one of them was replaced.",
        )

    def _rewritten(self, link: Link) -> Finding | None:
        if all(anchor.seq != link.seq or anchor.hash == link.hash for anchor in self._anchors):
            return None
        return Finding(
            Wrong.REWRITTEN,
            link.seq,
            f"Entry {link.seq} is not the one that was kept outside: the chain up to it was rewritten.",
        )
