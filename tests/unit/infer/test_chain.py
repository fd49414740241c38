import sys
from importlib.util import find_spec

import pytest

from appliance.config.schema import BACKENDS, Infer
from appliance.faults import EngineFailed, EngineFallback, EngineUntrusted
from appliance.infer.base import BaseBackend
from appliance.infer.chain import first_trusted, make_backend
from appliance.infer.fake import FakeBackend


class Named(FakeBackend):
    def __init__(self, name: str) -> None:
        super().__init__({}, ())
        self.name = name


def make(name: str, infer: Infer) -> BaseBackend:
    return Named(name)


def build(backend: BaseBackend) -> str:
    if backend.name == "broken":
        raise EngineFailed("cannot load", part=backend.name)
    if backend.name == "liar":
        raise EngineUntrusted("read something else", part=backend.name)
    return f"engine on {backend.name}"


def test_the_first_backend_serves_without_a_fault() -> None:
    chosen = first_trusted(Infer(chain=("good", "other")), build, make)
    assert (chosen.engine, chosen.backend, chosen.faults) == ("engine on good", "good", ())


@pytest.mark.parametrize("bad", ["broken", "liar"])
def test_the_next_serves_with_a_fault_that_says_why(bad: str) -> None:
    chosen = first_trusted(Infer(chain=(bad, "good")), build, make)
    assert chosen.backend == "good"
    assert [type(f) for f in chosen.faults] == [EngineFallback]
    assert bad in chosen.faults[0].detail


def test_a_chain_that_ends_is_a_fault() -> None:
    with pytest.raises(EngineUntrusted):
        first_trusted(Infer(chain=("broken", "liar")), build, make)


def test_an_unknown_backend_names_the_known_ones() -> None:
    with pytest.raises(EngineFailed, match="known: onnxruntime"):
        make_backend("abacus", Infer())


def test_strict_refuses_all_but_the_first() -> None:
    assert first_trusted(Infer(chain=("good",), fallback="never"), build, make).backend == "good"
    with pytest.raises(EngineFailed, match="cannot load"):
        first_trusted(Infer(chain=("broken", "good"), fallback="never"), build, make)


def test_a_vendor_that_is_not_installed_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "appliance.infer.openvino", None)
    with pytest.raises(EngineFailed, match="not installed"):
        make_backend("openvino", Infer())


@pytest.mark.parametrize("name", BACKENDS)
def test_every_backend_has_its_module(name: str) -> None:
    assert find_spec(f"appliance.infer.{name.replace('-', '_')}") is not None
