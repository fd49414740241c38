"""The face embedding net and the landmarks net."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.recipes.reader_net import Residual, conv

FACE_SIDE, LANDMARK_SIDE = 112, 64
EMBEDDING = 128
POINTS = 5
# Eyes, nose tip and mouth corners in pixels of the 112 x 112 face; left is the smaller x. Published
# with ArcFace; the point teachers' means over the faces of the data lie within two pixels of it.
TEMPLATE = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)


class Inverted(nn.Module):
    """Widen by 1x1, 3x3 depthwise, narrow by 1x1; a shortcut where shapes agree."""

    def __init__(self, c1: int, c2: int, wide: int, stride: int = 1) -> None:
        super().__init__()
        self.same = stride == 1 and c1 == c2
        self.body = nn.Sequential(
            conv(c1, wide, 1),
            nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU(inplace=True),
            nn.Conv2d(wide, c2, 1, bias=False),
            nn.BatchNorm2d(c2),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.body(x)
        return x + out if self.same else out


def lite_body(
    widths: tuple[int, int, int] = (80, 160, 160), depths: tuple[int, int, int] = (4, 8, 2)
) -> nn.Module:
    """MobileFaceNet's plan, with ReLU: PReLU takes half of the time on a CPU."""
    a, b, c = widths
    return nn.Sequential(
        conv(3, 64, 3, 2),
        nn.Conv2d(64, 64, 3, 1, 1, groups=64, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(inplace=True),
        Inverted(64, a, 2 * 64, 2),
        *(Inverted(a, a, 2 * a) for _ in range(depths[0])),
        Inverted(a, b, 4 * a, 2),
        *(Inverted(b, b, 2 * b) for _ in range(depths[1])),
        Inverted(b, c, 4 * b, 2),
        *(Inverted(c, c, 2 * c) for _ in range(depths[2])),
        conv(c, 512, 1),
    )


def dense_body(
    widths: tuple[int, int, int, int] = (32, 64, 112, 160), depths: tuple[int, int, int] = (2, 4, 1)
) -> nn.Module:
    """Plain 3x3 convolutions in residual pairs: as fast, and kinder to eight bits."""
    layers: list[nn.Module] = [conv(3, widths[0], 3, 2)]
    for c1, c2, depth in zip(widths, widths[1:], depths, strict=False):
        layers += [conv(c1, c2, 3, 2), *(Residual(c2) for _ in range(depth))]
    return nn.Sequential(*layers, conv(widths[-1], 384, 1))


def wide_body() -> nn.Module:
    """Twice the arithmetic of `dense_body`, block for block, so that one can be grown from the other."""
    return dense_body((48, 96, 144, 224))


BODIES = {"lite": (lite_body, 512), "dense": (dense_body, 384), "wide": (wide_body, 384)}


class FaceNet(nn.Module):
    """Aligned face (B, 3, 112, 112), RGB in [0, 1], to embeddings (B, 128), not yet of length 1.

    The last map is not averaged: each of its 7 x 7 cells and channels has a weight, since a cell of
    an aligned face has its meaning (as in MobileFaceNet).
    """

    def __init__(self, plan: str) -> None:
        super().__init__()
        make, wide = BODIES[plan]
        self.body = make()
        self.whole = nn.Sequential(nn.Conv2d(wide, wide, 7, groups=wide, bias=False), nn.BatchNorm2d(wide))
        self.last = nn.Linear(wide, EMBEDDING)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.last(self.whole(self.body((x - 0.5) * 2)).flatten(1))
        return out


def grown(old: dict[str, Tensor], new: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights `new` of a wider net, made to do what the narrower net `old` does: old channels keep
    their weights, and hear nothing of the channels that are added to them."""
    out = {}
    for key, fresh in new.items():
        known, fresh = old[key].to(fresh.device), fresh.clone()
        first = tuple(slice(n) for n in known.shape[:1])
        if known.ndim >= 2:
            fresh[first] = 0
        fresh[tuple(slice(n) for n in known.shape)] = known
        out[key] = fresh
    return out


class ShippedFaceNet(nn.Module):
    """The net as exported: embeddings of length 1. `mirrored`: a face's and its mirror image's, averaged."""

    def __init__(self, net: FaceNet, mirrored: bool) -> None:
        super().__init__()
        self.net, self.mirrored = net, mirrored

    def forward(self, face: Tensor) -> Tensor:
        if not self.mirrored:
            return functional.normalize(self.net(face))
        both = functional.normalize(self.net(torch.cat([face, face.flip(3)])))
        return functional.normalize(both.reshape(2, -1, EMBEDDING).sum(0))


class Landmarks(nn.Module):
    """Crop around a face's box (B, 3, 64, 64), RGB in [0, 1], to points (B, 5, 2) in shares of the
    crop and a logit (B, 1): a face fit to be recognised."""

    def __init__(self, widths: tuple[int, int, int, int] = (16, 32, 64, 96)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.body = nn.Sequential(
            conv(3, a, 3, 2),
            conv(a, b, 3, 2),
            Residual(b),
            Residual(b),
            conv(b, c, 3, 2),
            Residual(c),
            conv(c, d, 3, 2),
            conv(d, c, 1),
        )
        self.points = nn.Sequential(nn.Linear(c * 16, 96), nn.ReLU(inplace=True), nn.Linear(96, POINTS * 2))
        self.usable = nn.Sequential(nn.Linear(c * 16, 32), nn.ReLU(inplace=True), nn.Linear(32, 1))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        flat = self.body((x - 0.5) * 2).flatten(1)
        points: Tensor = self.points(flat)
        return points.unflatten(1, (POINTS, 2)) + 0.5, self.usable(flat)


class ShippedLandmarks(nn.Module):
    """The landmarks net as exported: points and the probability of `usable`."""

    def __init__(self, net: Landmarks, temperature: float = 1.0) -> None:
        super().__init__()
        self.net, self.temperature = net, temperature

    def forward(self, crop: Tensor) -> tuple[Tensor, Tensor]:
        points, usable = self.net(crop)
        return points, (usable / self.temperature).sigmoid()


def parameters(net: nn.Module) -> int:
    """How many numbers a net learns."""
    return sum(p.numel() for p in net.parameters())


def grey(side: int) -> Tensor:
    """A batch of one grey picture, for tracing."""
    return torch.full((1, 3, side, side), 114 / 255)
