"""The shipped nets on every backend that this computer can load: as on ONNX Runtime, and proven."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from appliance.config.schema import BACKENDS, Infer
from appliance.faults import EngineFailed
from appliance.infer.base import BaseBackend, BaseSession, Precision
from appliance.infer.chain import make_backend
from appliance.infer.lane import Arrays
from appliance.infer.manifest import NetManifest
from appliance.infer.models import load_manifest, model_file
from appliance.infer.onnxruntime import OnnxRuntimeBackend
from appliance.vision.proof import feed, picture, prove_net

TOLERANCE = 2e-3
"""Of the largest value of an output; boxes are pixels, all else is 0 to 1."""


ALONE = 1e-6
"""Between a picture in a batch and alone, where one processor core does the same sums; a GPU picks others."""
ROUNDED = 1e-2
"""INT8, on average: where one runtime rounds up and another down, a step of some tensor lies between them,
and boxes of cells that see nothing may lie anywhere."""
EVERYWHERE = ("detector", "reader")
"""Nets that no backend may refuse: without them nothing is read. Another may lack a backend's operator."""


class File(NamedTuple):
    net: NetManifest
    precision: Precision


def files() -> dict[str, File]:
    nets: Mapping[str, NetManifest] = load_manifest("gatehouse").nets
    return {f"{n.name}-{p}": File(n, p) for n in nets.values() for p in n.precisions}


@pytest.fixture(params=[name for name in BACKENDS if name != "onnxruntime"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> BaseBackend:
    try:
        return make_backend(request.param, Infer(threads=1, engines=tmp_path / "engines"))
    except EngineFailed as fault:
        pytest.skip(f"{request.param}: {fault.detail}")


def loaded(backend: BaseBackend, file: File) -> BaseSession:
    try:
        session = backend.load(model_file(file.net, file.net.name, file.precision))
        session.infer(feed(file.net, picture(file.net, file.net.golden[0])))
    except EngineFailed as fault:
        if file.net.name in EVERYWHERE and file.precision is Precision.FP32:
            raise
        pytest.skip(f"refused: {fault.detail}")
    return session


def looks(net: NetManifest) -> list[Arrays]:
    """The golden frames, and where sides are free another size; a batch where that is."""
    given = [feed(net, picture(net, golden)) for golden in net.golden]
    name = net.input.name
    if "batch" in net.input.dynamic:
        given.append({name: np.concatenate([given[0][name]] * 3)})
    if "height" in net.input.dynamic:
        given.append({name: np.ascontiguousarray(given[0][name][:, :, :256])})
    return given


@pytest.mark.parametrize("file", files().values(), ids=files())
def test_a_shipped_net_answers_as_on_onnx_runtime(backend: BaseBackend, file: File) -> None:
    model = model_file(file.net, file.net.name, file.precision)
    session, reference = loaded(backend, file), OnnxRuntimeBackend(1).load(model)
    for given in looks(file.net):
        have, want = session.infer(given), reference.infer(given)
        assert have.keys() == want.keys()
        for name, values in want.items():
            largest = max(1.0, float(np.abs(values).max()))
            off = np.abs(have[name] - values)
            assert off.mean() <= ROUNDED * largest
            assert off.max() <= TOLERANCE * largest or file.precision is Precision.INT8


@pytest.mark.parametrize("file", files().values(), ids=files())
def test_a_shipped_net_answers_its_golden_frames(backend: BaseBackend, file: File) -> None:
    model = model_file(file.net, file.net.name, file.precision)
    session = loaded(backend, file)
    prove_net(session, file.net, model)


@pytest.mark.parametrize("name", ["onnxruntime", *(name for name in BACKENDS if name != "onnxruntime")])
@pytest.mark.parametrize("precision", list(Precision))
def test_a_batch_of_pictures_is_answered_as_each_alone(
    name: str, precision: Precision, tmp_path: Path
) -> None:
    net = load_manifest("gatehouse").nets["detector"]
    if precision not in net.precisions:
        pytest.skip(f"the detector is not shipped in {precision}")
    session, share = alone_or_batched(name, File(net, precision), tmp_path)
    shown = feed(net, picture(net, net.golden[0]))[net.input.name]
    pictures = [shown, np.ascontiguousarray(shown[..., ::-1]), np.full_like(shown, 0.4)]
    together = session.infer({net.input.name: np.concatenate(pictures)})
    alone = [session.infer({net.input.name: one}) for one in pictures]
    for output, values in together.items():
        want = np.concatenate([answer[output] for answer in alone])
        np.testing.assert_allclose(values, want, rtol=0, atol=share * max(1.0, float(np.abs(want).max())))


def alone_or_batched(name: str, file: File, folder: Path) -> tuple[BaseSession, float]:
    """The session, and how far apart its answers may be."""
    try:
        backend = make_backend(name, Infer(threads=1, engines=folder / "engines"))
    except EngineFailed as fault:
        pytest.skip(f"{name}: {fault.detail}")
    return loaded(backend, file), ALONE if backend.threaded else TOLERANCE
