"""Loading without the backends that ended the process too often today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..config import Config
from ..faults import EngineFallback

if TYPE_CHECKING:
    from ..vision.factory import Recognition

Load = Callable[[Config], "Recognition"]


def without(benched: frozenset[str], load: Load) -> Load:
    """`load` on what is left of `infer.chain`, with a fault that says so.

    The whole chain where nothing is left of it, or where the owner allows no fallback.
    """

    def loading(config: Config) -> Recognition:
        left = tuple(name for name in config.infer.chain if name not in benched)
        if not left or left == config.infer.chain or config.infer.fallback == "never":
            return load(config)
        infer = config.infer.model_copy(update={"chain": left})
        recognition = load(config.model_copy(update={"infer": infer}))
        names = ", ".join(name for name in config.infer.chain if name in benched)
        fault = EngineFallback(
            f"{names} ended the gate again and again and rests today", part=recognition.backend
        )
        return replace(recognition, faults=(fault, *recognition.faults))

    return loading
