"""rapidocr as its makers mean it, for comparison: nothing of the gate runs on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rapidocr import RapidOCR
from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError
from rapidocr.main import RapidOCRError
from rapidocr.utils.output import RapidOCROutput

from ..evaluate.labels import plain
from ..faults import EngineFailed
from ..sight import Picture
from ..vision.pixels import bgr
from .peers import BasePeer


@contextmanager
def _vendor() -> Iterator[None]:
    try:
        yield
    except (RapidOCRError, ONNXRuntimeError, OSError, RuntimeError, ValueError) as error:
        first_line = str(error).partition("\n")[0]
        raise EngineFailed(f"rapidocr: {first_line}", part="rapidocr") from error


class RapidPeer(BasePeer):
    """Every line of text of a picture by the nets that its wheel carries: it knows no plates.

    Raises EngineFailed.
    """

    name = "rapidocr"

    def __init__(self, threads: int) -> None:
        settings = {"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": threads}
        with _vendor():
            self._engine = RapidOCR(params=settings)

    def texts(self, picture: Picture) -> tuple[str, ...]:
        with _vendor():
            found = self._engine(bgr(picture))
        lines = found.txts if isinstance(found, RapidOCROutput) else None
        return tuple(plain(line) for line in lines or ())
