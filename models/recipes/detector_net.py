"""The detector: a nano, anchor-free, fully convolutional net over strides 8, 16 and 32."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.recipes.common import DETECTOR_CLASSES
from models.recipes.reader_net import conv

STRIDES = (8, 16, 32)


class Lite(nn.Module):
    """Split, a chain of residual 3x3 pairs, and everything joined again."""

    def __init__(self, c1: int, c2: int, n: int) -> None:
        super().__init__()
        h = c2 // 2
        self.half = h
        self.head = conv(c1, 2 * h, 1)
        self.pairs = nn.ModuleList(nn.Sequential(conv(h, h), conv(h, h)) for _ in range(n))
        self.tail = conv((2 + n) * h, c2, 1)

    def forward(self, x: Tensor) -> Tensor:
        parts = list(self.head(x).split(self.half, 1))
        for pair in self.pairs:
            parts.append(parts[-1] + pair(parts[-1]))
        out: Tensor = self.tail(torch.cat(parts, 1))
        return out


class Pool(nn.Module):
    """Three growing max pools beside the input: sight of the whole picture at little cost."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.head, self.tail = conv(c, c // 2, 1), conv(c * 2, c, 1)
        self.pool = nn.MaxPool2d(5, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        parts = [self.head(x)]
        for _ in range(3):
            parts.append(self.pool(parts[-1]))
        out: Tensor = self.tail(torch.cat(parts, 1))
        return out


class Head(nn.Module):
    """Class logits and four log distances (left, top, right, bottom, in strides) a cell."""

    def __init__(self, c: int, width: int, stride: int) -> None:
        super().__init__()
        self.kinds = nn.Sequential(self._tower(c, width), nn.Conv2d(width, len(DETECTOR_CLASSES), 1))
        self.sides = nn.Sequential(self._tower(c, width), nn.Conv2d(width, 4, 1))
        nn.init.constant_(self.kinds[1].bias, -4.6)  # one cell in a hundred, as a start
        nn.init.constant_(self.sides[1].bias, 0.7)

    @staticmethod
    def _tower(c: int, width: int) -> nn.Sequential:
        deep = nn.Sequential(
            nn.Conv2d(width, width, 3, 1, 1, groups=width, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
        )
        deeper = nn.Sequential(
            nn.Conv2d(width, width, 3, 1, 1, groups=width, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
        )
        return nn.Sequential(conv(c, width, 1), deep, conv(width, width, 1), deeper, conv(width, width, 1))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.kinds(x), self.sides(x)


class Detector(nn.Module):
    """Picture (B, 3, H, W), RGB in [0, 1], H and W multiples of 32, to (kinds, boxes).

    `kinds` are (B, N, classes) logits, `boxes` (B, N, 4) corners in input pixels; cells run row by
    row from the finest stride to the coarsest.
    """

    def __init__(self, widths: tuple[int, ...] = (16, 24, 48, 96, 176), head: int = 64) -> None:
        super().__init__()
        a, b, c, d, e = widths
        self.stem = nn.Sequential(conv(3, a, 3, 2), conv(a, b, 3, 2), Lite(b, b, 1))
        self.s8 = nn.Sequential(conv(b, c, 3, 2), Lite(c, c, 2))
        self.s16 = nn.Sequential(conv(c, d, 3, 2), Lite(d, d, 2))
        self.s32 = nn.Sequential(conv(d, e, 3, 2), Lite(e, e, 1), Pool(e))
        self.up16, self.up8 = Lite(d + e, d, 1), Lite(c + d, c, 1)
        self.down16, self.down32 = conv(c, c, 3, 2), conv(d, d, 3, 2)
        self.out16, self.out32 = Lite(c + d, d, 1), Lite(d + e, e, 1)
        self.heads = nn.ModuleList(Head(w, head, s) for w, s in zip((c, d, e), STRIDES, strict=True))

    def levels(self, x: Tensor) -> list[Tensor]:
        """Feature maps at strides 8, 16 and 32."""
        p8 = self.s8(self.stem((x - 0.5) * 2))
        p16 = self.s16(p8)
        p32 = self.s32(p16)
        m16 = self.up16(torch.cat([functional.interpolate(p32, scale_factor=2.0), p16], 1))
        n8 = self.up8(torch.cat([functional.interpolate(m16, scale_factor=2.0), p8], 1))
        n16 = self.out16(torch.cat([self.down16(n8), m16], 1))
        return [n8, n16, self.out32(torch.cat([self.down32(n16), p32], 1))]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        kinds, boxes = [], []
        for level, stride, head in zip(self.levels(x), STRIDES, self.heads, strict=True):
            kind, side = head(level)
            kinds.append(kind.flatten(2).transpose(1, 2))
            side = side.float().clamp(-6.0, 5.0).exp() * stride
            xs = (torch.arange(kind.shape[3], device=x.device) + 0.5).view(1, 1, -1) * stride
            ys = (torch.arange(kind.shape[2], device=x.device) + 0.5).view(1, -1, 1) * stride
            corners = [xs - side[:, 0], ys - side[:, 1], xs + side[:, 2], ys + side[:, 3]]
            boxes.append(torch.stack(corners, -1).flatten(1, 2))
        return torch.cat(kinds, 1), torch.cat(boxes, 1)


def cells(height: int, width: int) -> tuple[Tensor, Tensor]:
    """Centres (N, 2) in pixels and strides (N,) of the cells, in the order of the outputs."""
    centres, strides = [], []
    for stride in STRIDES:
        ys, xs = torch.meshgrid(torch.arange(height // stride), torch.arange(width // stride), indexing="ij")
        centres.append((torch.stack([xs, ys], -1).reshape(-1, 2) + 0.5) * stride)
        strides.append(torch.full((len(centres[-1]),), float(stride)))
    return torch.cat(centres), torch.cat(strides)


class ShippedDetector(nn.Module):
    """The detector as exported: corners in input pixels and scores in [0, 1]."""

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        kinds, boxes = self.detector(image)
        return boxes, kinds.sigmoid()
