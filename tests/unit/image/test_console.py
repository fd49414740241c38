"""A console is read by markers, each behind the last."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.hil.emulated.console import Console, MarkerMissing


@contextmanager
def a_console(folder: Path) -> Iterator[tuple[Console, BinaryIO]]:
    source, sink = os.pipe()
    with os.fdopen(source, "rb") as reader, os.fdopen(sink, "wb", buffering=0) as writer:
        yield Console(reader, folder / "log"), writer
        writer.close()


def test_a_marker_is_found_in_what_comes_later_and_only_once(tmp_path: Path) -> None:
    with a_console(tmp_path) as (console, line):
        line.write(b"one mark")
        line.write(b"er\r\n")

        assert console.expect(r"mark(er)", 5.0).group(1) == "er"
        with pytest.raises(MarkerMissing, match="one marker"):
            console.expect("marker", 0.01)


def test_a_stream_that_ends_is_not_waited_for(tmp_path: Path) -> None:
    with a_console(tmp_path) as (console, line):
        line.write(b"panic")
        line.close()

        with pytest.raises(MarkerMissing, match="panic"):
            console.expect("serves", 3600.0)
        console.await_end(5.0)


def test_all_that_was_said_is_kept(tmp_path: Path) -> None:
    with a_console(tmp_path) as (console, line):
        line.write(b"try 1\ntry 2\n")
        console.expect("try 2", 5.0)

        assert console.find_all(r"try \d") == ["try 1", "try 2"]
    assert (tmp_path / "log").read_bytes() == b"try 1\ntry 2\n"
