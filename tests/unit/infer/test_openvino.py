"""What only OpenVINO needs to be held to."""

import subprocess
import sys

import pytest

pytest.importorskip("openvino", reason="openvino is not installed: pip install 'gatehouse[openvino]'")

LOADS = """
import sys
import appliance.infer.openvino
print([name for name, module in sys.modules.items() if name.startswith("openvino_telemetry") and module])
"""


def test_it_reports_to_nobody() -> None:
    done = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
