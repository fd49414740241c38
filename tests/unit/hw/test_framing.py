"""Framing: what goes in comes out, and damage never passes for a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.hw.framing import MAX_PAYLOAD, FrameReader, cobs_decode, cobs_encode, decode, encode

PAYLOADS = st.binary(max_size=MAX_PAYLOAD)


@given(st.binary(max_size=1000))
def test_cobs_gives_back_its_data_without_a_zero(data: bytes) -> None:
    encoded = cobs_encode(data)
    assert 0 not in encoded
    assert cobs_decode(encoded) == data


# from the paper's and the field's customary examples
COBS = [
    (b"", b"\x01"),
    (b"\0", b"\x01\x01"),
    (b"\x11\x22\0\x33", b"\x03\x11\x22\x02\x33"),
    (bytes(range(1, 255)), b"\xff" + bytes(range(1, 255)) + b"\x01"),
]


@pytest.mark.parametrize(("data", "encoded"), COBS)
def test_cobs_is_the_published_one(data: bytes, encoded: bytes) -> None:
    assert cobs_encode(data) == encoded
    assert cobs_decode(encoded) == data


def test_the_checksum_is_the_published_one() -> None:
    assert cobs_decode(encode(b"123456789")[:-1])[-2:] == b"\xd6\x4e"


@given(PAYLOADS)
def test_a_frame_gives_back_its_payload(payload: bytes) -> None:
    assert decode(encode(payload)[:-1]) == payload


@given(st.lists(PAYLOADS, max_size=6), st.data())
def test_a_stream_cut_anywhere_gives_every_payload(payloads: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(encode(payload) for payload in payloads)
    cut = data.draw(st.integers(0, len(stream)))
    reader = FrameReader()
    assert [*reader.feed(stream[:cut]), *reader.feed(stream[cut:])] == payloads
    assert reader.damaged == 0


@given(PAYLOADS, st.data())
def test_one_damaged_byte_is_noticed_and_the_next_frame_survives(payload: bytes, data: st.DataObject) -> None:
    frame = bytearray(encode(payload))
    at = data.draw(st.integers(0, len(frame) - 1))
    frame[at] ^= data.draw(st.integers(1, 255))
    reader = FrameReader()
    got = reader.feed(bytes(frame) + b"\0" + encode(b"next"))
    assert got == [b"next"]


@given(st.binary(max_size=2000))
def test_garbage_is_bounded_and_the_next_frame_survives(garbage: bytes) -> None:
    reader = FrameReader()
    reader.feed(garbage + b"\0")
    assert reader.feed(encode(b"next")) == [b"next"]
    assert len(reader._pending) == 0


def test_a_damaged_end_mark_does_not_lengthen_a_message() -> None:
    reader = FrameReader()
    assert reader.feed(encode(b"")[:-1] + b"\x01\0") == []
    assert reader.damaged == 1


def test_a_frame_without_an_end_is_dropped() -> None:
    reader = FrameReader()
    assert reader.feed(b"\x05" * 5000 + b"\0" + encode(b"next")) == [b"next"]
    assert reader.damaged == 1


def test_a_payload_beyond_the_limit_is_refused_and_one_at_it_is_not() -> None:
    with pytest.raises(ValueError, match="longer than"):
        encode(bytes(MAX_PAYLOAD + 1))
    assert decode(encode(bytes(MAX_PAYLOAD))[:-1]) == bytes(MAX_PAYLOAD)
