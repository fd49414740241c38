"""The describer: words of closed sets, and the part of the picture that it looks at."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.faults import EngineFailed
from appliance.infer.fake import FakeSession
from appliance.infer.lane import Array, Arrays, TensorSpec
from appliance.sight import Box, Guess, Looks, Picture
from appliance.vision.own.describer import BODIES, COLOURS, SIZE, NetDescriber
from appliance.vision.pixels import bgr

from ..makers import frame

SPEC = TensorSpec("vehicle", (None, 3, *SIZE), np.dtype(np.float32))


def shares(words: tuple[str, ...], word: str, share: float) -> Array:
    rest = (1.0 - share) / (len(words) - 1)
    return np.array([[share if each == word else rest for each in words]], np.float32)


def describing(answer: dict[str, Array], seen: list[Arrays]) -> NetDescriber:
    def infer(feeds: Arrays) -> dict[str, Array]:
        seen.append(feeds)
        return answer

    return NetDescriber(FakeSession("vehicle", infer, (SPEC,), {}))


def test_the_likeliest_words_are_told_with_their_confidence() -> None:
    answer = {"colour": shares(COLOURS, "red", 0.9), "body": shares(BODIES, "van", 0.75)}
    looks = describing(answer, []).describe(frame(0.0).picture, Box(10, 10, 200, 150))
    assert (looks.colour.word, looks.body.word) == ("red", "van")
    assert looks == Looks(
        Guess("red", pytest.approx(0.9)),  # type: ignore[arg-type]
        Guess("van", pytest.approx(0.75)),  # type: ignore[arg-type]
    )


def test_the_net_sees_the_box_in_red_green_blue() -> None:
    picture = bgr(frame(0.0).picture).copy()
    picture[50:100, 100:200] = (255, 0, 0)
    seen: list[Arrays] = []
    answer = {"colour": shares(COLOURS, "blue", 0.9), "body": shares(BODIES, "van", 0.9)}
    describing(answer, seen).describe(Picture.of(picture), Box(110, 55, 190, 95))
    assert seen[0]["vehicle"][0].mean(axis=(1, 2)).round(2).tolist() == [0.0, 0.0, 1.0]


def test_another_number_of_classes_is_refused() -> None:
    answer: dict[str, Array] = {"colour": np.ones((1, 3), np.float32), "body": np.ones((1, 3), np.float32)}
    with pytest.raises(EngineFailed, match="3 classes instead of 12"):
        describing(answer, []).describe(frame(0.0).picture, Box(10, 10, 200, 150))
