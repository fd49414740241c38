"""The journal: plate events, visits and reads, written in batches and queried by the page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ..events import Pairs, PlateEvent, PlateEventKind, Visit
from ..sight import Box, Character, Guess, Looks, Reading
from .stamp import Stamp, microseconds, parse_utc
from .store import Row, Store, Value
from .text import box_of, box_text, canonical, clean, finite, pairs_of, pairs_text

_EVENT = "utc, trusted, boot, mono_us, run, kind, camera, track, text, confidence, sentence, evidence"
_VISIT = (
    "utc, trusted, boot, mono_us, run, last_us, camera, track, text, confidence, outcome, reads, authority, "
    "colour, colour_confidence, body, body_confidence"
)
_READ = (
    "utc, trusted, boot, mono_us, run, camera, track, frame, place, text, raw, region, characters, box, "
    "vehicle_box, outcome, reasons"
)


@dataclass(frozen=True, slots=True)
class Insert:
    """One row on its way into a table."""

    sql: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a reading does not know about itself.

    `place` is where the plate was seen, a word of the caller ("roi", "zone"); `vehicle` is the box of
    the vehicle that carries it; `outcome` and `reasons` say what became of the read.
    """

    place: str = ""
    vehicle: Box | None = None
    outcome: str = ""
    reasons: tuple[str, ...] = ()


# -- writing ---------------------------------------------------------------------------------------


def event_insert(event: PlateEvent, stamp: Stamp) -> Insert:
    return _insert(
        "events",
        _EVENT,
        (
            *_stamped(stamp),
            str(event.kind),
            clean(event.camera),
            event.track_id,
            clean(event.text),
            finite(event.confidence),
            clean(event.sentence),
            pairs_text(event.evidence),
        ),
    )


def visit_insert(visit: Visit, stamp: Stamp) -> Insert:
    """`stamp` is that of the first sight."""
    return _insert(
        "visits",
        _VISIT,
        (
            *_stamped(stamp),
            microseconds(visit.last_s),
            clean(visit.camera),
            visit.track_id,
            clean(visit.text),
            finite(visit.confidence),
            clean(visit.outcome),
            visit.reads,
            visit.authority_id,
            *_described(visit.looks),
        ),
    )


def _described(looks: Looks | None) -> tuple[Value, ...]:
    if looks is None:
        return None, None, None, None
    colour, body = looks.colour, looks.body
    return clean(colour.word), finite(colour.confidence), clean(body.word), finite(body.confidence)


def reading_insert(reading: Reading, sighting: Sighting, stamp: Stamp) -> Insert:
    characters = [[c.text, round(finite(c.confidence), 4)] for c in reading.characters]
    return _insert(
        "reads",
        _READ,
        (
            *_stamped(stamp),
            clean(reading.camera),
            reading.track_id,
            reading.frame_seq,
            clean(sighting.place),
            clean(reading.text),
            clean(reading.raw),
            reading.region,
            canonical(characters),
            box_text(reading.box),
            None if sighting.vehicle is None else box_text(sighting.vehicle),
            clean(sighting.outcome),
            canonical(sighting.reasons),
        ),
    )


def write_all(store: Store, inserts: Iterable[Insert]) -> None:
    """Write rows in the caller's transaction, in order."""
    for one in inserts:
        store.execute(one.sql, one.values)


def _insert(table: str, columns: str, values: tuple[Value, ...]) -> Insert:
    marks = ", ".join("?" * len(values))
    return Insert(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)


def _stamped(stamp: Stamp) -> tuple[Value, ...]:
    return stamp.utc, int(stamp.trusted), stamp.boot, stamp.mono_us, stamp.run


# -- reading ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class When:
    """The stamp of a row as read back; `run` and a track id together name one vehicle."""

    utc: datetime
    trusted: bool
    boot: str
    at_s: float
    run: str


@dataclass(frozen=True, slots=True)
class KeptEvent:
    id: int
    when: When
    kind: PlateEventKind
    camera: str
    track_id: int
    text: str
    confidence: float
    sentence: str
    evidence: Pairs


@dataclass(frozen=True, slots=True)
class KeptVisit:
    """`when` is the first sight, `lasted_s` the time from there to the last."""

    id: int
    when: When
    lasted_s: float
    camera: str
    track_id: int
    text: str
    confidence: float
    outcome: str
    reads: int
    authority_id: str | None
    looks: Looks | None


@dataclass(frozen=True, slots=True)
class KeptRead:
    id: int
    when: When
    camera: str
    track_id: int
    frame_seq: int
    text: str
    raw: str
    region: str | None
    characters: tuple[Character, ...]
    box: Box
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class VisitDetail:
    """A visit with all that is kept about its vehicle, oldest first."""

    visit: KeptVisit
    events: tuple[KeptEvent, ...]
    reads: tuple[KeptRead, ...]


class Journal:
    """Queries over events, visits and reads. Lists are newest first.

    `before` is the id of the last row of the page before; None starts at the newest.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def recent_events(
        self, limit: int = 50, *, before: int | None = None, kinds: tuple[PlateEventKind, ...] = ()
    ) -> list[KeptEvent]:
        marks = ", ".join("?" * len(kinds))
        chosen = f"AND kind IN ({marks})" if kinds else ""
        rows = self._page("events", _EVENT, chosen, tuple(map(str, kinds)), before, limit)
        return [_event(row) for row in rows]

    def recent_visits(
        self, limit: int = 50, *, before: int | None = None, text: str | None = None
    ) -> list[KeptVisit]:
        """With `text` only the visits of that plate."""
        chosen, values = ("", ()) if text is None else ("AND text = ?", (text,))
        return [_visit(row) for row in self._page("visits", _VISIT, chosen, values, before, limit)]

    def past_looks(self, limit: int) -> list[tuple[str, Looks]]:
        """Plate and looks of the newest visits that opened, oldest first."""
        rows = self._store.query(
            "SELECT text, colour, colour_confidence, body, body_confidence FROM visits"
            " WHERE outcome = 'opened' AND colour IS NOT NULL ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return [(text, looks) for text, *row in reversed(rows) if (looks := _looks(tuple(row))) is not None]

    def recent_reads(self, limit: int = 50, *, before: int | None = None) -> list[KeptRead]:
        return [_read(row) for row in self._page("reads", _READ, "", (), before, limit)]

    def visit(self, visit_id: int) -> VisitDetail | None:
        """One visit, None when it is not kept (any more)."""
        rows = self._store.query(f"SELECT id, {_VISIT} FROM visits WHERE id = ?", (visit_id,))
        if not rows:
            return None
        visit = _visit(rows[0])
        events = self._of_vehicle("events", _EVENT, visit)
        reads = self._of_vehicle("reads", _READ, visit)
        return VisitDetail(visit, tuple(map(_event, events)), tuple(map(_read, reads)))

    def _page(
        self, table: str, columns: str, chosen: str, values: tuple[str, ...], before: int | None, limit: int
    ) -> list[Row]:
        top = 2**63 - 1 if before is None else before
        return self._store.query(
            f"SELECT id, {columns} FROM {table} WHERE id < ? {chosen} ORDER BY id DESC LIMIT ?",
            (top, *values, limit),
        )

    def _of_vehicle(self, table: str, columns: str, visit: KeptVisit) -> list[Row]:
        return self._store.query(
            f"SELECT id, {columns} FROM {table} WHERE run = ? AND track = ? AND camera = ? ORDER BY id",
            (visit.when.run, visit.track_id, visit.camera),
        )


def _when(utc: str, trusted: int, boot: str, mono_us: int, run: str) -> When:
    return When(parse_utc(utc), bool(trusted), boot, mono_us / 1e6, run)


def _event(row: Row) -> KeptEvent:
    key, when, (kind, camera, track, text, confidence, sentence, evidence) = row[0], row[1:6], row[6:]
    return KeptEvent(
        key,
        _when(*when),
        PlateEventKind(kind),
        camera,
        track,
        text,
        confidence,
        sentence,
        pairs_of(evidence),
    )


def _visit(row: Row) -> KeptVisit:
    key, when, (last_us, *rest), looks = row[0], _when(*row[1:6]), row[6:14], row[14:]
    return KeptVisit(key, when, last_us / 1e6 - when.at_s, *(*rest, _looks(looks)))


def _looks(row: Row) -> Looks | None:
    colour, colour_confidence, body, body_confidence = row
    if colour is None:
        return None
    return Looks(Guess(colour, colour_confidence), Guess(body, body_confidence))


def _read(row: Row) -> KeptRead:
    key, when, (camera, track, frame, place, text, raw, region, *rest) = row[0], row[1:6], row[6:]
    characters, box, vehicle, outcome, reasons = rest
    return KeptRead(
        key,
        _when(*when),
        camera,
        track,
        frame,
        text,
        raw,
        region,
        tuple(Character(*one) for one in json.loads(characters)),
        box_of(box),
        Sighting(place, None if vehicle is None else box_of(vehicle), outcome, tuple(json.loads(reasons))),
    )
