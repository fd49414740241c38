from pathlib import Path

import numpy as np
import pytest

from appliance.faults import EngineFailed
from appliance.infer.base import BaseSession, ModelFile
from appliance.infer.fake import FakeBackend
from appliance.infer.lane import Arrays, TensorSpec

SPEC = TensorSpec("x", (None, 2), np.dtype(np.float32))
GOOD = np.zeros((3, 2), np.float32)


def session() -> BaseSession:
    def double(feeds: Arrays) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
        return {"y": feeds["x"] * 2}

    return FakeBackend({"m": double}, (SPEC,)).load(ModelFile("m", Path("m.onnx")))


def test_the_function_answers() -> None:
    assert session().infer({"x": GOOD + 1})["y"].tolist() == [[2, 2]] * 3


@pytest.mark.parametrize(
    "feeds",
    [{}, {"z": GOOD}, {"x": GOOD.astype(np.float64)}, {"x": np.zeros((3, 5), np.float32)}],
)
def test_a_wrong_input_is_refused(feeds: Arrays) -> None:
    with pytest.raises(EngineFailed):
        session().infer(feeds)


def test_a_closed_session_is_refused() -> None:
    closed = session()
    closed.close()
    closed.close()
    with pytest.raises(EngineFailed):
        closed.infer({"x": GOOD})


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(EngineFailed):
        FakeBackend({}, (SPEC,)).load(ModelFile("m", Path("m.onnx")))
