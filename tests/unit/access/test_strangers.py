"""Property tests that try to open for a stranger, under the reader's model of `confusions`."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from appliance.access.confusions import LOOKALIKES, RESEMBLING, Evidence, Stroke
from appliance.access.distance import distance
from appliance.access.index import PlateIndex
from appliance.access.matching import Match, Matcher, Outcome, Rule
from appliance.access.regions.notation import Form, Formats, form
from appliance.listing import Listing

SURE = 0.8
SURELY = st.floats(SURE, 1.0)
UNSURELY = st.floats(0.0, 0.79)

# Few letters, so that confusions and neighbours meet often; formats that overlap, so that they compete.
LETTERS = "BODQIX"
DIGITS = "0183"
PATTERNS = ("LLNNN", "LNNNN", "LLLNN", "NNNLL", "LLNN", "EENN", "LLENN", "LL[O0]NN")
FORMATS = st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=3, unique=True).map(
    lambda patterns: Formats(_form(pattern) for pattern in patterns)
)


def _form(pattern: str) -> Form:
    return form(pattern, L=LETTERS, N=DIGITS, E=LETTERS + DIGITS)


@st.composite
def plates(draw: st.DrawFn, formats: Formats) -> str:
    """A legal plate."""
    lengths = [n for n in range(1, 8) if formats.of_length(n)]
    slots = draw(st.sampled_from(formats.of_length(draw(st.sampled_from(lengths)))))
    return "".join(draw(st.sampled_from(sorted(slot))) for slot in slots)


@st.composite
def one_edit_away(draw: st.DrawFn, plate: str) -> str:
    at = draw(st.integers(0, len(plate) - 1))
    char = draw(st.sampled_from(LETTERS + DIGITS))
    tail = draw(st.sampled_from([plate[at + 1 :], plate[at:], plate[at + 1 :]]))
    return plate[:at] + draw(st.sampled_from([char, ""])) + tail


@st.composite
def strokes_of(draw: st.DrawFn, char: str) -> Stroke:
    """How the reader may read a printed character: surely as what looks so, unsurely as any confusion."""
    if draw(st.booleans()):
        read = draw(st.sampled_from([char, LOOKALIKES.get(char, char)]))
        return Stroke(read, draw(UNSURELY), draw(SURELY))
    confused = [o for o in "ODQ0IB8G61" if char in LOOKALIKES.get(o, "") + RESEMBLING.get(o, "")]
    confidence = draw(UNSURELY)
    return Stroke(draw(st.sampled_from([char, *confused])), confidence, confidence)


@st.composite
def reads_of(draw: st.DrawFn, plate: str) -> Evidence:
    strokes = [draw(strokes_of(char)) for char in plate]
    if draw(st.booleans()):
        confidence = draw(UNSURELY)
        stray = Stroke(draw(st.sampled_from("I1OX")), confidence, confidence)
        strokes.insert(draw(st.integers(0, len(strokes))), stray)
    return Evidence(tuple(strokes))


def matcher_of(listed: list[str], formats: Formats, reach: int, denied: list[str] | None = None) -> Matcher:
    lines = [Listing(plate) for plate in listed]
    lines += [Listing(plate, allowed=False) for plate in denied or []]
    return Matcher(PlateIndex(lines, reach), formats, reach, SURE)


def truly(plate: str, confidence: Callable[[], float]) -> Evidence:
    return Evidence(tuple(Stroke(char, c, c) for char in plate for c in [confidence()]))


@settings(max_examples=60)
@given(st.data(), FORMATS, st.integers(0, 3))
def test_a_stranger_read_truly_never_opens(data: st.DataObject, formats: Formats, reach: int) -> None:
    listed = [data.draw(plates(formats)) for _ in range(3)]
    stranger = data.draw(one_edit_away(listed[0]) | plates(formats))
    assume(formats.fits(stranger) and stranger not in listed)
    read = truly(stranger, lambda: data.draw(st.floats(0.0, 1.0)))
    outcome = matcher_of(listed, formats, reach).match(read)
    assert not isinstance(outcome, Match)


@settings(max_examples=250)
@given(st.data(), FORMATS, st.integers(0, 3))
def test_a_stranger_misread_never_opens_unless_surely_read_as_a_listed_plate(
    data: st.DataObject, formats: Formats, reach: int
) -> None:
    listed = [data.draw(plates(formats)) for _ in range(2)]
    stranger = data.draw(one_edit_away(listed[0]) | plates(formats))
    assume(formats.fits(stranger) and stranger not in listed)
    read = data.draw(reads_of(stranger))
    outcome = matcher_of(listed, formats, reach).match(read)
    if isinstance(outcome, Match):
        # Nobody can tell a plate that looks, surely or for a stroke more, exactly like a listed one.
        assert outcome.rule is Rule.EXACT
        assert read.text in listed
        event("read as listed")
        assert _surely_taken_for(read, stranger)


def _surely_taken_for(read: Evidence, stranger: str) -> bool:
    differing = [s for s, printed in zip(read.strokes, stranger) if s.text != printed]
    return len(read.text) != len(stranger) or any(s.peak >= SURE for s in differing)


@settings(max_examples=100)
@given(st.data(), FORMATS, st.integers(1, 3))
def test_a_read_near_two_listed_plates_opens_only_when_surely_one_of_them(
    data: st.DataObject, formats: Formats, reach: int
) -> None:
    plate = data.draw(plates(formats))
    other = data.draw(one_edit_away(plate))
    assume(other != plate and other)
    read = data.draw(reads_of(plate))
    outcome = matcher_of([plate, other], formats, reach).match(read)
    if not isinstance(outcome, Match):
        return
    event(f"opened by {outcome.rule}")
    if read.text not in (plate, other):
        near = [p for p in (plate, other) if distance(read.text, p) <= reach]
        assert near in ([], [outcome.plate])
    elif len(plate) == len(other):
        assert all(s.floor >= SURE for s, a, b in zip(read.strokes, plate, other) if a != b)


@settings(max_examples=80)
@given(st.data(), FORMATS, st.integers(0, 3))
def test_a_denied_plate_never_opens_however_it_is_read(
    data: st.DataObject, formats: Formats, reach: int
) -> None:
    denied = data.draw(plates(formats))
    listed = data.draw(one_edit_away(denied) | plates(formats))
    assume(listed != denied and listed)
    read = data.draw(reads_of(denied))
    outcome = matcher_of([listed], formats, reach, [denied]).match(read)
    if isinstance(outcome, Match):
        assert read.text == listed
        assert _surely_taken_for(read, denied)


@settings(max_examples=60)
@given(st.data(), FORMATS, st.integers(0, 3))
def test_a_listed_plate_surely_read_as_it_is_opens(data: st.DataObject, formats: Formats, reach: int) -> None:
    listed = [data.draw(plates(formats)) for _ in range(3)]
    read = truly(listed[0], lambda: data.draw(SURELY))
    assert _plate(matcher_of(listed, formats, reach).match(read)) == listed[0]


def _plate(outcome: Outcome) -> str | None:
    return outcome.plate if isinstance(outcome, Match) else None
