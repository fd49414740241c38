"""Recipes that prepare, synthesise, train, export and evaluate the shipped nets."""

import os

# As in appliance/infer: ONNX Runtime asks before its first import whether it may call home.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
