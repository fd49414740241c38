"""The chain of backends: the first one that proves itself serves (law 13)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Generic, TypeVar

from ..config.schema import BACKENDS, Infer
from ..faults import EngineFailed, EngineFallback, EngineUntrusted, GateFault
from .base import BaseBackend
from .libraries import read_ahead

T = TypeVar("T")

MakeBackend = Callable[[str, Infer], BaseBackend]


def make_backend(name: str, infer: Infer) -> BaseBackend:
    """The backend of this name, from the module of this room that is called like it.

    Module and vendor load when they are named. Raises EngineFailed when there is no such backend, or
    its vendor is not installed or finds no device.
    """
    if name not in BACKENDS:
        raise EngineFailed(f"no such backend; known: {', '.join(BACKENDS)}", part=name)
    read_ahead(name.partition("-")[0])
    try:
        module = import_module(f".{name.replace('-', '_')}", __package__)
    except (ImportError, OSError) as error:
        # A vendor's library that lacks one of its own says so with OSError.
        first_line = str(error).partition("\n")[0]
        raise EngineFailed(f"not installed: {first_line}", part=name) from error
    backend: BaseBackend = module.make(infer)
    return backend


@dataclass(frozen=True, slots=True)
class Chosen(Generic[T]):
    """What serves, on which backend, and the faults met on the way to it."""

    engine: T
    backend: str
    faults: tuple[GateFault, ...]


def first_trusted(
    infer: Infer,
    build: Callable[[BaseBackend], T],
    make: MakeBackend = make_backend,
) -> Chosen[T]:
    """Build on each backend of `infer.chain` in turn; the first that holds serves.

    With `infer.fallback` "never" only the first may serve.

    `build` loads the engines and proves them on the golden frames: it raises EngineFailed or
    EngineUntrusted where they do not hold. Raises the last one's fault when none holds.
    """
    met: list[GateFault] = []
    chain = infer.chain if infer.fallback == "allow" else infer.chain[:1]
    for name in chain:
        try:
            engine = build(make(name, infer))
        except (EngineFailed, EngineUntrusted) as fault:
            met.append(fault)
            continue
        return Chosen(engine, name, _faults(name, met))
    raise met[-1] if met else EngineFailed("infer.chain names no backend")


def _faults(name: str, met: Sequence[GateFault]) -> tuple[GateFault, ...]:
    if not met:
        return ()
    why = "; ".join(f"{fault.part}: {fault.detail}" for fault in met)
    return (EngineFallback(why, part=name),)
