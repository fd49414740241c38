"""After which errors of CUDA's only a new process helps."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from appliance.infer.cuda.lost import lost


@dataclass(frozen=True)
class Driver:
    code: int

    def cuCtxSynchronize(self) -> int:  # noqa: N802
        return self.code


@pytest.mark.parametrize(
    ("code", "gone"), [(0, False), (2, False), (900, False), (700, True), (715, True), (719, True)]
)
def test_a_context_is_lost_after_a_kernel_went_astray(code: int, gone: bool) -> None:
    assert lost(Driver(code)) is gone
