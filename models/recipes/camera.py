"""What a camera does to a picture, for whole batches on the accelerator: light, blur, noise, JPEG.

Every function takes and gives pictures (N, 3, H, W), RGB in [0, 1]; strengths are drawn a picture.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

_LUMA = (
    "16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 "
    "18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 "
    "112 100 103 99"
)
_CHROMA = (
    "17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99 "
    + "99 " * 32
)
_TO_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
_TO_RGB = ((1.0, 0.0, 1.402), (1.0, -0.344136, -0.714136), (1.0, 1.772, 0.0))


def between(n: int, low: float, high: float, device: torch.device, *shape: int) -> Tensor:
    """(n, *shape or 1, 1, 1) numbers drawn evenly."""
    return torch.rand(n, *(shape or (1, 1, 1)), device=device) * (high - low) + low


def chance(n: int, p: float, device: torch.device) -> Tensor:
    """(n, 1, 1, 1) of 0 and 1, 1 with probability p."""
    return (torch.rand(n, 1, 1, 1, device=device) < p).float()


def luma(x: Tensor) -> Tensor:
    """(N, 1, H, W) brightness."""
    return 0.299 * x[:, 0:1] + 0.587 * x[:, 1:2] + 0.114 * x[:, 2:3]


def blur(x: Tensor, across: Tensor, down: Tensor) -> Tensor:
    """Gaussian blur with sigmas in pixels, one pair a picture (any shape of N elements)."""
    n, c, h, w = x.shape
    reach = max(1, min(9, math.ceil(2.5 * float(torch.maximum(across.max(), down.max())))))
    steps = torch.arange(-reach, reach + 1, device=x.device, dtype=x.dtype)
    flat = x.reshape(1, n * c, h, w)
    for sigma, along in ((across, 3), (down, 2)):
        kernel = torch.exp(-0.5 * (steps / sigma.reshape(n, 1).clamp(min=0.05)) ** 2)
        kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(c, 0)
        pad = (reach, reach, 0, 0) if along == 3 else (0, 0, reach, reach)
        shape = (n * c, 1, 1, -1) if along == 3 else (n * c, 1, -1, 1)
        flat = functional.conv2d(
            functional.pad(flat, pad, mode="replicate"), kernel.reshape(shape), groups=n * c
        )
    return flat.reshape(n, c, h, w)


def _cosines(device: torch.device) -> Tensor:
    k = torch.arange(8, device=device, dtype=torch.float32)
    basis = torch.cos((2 * k[None] + 1) * k[:, None] * math.pi / 16) / 2
    basis[0] /= math.sqrt(2)
    return basis


def _table(text: str, quality: Tensor) -> Tensor:
    base = torch.tensor([float(v) for v in text.split()], device=quality.device).reshape(1, 1, 8, 8)
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality) / 100
    return (base * scale.reshape(-1, 1, 1, 1)).round().clamp(min=1)


def _coded(plane: Tensor, table: Tensor, basis: Tensor) -> Tensor:
    n, h, w = plane.shape
    blocks = plane.reshape(n, h // 8, 8, w // 8, 8).permute(0, 1, 3, 2, 4).reshape(n, -1, 8, 8)
    waves = (basis @ blocks @ basis.T / table).round() * table
    back = (basis.T @ waves @ basis).reshape(n, h // 8, w // 8, 8, 8).permute(0, 1, 3, 2, 4)
    return back.reshape(n, h, w)


def jpeg(x: Tensor, quality: Tensor, halved: bool = True) -> Tensor:
    """JPEG with qualities 1 to 100 (N elements); `halved` stores colour at half the resolution."""
    h, w = x.shape[2:]
    padded = functional.pad(x, (0, -w % 16, 0, -h % 16), mode="replicate") * 255
    ycc = torch.einsum("dc,nchw->ndhw", torch.tensor(_TO_YCC, device=x.device), padded)
    basis = _cosines(x.device)
    y = _coded(ycc[:, 0] - 128, _table(_LUMA, quality), basis) + 128
    colour = functional.avg_pool2d(ycc[:, 1:], 2) if halved else ycc[:, 1:]
    table = _table(_CHROMA, quality)
    colour = torch.stack([_coded(colour[:, i], table, basis) for i in (0, 1)], 1)
    if halved:
        colour = functional.interpolate(colour, scale_factor=2.0, mode="bilinear", align_corners=False)
    ycc = torch.cat([y[:, None], colour], 1)
    rgb = torch.einsum("dc,nchw->ndhw", torch.tensor(_TO_RGB, device=x.device), ycc)
    return (rgb[:, :, :h, :w] / 255).clamp(0, 1)


def light(x: Tensor, cast: float = 0.12, contrast: float = 0.3, colour: float = 0.3) -> Tensor:
    """Exposure, gamma, contrast, colour cast and saturation."""
    n, device = len(x), x.device
    x = (x * between(n, 1 - cast, 1 + cast, device, 3, 1, 1)).clamp(1e-4, 1)
    x = x ** torch.exp(between(n, -0.35, 0.35, device))
    middle = x.mean((1, 2, 3), keepdim=True)
    x = middle + (x - middle) * between(n, 1 - contrast, 1 + contrast, device)
    grey = luma(x)
    x = grey + (x - grey) * between(n, 1 - colour, 1 + colour, device)
    return (x * torch.exp(between(n, -0.45, 0.3, device))).clamp(0, 1)


def noise(x: Tensor, most: float = 0.05) -> Tensor:
    """Sensor noise, stronger where it is bright, half of it smeared as by a denoiser."""
    n, device = len(x), x.device
    grain = torch.randn_like(x)
    smeared = blur(grain, between(n, 0.4, 1.2, device), between(n, 0.4, 1.2, device)) * 1.6
    soft = chance(n, 0.5, device)
    grain = grain * (1 - soft) + smeared * soft
    grey = grain.mean(1, keepdim=True)
    grain = grey + (grain - grey) * between(n, 0.1, 1, device)
    strength = between(n, 0, 1, device) ** 2 * most
    return (x + grain * strength * (0.5 + x)).clamp(0, 1)


def coarse(x: Tensor, share: float) -> Tensor:
    """Seen through `share` of the pixels and enlarged again."""
    h, w = x.shape[2:]
    small = functional.interpolate(x, (max(8, int(h * share)), max(8, int(w * share))), mode="area")
    return functional.interpolate(small, (h, w), mode="bilinear", align_corners=False)


def shoot(
    x: Tensor,
    softness: float = 1.4,
    most_noise: float = 0.05,
    least_quality: float = 28,
    shaken: float = 0.15,
    cast: float = 0.12,
) -> Tensor:
    """The whole camera: light, lens, shake, sensor, night, JPEG."""
    n, device = len(x), x.device
    x = light(x, cast=cast)
    sharp = between(n, 0, 1, device) ** 2 * softness + 0.15
    shake = chance(n, shaken, device) * between(n, 0.5, 2.0, device)
    x = blur(x, sharp + shake, sharp)
    night = chance(n, 0.08, device)
    x = x * (1 - night) + luma(x) * night
    x = noise(x, most_noise)
    coded = jpeg(x, between(n, least_quality, 97, device), halved=bool(torch.rand(()) < 0.7))
    kept = chance(n, 0.85, device)
    return coded * kept + x * (1 - kept)


def seen(x: Tensor, height: int, width: int) -> Tensor:
    """Stretched as the appliance does: averaged where more than halved, else two by two."""
    if x.shape[3] > 2 * width:
        return functional.interpolate(x, (height, width), mode="area")
    return functional.interpolate(x, (height, width), mode="bilinear", align_corners=False)
