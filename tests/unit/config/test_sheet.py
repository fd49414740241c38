"""The lines on which keys stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config.sheet import Key, read_sheet

TEXT = """\
top = 1
"quoted.name" = 2
[table] # a comment
a.b = 3
list = [
  [0.0, 1.0],
  [1]
]
text = '''
inside = 4
[fake]
'''
[deep."er.name"]
x = 5
inline = { y = 6 }
[[many.windows]]
z = 7
[[many.windows]]
z = 8
"""

LINES = [
    (("top",), 1),
    (("quoted.name",), 2),
    (("table",), 3),
    (("table", "a", "b"), 4),
    (("table", "list"), 5),
    (("table", "text"), 9),
    (("deep", "er.name"), 13),
    (("deep", "er.name", "x"), 14),
    (("deep", "er.name", "inline"), 15),
    (("many", "windows"), 16),
    (("many", "windows", "z"), 17),
]


@pytest.mark.parametrize(("key", "line"), LINES)
def test_a_key_stands_on_its_line(tmp_path: Path, key: Key, line: int) -> None:
    path = tmp_path / "a.toml"
    path.write_text(TEXT, encoding="utf-8")

    assert read_sheet(path).lines[key] == line


def test_what_only_looks_like_a_key_has_no_line(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(TEXT, encoding="utf-8")

    assert {key for key, _ in LINES} == set(read_sheet(path).lines)
