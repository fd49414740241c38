"""Small manifests for the tests of the infer room."""

from __future__ import annotations

from pathlib import Path

FP32, INT8 = "a" * 64, "b" * 64

SET = """
name = "mine"
title = "Nets"
[nets]
det = "det"
[[golden]]
file = "a.png"
text = "AB12"
"""

NET = """
name = "det"
version = {}
task = "detect"
title = "A net"
licence = "Apache-2.0"
source = "here"
[precisions.fp32]
file = "det.onnx"
sha256 = "{}"
[precisions.int8]
file = "det.int8.onnx"
sha256 = "{}"
slack = 3.0
[input]
name = "x"
shape = [1, 3, 8, 8]
layout = "NCHW"
resize = "stretch"
[[outputs]]
name = "y"
shape = ["N", 2]
meaning = "probabilities"
classes = ["on", "dim"]
[[golden]]
file = "a.png"
sha256 = "{}"
values = [{{ output = "y", class = "on", value = 0.5 }}]
"""


def net_text(version: int = 1) -> str:
    return NET.format(version, FP32, INT8, "c" * 64)


def write_models(folder: Path, net: str | None = None, the_set: str = SET) -> Path:
    """A folder of models with one set of one net."""
    (folder / "nets").mkdir(parents=True)
    (folder / "mine.toml").write_text(the_set)
    (folder / "nets" / "det.toml").write_text(net_text() if net is None else net)
    return folder
