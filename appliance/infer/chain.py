"""The chain of backends: the first one that proves itself serves (law 13)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Generic, TypeVar

from ..faults import EngineFailed, EngineFallback, EngineUntrusted, GateFault
from .base import BaseBackend

T = TypeVar("T")

MakeBackend = Callable[[str, int], BaseBackend]

_CLASSES = {"onnxruntime": "OnnxRuntimeBackend"}
"""Module of this room -> its backend; the module, and with it the vendor, loads when it is named."""


def make_backend(name: str, threads: int) -> BaseBackend:
    """The backend of this name. Raises EngineFailed when unknown or its vendor is not installed."""
    if name not in _CLASSES:
        raise EngineFailed(f"no such backend; known: {', '.join(sorted(_CLASSES))}", part=name)
    try:
        module = import_module(f".{name}", __package__)
    except ImportError as error:
        raise EngineFailed(f"not installed: {error}", part=name) from error
    backend: BaseBackend = getattr(module, _CLASSES[name])(threads)
    return backend


@dataclass(frozen=True, slots=True)
class Chosen(Generic[T]):
    """What serves, on which backend, and the faults met on the way to it."""

    engine: T
    backend: str
    faults: tuple[GateFault, ...]


def first_trusted(
    chain: Sequence[str],
    threads: int,
    build: Callable[[BaseBackend], T],
    make: MakeBackend = make_backend,
) -> Chosen[T]:
    """Build on each backend of the chain in turn; the first that holds serves.

    `build` loads the engines and proves them on the golden frames: it raises EngineFailed or
    EngineUntrusted where they do not hold. Raises the last one's fault when none holds.
    """
    met: list[GateFault] = []
    for name in chain:
        try:
            engine = build(make(name, threads))
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
