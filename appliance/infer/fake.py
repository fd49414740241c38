"""A backend for tests: a function stands for the net, and what it was fed is remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..faults import EngineFailed
from .base import BaseBackend, BaseSession, ModelFile
from .lane import Array, Arrays, TensorSpec

Net = Callable[[Arrays], dict[str, Array]]


class FakeSession(BaseSession):
    """Refuses what silicon refuses: a wrong input, a wrong type, use after close."""

    def __init__(
        self,
        name: str,
        net: Net,
        inputs: tuple[TensorSpec, ...],
        metadata: Mapping[str, str],
        outputs: tuple[TensorSpec, ...] = (),
    ) -> None:
        self._name = name
        self._net = net
        self._open = True
        self.inputs = inputs
        self.outputs = outputs
        self.metadata = metadata
        self.fed: list[Arrays] = []

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        fits = set(feeds) == {s.name for s in self.inputs} and all(
            s.accepts(feeds[s.name]) for s in self.inputs
        )
        if not self._open or not fits:
            raise EngineFailed("closed, or fed what the model does not take", part=self._name)
        self.fed.append(feeds)
        return self._net(feeds)

    def close(self) -> None:
        self._open = False


class FakeBackend(BaseBackend):
    """Gives a session on the function that `nets` names for the model; refuses a model it lacks."""

    name = "fake"

    def __init__(
        self,
        nets: Mapping[str, Net],
        inputs: tuple[TensorSpec, ...],
        metadata: Mapping[str, str] | None = None,
        outputs: tuple[TensorSpec, ...] = (),
    ) -> None:
        self._nets = nets
        self._inputs = inputs
        self._metadata = metadata or {}
        self._outputs = outputs

    def load(self, model: ModelFile) -> BaseSession:
        if model.name not in self._nets:
            raise EngineFailed("no such model", part=model.name)
        net = self._nets[model.name]
        return FakeSession(model.name, net, self._inputs, self._metadata, self._outputs)
