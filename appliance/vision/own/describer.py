"""Colour and body of a vehicle with the project's own net; make and model with one that the owner brings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...faults import EngineFailed
from ...infer.base import BaseSession
from ...infer.manifest import MODEL_OUTPUT, NetManifest
from ...sight import AnyPicture, Box, Guess, Looks
from ..base import BaseDescriber
from .cut import crop, feed

COLOURS = (
    "white",
    "silver",
    "grey",
    "black",
    "red",
    "blue",
    "green",
    "yellow",
    "orange",
    "brown",
    "beige",
    "other",
)
BODIES = ("sedan", "hatchback", "wagon", "suv", "coupe", "van", "pickup", "truck", "bus", "motorcycle")
SIZE = (96, 128)
"""Height and width of the net's input."""
_MARGIN = (0.04, 0.04)
_WHITE = np.float32(255.0)


class NetDescriber(BaseDescriber):
    """Looks at the vehicle's box, widened a little and stretched; `namer` is the owner's net, if any."""

    def __init__(self, session: BaseSession, namer: NetNamer | None = None) -> None:
        self._session = session
        self._input = session.inputs[0].name
        self._namer = namer

    def describe(self, picture: AnyPicture, vehicle: Box) -> Looks:
        part = crop(picture, vehicle, _MARGIN)
        answer = self._session.infer({self._input: feed(part, SIZE)})
        return Looks(
            _guess(answer["colour"][0], COLOURS),
            _guess(answer["body"][0], BODIES),
            None if self._namer is None else self._namer.name(picture, vehicle),
        )


class NetNamer:
    """Make and model by a net that the owner brought: fed as its manifest says, answering in its words.

    The manifest's task is `name_model`, so it names the classes of its output. Raises EngineFailed when the
    file has other names than the manifest.
    """

    def __init__(self, session: BaseSession, manifest: NetManifest) -> None:
        known = {spec.name for spec in (*session.inputs, *session.outputs)}
        wanting = sorted({manifest.input.name, MODEL_OUTPUT} - known)
        if wanting:
            raise EngineFailed(f"the file has no {' and no '.join(wanting)}", part=manifest.name)
        self._session = session
        self._input = manifest.input
        self._words = manifest.classes(MODEL_OUTPUT)

    def name(self, picture: AnyPicture, vehicle: Box) -> Guess:
        """The likeliest make and model of the vehicle in `vehicle`. Raises EngineFailed."""
        form = self._input
        pixels = feed(crop(picture, vehicle, form.margin), (form.shape[2], form.shape[3])) * _WHITE
        ordered = pixels if form.colour == "RGB" else pixels[:, ::-1]
        mean, std = (np.array(each, np.float32).reshape(3, 1, 1) for each in (form.mean, form.std))
        answer = self._session.infer({form.name: np.ascontiguousarray((ordered - mean) / std, np.float32)})
        return _guess(answer[MODEL_OUTPUT][0], self._words, part="model")


def _guess(shares: NDArray[np.float32], words: tuple[str, ...], part: str = "vehicle") -> Guess:
    if shares.shape != (len(words),):
        raise EngineFailed(f"{shares.size} classes instead of {len(words)}", part=part)
    best = int(shares.argmax())
    return Guess(words[best], min(1.0, float(shares[best])))
