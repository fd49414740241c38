"""The CUDA backend with its memory on the host: all of it but CUDA is put to the test on any computer."""

from __future__ import annotations

import onnxruntime

from appliance.infer.base import ModelFile
from appliance.infer.gpu_device import GpuDevice
from appliance.infer.onnxruntime import session_options
from appliance.infer.onnxruntime_cuda import OnnxRuntimeCudaBackend

from .fake_gpu import FakeGpu, device


class BoundHere(OnnxRuntimeCudaBackend):
    """ONNX Runtime's own processor works on the memory that the fake GPU gives."""

    name = "onnxruntime-bound"
    _place = "cpu"

    def __init__(self, gpu: FakeGpu) -> None:
        self.there: GpuDevice = device(gpu)
        super().__init__(gpu, self.there)

    def _engine(self, model: ModelFile) -> onnxruntime.InferenceSession:
        providers = ["CPUExecutionProvider"]
        return onnxruntime.InferenceSession(str(model.path), session_options(1), providers=providers)
