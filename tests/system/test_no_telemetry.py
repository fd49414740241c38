"""Nothing calls home, and nothing is left in the owner's home folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LOAD = """
from appliance.config.schema import Infer
from appliance.infer.chain import make_backend
from appliance.infer.models import load_manifest
make_backend("onnxruntime", Infer()).load(load_manifest("gatehouse").file("detector"))
"""


def test_a_session_leaves_nothing_in_the_home_folder(tmp_path: Path) -> None:
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environ.pop("ORT_DISABLE_TELEMETRY", None)
    ran = subprocess.run([sys.executable, "-c", LOAD], env=environ, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert list(tmp_path.rglob("*")) == []
