"""Colour and body of a vehicle with the project's own net; make and model with one that the owner brings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...faults import EngineFailed
from ...infer.base import BaseSession
from ...infer.device import BaseDevice
from ...infer.manifest import MODEL_OUTPUT, NetManifest
from ...sight import AnyPicture, Box, Guess, Looks
from ..base import BaseDescriber
from ..lanes import Lanes
from ..prepare import Cut, Tint
from .cut import widened

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


class NetDescriber(BaseDescriber):
    """Looks at the vehicle's box, widened a little and stretched; `namer` is the owner's net, if any."""

    def __init__(
        self,
        session: BaseSession,
        namer: NetNamer | None = None,
        *,
        device: BaseDevice | None = None,
        most: int = 1,
    ) -> None:
        self._lanes = Lanes(session, device=device)
        self._namer = namer
        self.most = most if self._lanes.batches else 1

    def describe(self, picture: AnyPicture, vehicle: Box) -> Looks:
        return self.describe_many(((picture, vehicle),))[0]

    def describe_many(self, vehicles: Sequence[tuple[AnyPicture, Box]]) -> tuple[Looks, ...]:
        batches = (vehicles[first : first + self.most] for first in range(0, len(vehicles), self.most))
        return tuple(looks for batch in batches for looks in self._looks(batch))

    def _looks(self, vehicles: Sequence[tuple[AnyPicture, Box]]) -> list[Looks]:
        cuts = [Cut(picture, widened(picture, box, _MARGIN), SIZE[::-1]) for picture, box in vehicles]
        with self._lanes.lent((len(cuts), *SIZE)) as slot:
            slot.fill(cuts)
            answer = slot.run(("colour", "body"))
            guesses = [
                (_guess(colour, COLOURS), _guess(body, BODIES))
                for colour, body in zip(answer["colour"], answer["body"])
            ]
        return [Looks(*guess, self._named(*vehicle)) for guess, vehicle in zip(guesses, vehicles)]

    def _named(self, picture: AnyPicture, vehicle: Box) -> Guess | None:
        return None if self._namer is None else self._namer.name(picture, vehicle)


class NetNamer:
    """Make and model by a net that the owner brought: fed as its manifest says, answering in its words.

    The manifest's task is `name_model`, so it names the classes of its output. Raises EngineFailed when the
    file has other names than the manifest.
    """

    def __init__(
        self, session: BaseSession, manifest: NetManifest, *, device: BaseDevice | None = None
    ) -> None:
        known = {spec.name for spec in (*session.inputs, *session.outputs)}
        wanting = sorted({manifest.input.name, MODEL_OUTPUT} - known)
        if wanting:
            raise EngineFailed(f"the file has no {' and no '.join(wanting)}", part=manifest.name)
        form = manifest.input
        self._lanes = Lanes(session, Tint(form.colour, form.mean, form.std), device)
        self._size = (form.shape[2], form.shape[3])
        self._margin = form.margin
        self._words = manifest.classes(MODEL_OUTPUT)

    def name(self, picture: AnyPicture, vehicle: Box) -> Guess:
        """The likeliest make and model of the vehicle in `vehicle`. Raises EngineFailed."""
        cut = Cut(picture, widened(picture, vehicle, self._margin), self._size[::-1])
        with self._lanes.lent((1, *self._size)) as slot:
            slot.fill((cut,))
            return _guess(slot.run((MODEL_OUTPUT,))[MODEL_OUTPUT][0], self._words, part="model")


def _guess(shares: NDArray[np.float32], words: tuple[str, ...], part: str = "vehicle") -> Guess:
    if shares.shape != (len(words),):
        raise EngineFailed(f"{shares.size} classes instead of {len(words)}", part=part)
    best = int(shares.argmax())
    return Guess(words[best], min(1.0, float(shares[best])))
