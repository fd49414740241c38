"""Engines that double what they are given."""

from __future__ import annotations

import numpy as np

from appliance.infer.base import BaseBackend, BaseSession, ModelFile
from appliance.infer.lane import Array, Arrays, TensorSpec


class FakeSession(BaseSession):
    inputs = (TensorSpec("x", (None, 3), np.dtype(np.float32)),)
    outputs = (TensorSpec("y", (None, 3), np.dtype(np.float32)),)

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        return {"y": 2 * feeds["x"]}

    def close(self) -> None:
        """Nothing is held."""


class FakeBackend(BaseBackend):
    def __init__(self, name: str) -> None:
        self.name = name

    def load(self, model: ModelFile) -> BaseSession:
        return FakeSession()
