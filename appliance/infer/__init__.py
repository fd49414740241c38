"""Inference backends behind one contract, and the registry of nets."""

import os

# ONNX Runtime's Linux builds call home and keep a device id in the home folder: not from a gate. It asks the
# environment when it is first imported, and every module of ours that imports it lies below this one.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
