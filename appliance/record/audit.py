"""The audit log: entries appended to the chain, read back, and verified."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from ..events import Entry, Pairs
from ..faults import RecordCorrupt, RecordFailed
from .chain import GENESIS, NO_HASH, Finding, Link, Verdict, Walk, Wrong
from .head import Head
from .stamp import Stamp
from .store import Row, Store
from .text import clean, pairs_text

_COLUMNS = "seq, utc, trusted, boot, mono_us, kind, subject, sentence, fields, prev_hash, hash"
_INSERT = f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_LAST = f"SELECT {_COLUMNS} FROM audit ORDER BY seq DESC LIMIT 1"
_WALK = f"SELECT {_COLUMNS} FROM audit ORDER BY seq"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to append: what an entry says, and when it happened."""

    stamp: Stamp
    kind: str
    subject: str
    sentence: str
    fields: Pairs = ()

    @classmethod
    def of(cls, entry: Entry, stamp: Stamp) -> Told:
        return cls(stamp, str(entry.kind), entry.subject, entry.sentence, entry.fields)


class AuditLog:
    """The chain in one database. It works on the thread of its store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._gate: str | None = None

    @property
    def gate(self) -> str:
        """The random id that every hash of this chain is bound to. Raises RecordFailed before `begin`."""
        if self._gate is None:
            rows = self._store.query("SELECT value FROM meta WHERE key = 'gate_id'")
            if not rows:
                raise RecordFailed("the audit chain has no beginning", part="record")
            self._gate = str(rows[0][0])
        return self._gate

    def begin(self, stamp: Stamp, new_id: Callable[[], str]) -> bool:
        """Write the first link where there is none, in the caller's transaction; True when it did."""
        if self._store.query("SELECT 1 FROM meta WHERE key = 'gate_id'"):
            return False
        gate = new_id()
        self._store.execute("INSERT INTO meta VALUES ('gate_id', ?)", (gate,))
        self._insert(Told(stamp, GENESIS, gate, "The record begins."), None)
        return True

    def append(self, told: Iterable[Told]) -> None:
        """Add to the end of the chain, in the order given and in the caller's transaction.

        The end is looked up each time: commands of other processes append to the same chain.
        """
        last = self.last()
        for one in told:
            last = self._insert(one, last)

    def last(self) -> Link | None:
        """The newest link."""
        rows = self._store.query(_LAST)
        return _link(rows[0]) if rows else None

    def head(self) -> Head:
        """What to keep outside the chain. Raises RecordFailed for a chain without a link."""
        last = self.last()
        if last is None:
            raise RecordFailed("the audit chain has no entry", part="record")
        return Head(self.gate, last.seq, last.hash)

    def holds(self, head: Head) -> bool:
        """Whether the chain has the link that `head` names."""
        rows = self._store.query("SELECT hash FROM audit WHERE seq = ?", (head.seq,))
        return head.gate == self.gate and rows == [(head.hash,)]

    def links(self, *, since: str = "", kinds: tuple[str, ...] = (), limit: int = 100) -> list[Link]:
        """The newest `limit` links, oldest first; `since` is a text of `utc_text`."""
        marks = ", ".join("?" * len(kinds))
        chosen = f"AND kind IN ({marks})" if kinds else ""
        rows = self._store.query(
            f"SELECT {_COLUMNS} FROM audit WHERE utc >= ? {chosen} ORDER BY seq DESC LIMIT ?",
            (since, *kinds, limit),
        )
        return [_link(row) for row in reversed(rows)]

    def walk(self) -> Iterator[Link]:
        """Every link, oldest first."""
        return map(_link, self._store.walk(_WALK))

    def knows(self, digest: str) -> bool:
        """Whether any link carries this hash."""
        return bool(self._store.query("SELECT 1 FROM audit WHERE hash = ? LIMIT 1", (digest,)))

    def _insert(self, told: Told, last: Link | None) -> Link:
        link = self._chained(told, last)
        self._store.execute(
            _INSERT,
            (
                link.seq,
                link.utc,
                int(link.trusted),
                link.boot,
                link.mono_us,
                link.kind,
                link.subject,
                link.sentence,
                link.trail,
                link.prev_hash,
                link.hash,
            ),
        )
        return link

    def _chained(self, told: Told, last: Link | None) -> Link:
        link = Link(
            seq=0 if last is None else last.seq + 1,
            utc=told.stamp.utc,
            trusted=told.stamp.trusted,
            boot=told.stamp.boot,
            mono_us=told.stamp.mono_us,
            kind=clean(told.kind),
            subject=clean(told.subject),
            sentence=clean(told.sentence),
            trail=pairs_text(told.fields),
            prev_hash=NO_HASH if last is None else last.hash,
        )
        return replace(link, hash=link.digest(self.gate))


def verify(
    store: Store,
    head: Head | None,
    *,
    anchors: tuple[Head, ...] = (),
    progress: Callable[[int], object] = lambda links: None,
) -> Verdict:
    """Walk the whole chain of `store` against `head`, which was read before.

    `anchors` are further heads, kept elsewhere. `progress` is told the links done, every thousand.
    """
    log = AuditLog(store)
    outside = tuple(one for one in (head, *anchors) if one is not None)
    with store.snapshot():
        walk = Walk(log.gate, log.knows, outside)
        broken = _walked(walk, log, progress)
    findings = broken or (*_against(walk, head, outside), *_elsewhere(store, walk))
    lag = 0 if head is None or walk.last is None else max(0, walk.last.seq - head.seq)
    return Verdict(log.gate, walk.last, (*walk.cuts, *findings), lag)


def _walked(walk: Walk, log: AuditLog, progress: Callable[[int], object]) -> tuple[Finding, ...]:
    try:
        for link in log.walk():
            finding = walk.step(link)
            if finding is not None:
                return (finding,)
            if link.seq % 1000 == 999:
                progress(1000)
    except RecordCorrupt as fault:
        seq = 0 if walk.last is None else walk.last.seq + 1
        return (Finding(Wrong.DAMAGED, seq, f"The database is damaged from entry {seq} on: {fault.detail}"),)
    return ()


def _elsewhere(store: Store, walk: Walk) -> Iterator[Finding]:
    """Damage outside the chain, which the walk does not touch."""
    try:
        store.check_integrity()
    except RecordCorrupt as fault:
        end = 0 if walk.last is None else walk.last.seq
        yield Finding(
            Wrong.DAMAGED, end, f"The chain is whole, but the database is damaged elsewhere: {fault.detail}"
        )


def _against(walk: Walk, head: Head | None, outside: tuple[Head, ...]) -> Iterator[Finding]:
    """What heads kept outside the table say of a chain that links up by itself."""
    end = -1 if walk.last is None else walk.last.seq
    if end < 0:
        yield Finding(Wrong.NO_GENESIS, 0, "The chain has no entry.")
    if head is None and end > 0:
        yield Finding(Wrong.NO_HEAD, end, "The head file is missing: a cut end would not be noticed.")
    for one in outside:
        if one.gate != walk.gate:
            yield Finding(Wrong.FOREIGN_HEAD, 0, "The head belongs to another record.")
        elif one.seq > end:
            yield Finding(
                Wrong.CUT_TAIL, end + 1, f"The chain ends at entry {end}, but entry {one.seq} was written."
            )


def _link(row: Row) -> Link:
    seq, utc, trusted, *rest = row
    return Link(seq, utc, bool(trusted), *rest)
