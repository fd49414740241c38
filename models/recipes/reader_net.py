"""The plate reader: a rectifier, convolutions, a short transformer, one query for each character slot."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.recipes.common import ALPHABET, READER_SIZE, REGIONS, SLOTS

CLASSES = len(ALPHABET) + 1
STRIDE = 8


class ReaderOut(NamedTuple):
    """`chars` (B, SLOTS, CLASSES), `region` (B, R), `readable` (B, 1) logits; for training also
    `cells` (B, H*W, CLASSES), what each cell shows, `looks` (B, SLOTS, H*W), where each slot looked
    (sums to one), and `view` (B, 2, 3), the affine map from the rectified crop to the given one, both in
    [-1, 1]. Cells and looks are the rectified crop's."""

    chars: Tensor
    region: Tensor
    readable: Tensor
    cells: Tensor
    looks: Tensor
    view: Tensor


def conv(c1: int, c2: int, k: int = 3, stride: int | tuple[int, int] = 1) -> nn.Sequential:
    """Convolution, batch norm, ReLU."""
    return nn.Sequential(
        nn.Conv2d(c1, c2, k, stride, k // 2, bias=False), nn.BatchNorm2d(c2), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    """Two 3x3 convolutions around a shortcut."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.one = conv(c, c)
        self.two = nn.Sequential(nn.Conv2d(c, c, 3, 1, 1, bias=False), nn.BatchNorm2d(c))

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.two(self.one(x)))


def attend(q: Tensor, k: Tensor, v: Tensor, heads: int) -> tuple[Tensor, Tensor]:
    """Scaled dot-product attention of (B, Q, C) over (B, K, C); also the mean weights (B, Q, K)."""
    b, nq, c = q.shape
    d = c // heads
    q = q.reshape(b, nq, heads, d).transpose(1, 2)
    k = k.reshape(b, -1, heads, d).permute(0, 2, 3, 1)
    v = v.reshape(b, -1, heads, d).transpose(1, 2)
    weights = ((q @ k) * d**-0.5).softmax(-1)
    out = (weights @ v).transpose(1, 2).reshape(b, nq, c)
    return out, weights.mean(1)


class Block(nn.Module):
    """Pre-norm transformer block over the cells."""

    def __init__(self, c: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(c), nn.LayerNorm(c)
        self.qkv, self.out = nn.Linear(c, 3 * c), nn.Linear(c, c)
        self.mlp = nn.Sequential(nn.Linear(c, 2 * c), nn.ReLU(inplace=True), nn.Linear(2 * c, c))

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(self.norm1(x)).split(x.shape[-1], -1)
        x = x + self.out(attend(q, k, v, self.heads)[0])
        out: Tensor = x + self.mlp(self.norm2(x))
        return out


class SlotBlock(nn.Module):
    """Slots talk to each other, then look at the cells."""

    def __init__(self, c: int, heads: int, looks: int) -> None:
        super().__init__()
        self.heads, self.look_heads = heads, looks
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(c), nn.LayerNorm(c), nn.LayerNorm(c)
        self.qkv, self.out = nn.Linear(c, 3 * c), nn.Linear(c, c)
        self.q, self.kv, self.seen = nn.Linear(c, c), nn.Linear(c, 2 * c), nn.Linear(c, c)
        self.mlp = nn.Sequential(nn.Linear(c, 2 * c), nn.ReLU(inplace=True), nn.Linear(2 * c, c))

    def forward(self, slots: Tensor, cells: Tensor) -> tuple[Tensor, Tensor]:
        q, k, v = self.qkv(self.norm1(slots)).split(slots.shape[-1], -1)
        slots = slots + self.out(attend(q, k, v, self.heads)[0])
        k, v = self.kv(cells).split(cells.shape[-1], -1)
        seen, looks = attend(self.q(self.norm2(slots)), k, v, self.look_heads)
        slots = slots + self.seen(seen)
        return slots + self.mlp(self.norm3(slots)), looks


class Rectifier(nn.Module):
    """A spatial transformer (Jaderberg et al., 2015): turns and scales the crop so that the plate lies
    level and fills it. It begins as the identity."""

    REACH = 0.7

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.AvgPool2d(2), conv(3, 16, 3, 2), conv(16, 24, 3, 2), conv(24, 32, 3, 2), conv(32, 32)
        )
        cells = (READER_SIZE[0] // 16) * (READER_SIZE[1] // 16)
        self.head = nn.Sequential(nn.Linear(32 * cells, 48), nn.ReLU(inplace=True), nn.Linear(48, 6))
        nn.init.zeros_(self.head[2].weight)
        nn.init.zeros_(self.head[2].bias)
        self.register_buffer("identity", torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), persistent=False)
        rows, cols = READER_SIZE
        ys, xs = torch.meshgrid(
            (torch.arange(rows) + 0.5) * 2 / rows - 1,
            (torch.arange(cols) + 0.5) * 2 / cols - 1,
            indexing="ij",
        )
        points = torch.stack([xs, ys, torch.ones_like(xs)], -1).reshape(1, -1, 3)
        self.register_buffer("points", points, persistent=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The rectified crop, and the map (B, 2, 3) from it to `x`."""
        seen = self.body((x - 0.5) * 2).flatten(1)
        # Half precision would misplace the samples by a good part of a pixel.
        with torch.autocast(x.device.type, enabled=False):
            moved = self.head(seen.float()).reshape(-1, 2, 3)
            view = self.identity + self.REACH * moved.tanh()
            grid = (self.points @ view.transpose(1, 2)).reshape(-1, *READER_SIZE, 2)
            level = functional.grid_sample(
                x.float(), grid, mode="bilinear", padding_mode="border", align_corners=False
            )
        return level, view


class Reader(nn.Module):
    """Crop (B, 3, 64, 192), RGB in [0, 1], to character slots, region and readability."""

    def __init__(self, width: int = 32, dim: int = 144, depth: int = 2) -> None:
        super().__init__()
        w, c = width, dim
        self.rectifier = Rectifier()
        self.body = nn.Sequential(
            conv(3, w // 2 + 8, 3, 2),
            conv(w // 2 + 8, w),
            conv(w, 2 * w, 3, 2),
            Residual(2 * w),
            Residual(2 * w),
            conv(2 * w, c, 3, 2),
            Residual(c),
            Residual(c),
        )
        n = (READER_SIZE[0] // STRIDE) * (READER_SIZE[1] // STRIDE)
        self.place = nn.Parameter(torch.randn(1, n, c) * 0.02)
        self.blocks = nn.Sequential(*(Block(c, 4) for _ in range(depth)))
        self.norm, self.drop = nn.LayerNorm(c), nn.Dropout(0.1)
        self.queries = nn.Parameter(torch.randn(1, SLOTS, c) * 0.02)
        self.first, self.second = SlotBlock(c, 4, 4), SlotBlock(c, 4, 1)
        self.norm_out = nn.LayerNorm(c)
        self.chars = nn.Linear(c, CLASSES)
        self.cells = nn.Linear(c, CLASSES)
        self.region = nn.Linear(c, len(REGIONS))
        self.readable = nn.Linear(2 * c, 1)

    def forward(self, x: Tensor) -> ReaderOut:
        level, view = self.rectifier(x)
        cells = self.body((level - 0.5) * 2).flatten(2).transpose(1, 2) + self.place
        cells = self.drop(self.norm(self.blocks(cells)))
        slots = self.queries.expand(x.shape[0], -1, -1)
        slots, _ = self.first(slots, cells)
        slots, looks = self.second(slots, cells)
        slots = self.norm_out(slots)
        mean = cells.mean(1)
        readable = self.readable(torch.cat([mean, slots.mean(1)], 1))
        return ReaderOut(self.chars(slots), self.region(mean), readable, self.cells(cells), looks, view)


class ShippedReader(nn.Module):
    """The reader as exported: probabilities, calibrated by a temperature, and where each slot
    looked, (x, y) in shares of the crop."""

    def __init__(self, reader: Reader, temperature: float, readable_temperature: float = 1.0) -> None:
        super().__init__()
        self.reader = reader
        self.temperature, self.readable_temperature = temperature, readable_temperature
        rows, cols = READER_SIZE[0] // STRIDE, READER_SIZE[1] // STRIDE
        ys, xs = torch.meshgrid(
            (torch.arange(rows) + 0.5) / rows, (torch.arange(cols) + 0.5) / cols, indexing="ij"
        )
        self.register_buffer("cell_places", torch.stack([xs, ys], -1).reshape(1, -1, 2))

    def forward(self, crop: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        out = self.reader(crop)
        return (
            (out.chars / self.temperature).softmax(-1),
            out.region.softmax(-1),
            (out.readable / self.readable_temperature).sigmoid(),
            self._given(out.looks @ self.cell_places, out.view),
        )

    @staticmethod
    def _given(places: Tensor, view: Tensor) -> Tensor:
        """Places of the rectified crop as places of the given one."""
        moved = (places * 2 - 1) @ view[:, :, :2].transpose(1, 2) + view[:, :, 2][:, None]
        return moved * 0.5 + 0.5


def load_reader(reader: Reader, weights: dict[str, Tensor]) -> None:
    """Loads weights; those of a reader without a rectifier leave it the identity."""
    missing, unknown = reader.load_state_dict(weights, strict=False)
    if unknown or any(not name.startswith("rectifier.") for name in missing):
        raise ValueError(f"not a reader's weights: {[*missing, *unknown][:3]}")
