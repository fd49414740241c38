"""What is read off the computer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from appliance.bench.pipeline.instruments import copied, gpu_memory_mb
from appliance.faults import BenchFault
from appliance.infer.device import Copied


@pytest.mark.parametrize(
    ("ask", "mb"),
    [(("echo", "1234"), 1234.0), (("false",), None), (("no-such-program",), None)],
)
def test_the_gpus_memory_is_what_its_driver_says(ask: tuple[str, ...], mb: float | None) -> None:
    assert gpu_memory_mb(ask) == mb


def test_a_driver_that_says_no_number_is_a_fault() -> None:
    with pytest.raises(BenchFault, match="N/A"):
        gpu_memory_mb(("echo", "[N/A]"))


def test_traffic_is_that_of_every_device_once() -> None:
    one: Any = SimpleNamespace(copied=Copied(3, 4))
    other: Any = SimpleNamespace(copied=Copied(10, 20))
    assert copied(lambda: (one, None, other, one))() == (13, 24)
