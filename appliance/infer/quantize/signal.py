"""How far a quantised net strays from the original, tensor by tensor."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import onnx

from .ranges import Feeds, Opener, showing


def noise(model: bytes, quantised_model: bytes, frames: Iterable[Feeds], opener: Opener) -> dict[str, float]:
    """Signal to noise in decibels of each quantised tensor, INT8 against FP32 on the same frames: the
    lowest name the layers to keep in float."""
    whole, small = onnx.load_from_string(model), onnx.load_from_string(quantised_model)
    made = {name for node in small.graph.node for name in node.output}
    names = sorted({n for node in whole.graph.node for n in node.output if f"{n}_dq" in made})
    runs = (showing(whole, names, opener), showing(small, [f"{n}_dq" for n in names], opener))
    power, error = dict.fromkeys(names, 0.0), dict.fromkeys(names, 1e-12)
    for feeds in frames:
        said, near = runs[0](feeds), runs[1](feeds)
        for name in names:
            power[name] += float(np.square(said[name], dtype=np.float64).sum())
            error[name] += float(np.square(said[name] - near[f"{name}_dq"], dtype=np.float64).sum())
    return {name: round(10 * float(np.log10(max(power[name], 1e-12) / error[name])), 1) for name in names}
