"""Sessions that stand in for the project's nets: they answer what a test scripts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from appliance.infer.fake import FakeSession
from appliance.infer.lane import Array, Arrays, TensorSpec
from appliance.vision.own.detector import CLASSES
from appliance.vision.own.reader import ALPHABET, BLANK, SIZE

Float = NDArray[np.float32]

SLOTS = 12
_IMAGE = TensorSpec("image", (1, 3, None, None), np.dtype(np.float32))
_CROP = TensorSpec("crop", (None, 3, *SIZE), np.dtype(np.float32))


def finding(boxes: Sequence[Sequence[float]], scores: Sequence[Sequence[float]]) -> FakeSession:
    """A detector's session that always finds these boxes, in pixels of its input."""
    answer: dict[str, Array] = {
        "boxes": np.array(boxes, np.float32).reshape(1, -1, 4),
        "scores": np.array(scores, np.float32).reshape(1, len(boxes), -1 if boxes else len(CLASSES)),
    }
    return FakeSession("detector", lambda _: answer, (_IMAGE,), {})


def reading(*looks: dict[str, Array]) -> FakeSession:
    """A reader's session that gives these answers in turn; the last one stays."""
    script = list(looks)

    def answer(_: Arrays) -> dict[str, Array]:
        return script.pop(0) if len(script) > 1 else script[0]

    return FakeSession("reader", answer, (_CROP,), {})


def look(text: str, sure: float = 0.95, *, region: int = 0, readable: float = 1.0) -> dict[str, Array]:
    """What the net answers to a crop that says `text`, its characters on a level line."""
    guess = np.eye(9, dtype=np.float32)[region]
    places = np.stack([np.linspace(0.1, 0.9, SLOTS), np.full(SLOTS, 0.5)], axis=1).astype(np.float32)
    return {
        "chars": slots(text, sure)[np.newaxis],
        "region": guess[np.newaxis],
        "readable": np.array([[readable]], np.float32),
        "places": places[np.newaxis],
    }


def slots(text: str, sure: float = 0.95, ending: float = 0.99) -> Float:
    """Slots x classes: `text` at `sure`, then a blank that closes it at `ending`, then padding at 0.5."""
    table = np.full((SLOTS, BLANK + 1), 0.001, np.float32)
    table[:, BLANK] = 0.5
    table[: len(text), BLANK] = 0.001
    table[np.arange(len(text)), [ALPHABET.index(c) for c in text]] = sure
    table[len(text) : len(text) + 1, BLANK] = ending
    return table
