"""The ranges of a net's tensors, seen on frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

Array = NDArray[Any]
Feeds = Mapping[str, Array]
Run = Callable[[Feeds], Mapping[str, Array]]
"""One inference: input tensors by name to output tensors by name."""
Opener = Callable[[bytes], Run]
"""Opens a serialised model for inference on the CPU."""

_BINS = 4096


@dataclass(slots=True)
class Range:
    """A histogram of absolute values that widens by doubling, and whether any value is negative."""

    top: float = 0.0
    signed: bool = False
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_BINS, np.int64))

    def take(self, values: Array) -> None:
        sizes = np.abs(values, dtype=np.float32).ravel()
        most = float(sizes.max(initial=0.0))
        self.signed |= bool(values.min(initial=0.0) < 0)
        self.top = self.top or max(most, 1e-6)
        while self.top < most:
            self.counts = np.concatenate([self.counts.reshape(-1, 2).sum(1), np.zeros(_BINS // 2, np.int64)])
            self.top *= 2
        self.counts += np.histogram(sizes, _BINS, (0.0, self.top))[0]

    def join(self, other: Range) -> Range:
        """Both histograms as one."""
        wide, slim = (self, other) if self.top >= other.top else (other, self)
        at = ((np.arange(_BINS) + 0.5) * (slim.top / max(wide.top, 1e-12))).astype(int)
        counts = wide.counts.copy()
        np.add.at(counts, at, slim.counts)
        return Range(wide.top, self.signed or other.signed, counts)

    def limit(self, share: float) -> float:
        """The value that `share` of the magnitudes do not pass."""
        total = np.cumsum(self.counts)
        used = np.flatnonzero(self.counts)
        if not len(used):
            return 1.0
        last = int(np.searchsorted(total, share * total[-1])) if share < 1 else int(used[-1])
        return float((min(last, _BINS - 1) + 1) * self.top / _BINS)


def observe(
    model: onnx.ModelProto, names: set[str], frames: Iterable[Feeds], opener: Opener
) -> dict[str, Range]:
    """Ranges of the named tensors over the frames."""
    run = showing(model, sorted(names), opener)
    ranges = {name: Range() for name in names}
    for feeds in frames:
        values = {**feeds, **run(feeds)}
        for name in names:
            ranges[name].take(values[name])
    return ranges


def shared(ranges: dict[str, Range], pairs: list[tuple[str, str]]) -> dict[str, Range]:
    """The ranges with those of each group of `pairs` joined."""
    parent = {name: name for name in ranges}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    for a, b in pairs:
        parent[root(a)] = root(b)
    joined: dict[str, Range] = {}
    for name, seen in ranges.items():
        top = root(name)
        joined[top] = joined[top].join(seen) if top in joined else seen
    return {name: joined[root(name)] for name in ranges}


def showing(model: onnx.ModelProto, names: Iterable[str], opener: Opener) -> Run:
    """The model opened with the named tensors as further outputs."""
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    shown = {value.name for value in (*probe.graph.output, *probe.graph.input)}
    for name in names:
        if name not in shown:
            probe.graph.output.append(helper.make_empty_tensor_value_info(name))
    return opener(probe.SerializeToString())
