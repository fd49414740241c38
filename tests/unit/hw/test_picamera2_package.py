"""What the driver calls is there in the real picamera2, read from its source: it imports only on a Pi."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest

CALLED = {
    "camera_controls": set[str](),
    "create_video_configuration": {"main", "lores", "buffer_count", "controls", "display", "encode"},
    "configure": set[str](),
    "camera_configuration": set[str](),
    "start": set[str](),
    "capture_request": {"wait"},
    "cancel_all_and_flush": set[str](),
    "set_controls": set[str](),
    "close": set[str](),
}


def methods(file: str, name: str) -> dict[str, set[str]]:
    """The methods of a class of the package, the last of a name, each with its arguments."""
    spec = importlib.util.find_spec("picamera2")
    if spec is None or spec.origin is None:
        pytest.skip("picamera2 is not installed: pip install --no-deps picamera2")
    tree = ast.parse((Path(spec.origin).parent / file).read_text(encoding="utf-8"))
    found = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    functions = [node for node in found.body if isinstance(node, ast.FunctionDef)]
    return {f.name: {a.arg for a in (*f.args.args, *f.args.kwonlyargs)} for f in functions}


def test_the_camera_takes_what_it_is_given() -> None:
    there = methods("picamera2.py", "Picamera2")
    assert {name: arguments & there.get(name, set()) for name, arguments in CALLED.items()} == CALLED
    assert CALLED.keys() <= there.keys()
    assert "camera_num" in there["__init__"]


def test_a_job_waits_for_so_long_and_gives_a_request() -> None:
    assert "timeout" in methods("job.py", "Job")["get_result"]
    there = methods("request.py", "CompletedRequest")
    assert {"make_buffer", "get_metadata", "release"} <= there.keys()
    assert "name" in there["make_buffer"]
