"""The liveness net: a face with its surroundings, 80 x 80, to live, print or replay."""

from __future__ import annotations

import torch
from torch import Tensor, nn

KINDS = ("live", "print", "replay")
SIDE = 80
MAP = 10


def _layer(c1: int, c2: int, k: int, stride: int = 1, groups: int = 1, act: bool = True) -> nn.Sequential:
    parts: list[nn.Module] = [
        nn.Conv2d(c1, c2, k, stride, k // 2, groups=groups, bias=False),
        nn.BatchNorm2d(c2),
    ]
    return nn.Sequential(*parts, nn.ReLU(inplace=True)) if act else nn.Sequential(*parts)


class Bottleneck(nn.Module):
    """Widened, filtered a channel, narrowed; residual where the shape allows."""

    def __init__(self, c1: int, mid: int, c2: int, stride: int) -> None:
        super().__init__()
        self.plain = stride == 1 and c1 == c2
        self.body = nn.Sequential(
            _layer(c1, mid, 1), _layer(mid, mid, 3, stride, mid), _layer(mid, c2, 1, act=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.body(x)
        return x + out if self.plain else out


class Liveness(nn.Module):
    """Pictures (N, 3, 80, 80), RGB in [0, 1], to (kinds, maps): logits (N, 3), and (N, 2, 10, 10)
    logits of where a print or a screen is, which only the training looks at."""

    def __init__(self, widths: tuple[int, int, int, int] = (32, 56, 96, 160)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.stem = nn.Sequential(_layer(3, a, 3, 2), _layer(a, a, 3, 1, a))
        self.near = nn.Sequential(
            Bottleneck(a, 3 * a, b, 2), Bottleneck(b, 2 * b, b, 1), Bottleneck(b, 2 * b, b, 1)
        )
        self.mid = nn.Sequential(
            Bottleneck(b, 4 * b, c, 2),
            Bottleneck(c, 3 * c, c, 1),
            Bottleneck(c, 3 * c, c, 1),
            Bottleneck(c, 3 * c, c, 1),
        )
        self.far = nn.Sequential(
            Bottleneck(c, 4 * c, d, 2), Bottleneck(d, 2 * d, d, 1), Bottleneck(d, 2 * d, d, 1)
        )
        self.spread = _layer(d, 384, 1)
        self.drop = nn.Dropout(0.25)
        self.kinds = nn.Linear(768, len(KINDS))
        self.maps = nn.Conv2d(c, 2, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mid = self.mid(self.near(self.stem((x - 0.5) * 2)))
        deep = self.spread(self.far(mid))
        # The strongest cell beside the mean: an edge or a band shows in one place.
        pooled = torch.cat([deep.mean((2, 3)), deep.amax((2, 3))], 1)
        return self.kinds(self.drop(pooled)), self.maps(mid)


class ShippedLiveness(nn.Module):
    """As exported: `face` to `kinds`, probabilities."""

    def __init__(self, net: Liveness, temperature: float = 1.0) -> None:
        super().__init__()
        self.net, self.temperature = net, temperature

    def forward(self, face: Tensor) -> Tensor:
        return (self.net(face)[0] / self.temperature).softmax(1)
