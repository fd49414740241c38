"""Static INT8 by explicit Q/DQ nodes, calibrated on frames of the owner's domain (needs the onnx package).

One set of scales, two spellings. `Spelling.SIGNED` is int8 with zero point 0 everywhere, per-channel weights
and float biases: what TensorRT 10 and 11 demand, and what OpenVINO takes. `Spelling.UNSIGNED` writes uint8
(zero point 0 where nothing is negative, else 128) and drops the ReLUs that the lower bound makes needless,
with int32 biases: ONNX Runtime then runs whole blocks as integer kernels.

Within the calibrated range both hold the same numbers, 0 to 127 behind a ReLU. Beyond it signed clips at
127, while unsigned goes on to 255 behind a ReLU: values up to twice the range are kept. CPUs without VNNI add
pairs of products in 16 bits, where two such values, or two of a tensor about 128, may saturate under large
weights; the golden frames guard against it. A Clip before each pair would take four times as long.
"""

from __future__ import annotations

from .quantizer import quantised
from .ranges import Feeds, Opener, Run
from .recipe import Recipe, Spelling
from .signal import noise
from .storage import halved

__all__ = ["Feeds", "Opener", "Recipe", "Run", "Spelling", "halved", "noise", "quantised"]
