"""A net on trial, before any footage is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("onnx", reason="the extra `quantize` is not installed")

from appliance.config.load import load_config
from appliance.evaluate.trial import Trial
from appliance.faults import EngineFailed
from appliance.infer.files import sha256_of
from tests.unit.infer.makers import INT8, net_text, write_models

NARROW = "[precisions.int8]"


def test_a_net_without_an_fp32_file_is_refused(tmp_path: Path) -> None:
    weights = tmp_path / "det.int8.onnx"
    weights.write_bytes(b"weights")
    head, _, rest = net_text().replace(INT8, sha256_of(weights)).partition("[precisions.fp32]")
    write_models(tmp_path / "models", f'{head}default = "int8"\n{rest[rest.index(NARROW) :]}')
    weights.rename(tmp_path / "models" / weights.name)
    config = load_config(None, "sim", environment={}).config
    ours = config.model_copy(
        update={
            "vision": config.vision.model_copy(update={"reader": "mine"}),
            "infer": config.infer.model_copy(update={"models": tmp_path / "models"}),
        }
    )
    with pytest.raises(EngineFailed, match="no FP32 file"):
        Trial.of(ours, "det", tmp_path, lambda shots, what: shots)
