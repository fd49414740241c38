"""Static INT8 by explicit Q/DQ nodes, calibrated on frames of the owner's domain (needs the onnx package).

One set of scales, two spellings. `Spelling.SIGNED` is int8 with zero point 0 everywhere, per-channel weights
and float biases: what TensorRT 10 and 11 demand, and what OpenVINO takes. `Spelling.UNSIGNED` holds the same
numbers as uint8 (zero point 0 behind a ReLU, else 128) and drops the ReLUs that the lower bound makes
needless, with int32 biases: ONNX Runtime then runs whole blocks as integer kernels. A ReLU's outputs use 0 to
127 in both, so the pairwise 16-bit sums of CPUs without VNNI cannot overflow.
"""

from __future__ import annotations

from .quantizer import quantised
from .ranges import Feeds, Opener, Run
from .recipe import Recipe, Spelling
from .signal import noise
from .storage import halved

__all__ = ["Feeds", "Opener", "Recipe", "Run", "Spelling", "halved", "noise", "quantised"]
