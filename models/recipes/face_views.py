"""Pictures of faces as batches on the training device: geometry, light, blur, coding, occlusion.

Pictures are (B, 3, H, W), RGB in [0, 1]. Points and matrices count pixels with the first pixel's
centre at 0, as OpenCV does. Matrices are (B, 2, 3).
"""

from __future__ import annotations

import gzip
import json
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.recipes.face_net import FACE_SIDE, TEMPLATE

PHOTO_SIDE = 128
GREY = 114 / 255
_LUMA = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
_TO_YCC = ((0.299, 0.587, 0.114), (-0.1687, -0.3313, 0.5), (0.5, -0.4187, -0.0813))


@dataclass(frozen=True)
class Faces:
    """Faces of one side of the split: pictures (N, 3, S, S) uint8, points (N, 5, 2), boxes (N, 4),
    identity numbers (N,), the face's side in its photograph (N,), and which have sure points and
    a sure verdict (N,). Pictures of known identities are 112 pixels wide, of photographs 128."""

    pictures: Tensor
    points: Tensor
    boxes: Tensor
    names: Tensor
    sides: Tensor
    pointed: Tensor
    judged: Tensor

    def __len__(self) -> int:
        return len(self.pictures)


def _decoded(blob: bytes, row: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    data = np.frombuffer(blob[row["at"] : row["at"] + row["size"]], np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError("a picture of the pack cannot be decoded")
    return np.ascontiguousarray(image[..., ::-1], np.uint8)


class Pack:
    """What `face_data` wrote."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        index = gzip.decompress((folder / "faces.json.gz").read_bytes())
        self.rows: list[dict[str, Any]] = json.loads(index)
        self.blob = (folder / "faces.bin").read_bytes()
        self.device = device

    def faces(self, kind: str, held: bool) -> Faces:
        """Faces of `identity` or `photo`, training or held."""
        rows = [r for r in self.rows if r["kind"] == kind and r["held"] == held]
        # Below it the teacher takes wheels and the backs of heads for faces.
        side, score = (FACE_SIDE, -1.0) if kind == "identity" else (PHOTO_SIDE, 0.8)
        pictures, points, boxes = [], [], []
        for row in rows:
            image = _decoded(self.blob, row)
            scale = side / image.shape[0]
            mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            pictures.append(image if scale == 1 else cv2.resize(image, (side, side), interpolation=mode))
            known = np.array(row["points"], np.float32).reshape(5, 2) if row["points"] else None
            points.append(np.array(TEMPLATE, np.float32) if known is None else (known + 0.5) * scale - 0.5)
            boxes.append(np.array(row["box"], np.float32) * scale)
        numbers = {name: i for i, name in enumerate(sorted({r["name"] for r in rows}))}
        return Faces(
            torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous().to(self.device),
            torch.from_numpy(np.stack(points)).float().to(self.device),
            torch.from_numpy(np.stack(boxes)).to(self.device),
            torch.tensor([numbers[r["name"]] for r in rows], device=self.device),
            torch.tensor([float(r.get("side", FACE_SIDE)) for r in rows], device=self.device),
            torch.tensor([bool(r["points"]) and r["score"] > score for r in rows], device=self.device),
            torch.tensor(
                [r["score"] > score and r.get("source") != "facemask" for r in rows], device=self.device
            ),
        )

    def grounds(self, held: bool) -> Tensor:
        """Squares without people (N, 3, S, S), uint8."""
        rows = [r for r in self.rows if r["kind"] == "ground" and r["held"] == held]
        pictures = np.stack([_decoded(self.blob, r) for r in rows])
        return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous().to(self.device)


def template(like: Tensor) -> Tensor:
    """The five points of an aligned face (1, 5, 2)."""
    return torch.tensor(TEMPLATE, device=like.device)[None]


def similarity(source: Tensor, target: Tensor) -> Tensor:
    """The turn, scale and shift that takes points (B, 5, 2) nearest to others, in least squares
    (Umeyama's solution without mirror)."""
    a, b = source - source.mean(1, keepdim=True), target - target.mean(1, keepdim=True)
    size = (a * a).sum((1, 2))
    c = (a * b).sum((1, 2)) / size
    s = (a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]).sum(1) / size
    turn = torch.stack([torch.stack([c, -s], -1), torch.stack([s, c], -1)], 1)
    shift = target.mean(1) - (turn @ source.mean(1)[..., None])[..., 0]
    return torch.cat([turn, shift[..., None]], 2)


def inverted(matrix: Tensor) -> Tensor:
    """The way back."""
    back = torch.linalg.inv(matrix[..., :2])
    return torch.cat([back, -back @ matrix[..., 2:]], 2)


def after(second: Tensor, first: Tensor) -> Tensor:
    """The matrix that does `first`, then `second`."""
    turn = second[..., :2] @ first[..., :2]
    return torch.cat([turn, second[..., :2] @ first[..., 2:] + second[..., 2:]], 2)


def moved(matrix: Tensor, points: Tensor) -> Tensor:
    """Points (B, N, 2) under a matrix."""
    return points @ matrix[..., :2].transpose(1, 2) + matrix[..., 2][:, None]


def lattice(side: int, device: torch.device) -> Tensor:
    """The pixels (side, side, 2) of a square, x first."""
    line = torch.arange(side, device=device, dtype=torch.float32)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x, y], -1)


def sample(pictures: Tensor, places: Tensor, outside: str = "border") -> Tensor:
    """Pictures read at places (B, h, w, 2) in their pixels."""
    size = torch.tensor(pictures.shape[:1:-1], device=pictures.device, dtype=torch.float32)
    grid = (places + 0.5) * 2 / size - 1
    return functional.grid_sample(pictures, grid, "bilinear", outside, align_corners=False)


def warped(pictures: Tensor, to_source: Tensor, side: int) -> Tensor:
    """Pictures as seen by squares whose pixels `to_source` takes into the pictures."""
    grid = lattice(side, pictures.device).reshape(1, -1, 2).expand(len(pictures), -1, -1)
    return sample(pictures, moved(to_source, grid).unflatten(1, (side, side)))


def aligned(pictures: Tensor, points: Tensor) -> Tensor:
    """Faces (B, 3, 112, 112) turned and scaled so that their points lie on the template."""
    to_face = similarity(points, template(points).expand(len(points), -1, -1))
    return warped(pictures, inverted(to_face), FACE_SIDE)


def about(centre: Tensor, scale: Tensor, angle: Tensor, shift: Tensor) -> Tensor:
    """Scale and turn (radians) about a centre (B, 2), then shift (B, 2)."""
    c, s = scale * angle.cos(), scale * angle.sin()
    turn = torch.stack([torch.stack([c, -s], -1), torch.stack([s, c], -1)], 1)
    return torch.cat([turn, (centre + shift)[..., None] - turn @ centre[..., None]], 2)


class Chance:
    """Random numbers on the device."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def uniform(self, n: int, low: float, high: float) -> Tensor:
        """(n,) between low and high."""
        return torch.rand(n, device=self.device) * (high - low) + low

    def number(self, low: float, high: float) -> float:
        """One number between low and high, without waiting for the device."""
        return random.uniform(low, high)

    def normal(self, *shape: int) -> Tensor:
        """Normal numbers."""
        return torch.randn(*shape, device=self.device)

    def hit(self, n: int, share: float) -> Tensor:
        """(n,) booleans, true for about `share`."""
        return torch.rand(n, device=self.device) < share

    def picks(self, n: int, of: int) -> Tensor:
        """(n,) indices below `of`."""
        return torch.randint(of, (n,), device=self.device)

    def groups(self, n: int, share: float, count: int) -> list[Tensor]:
        """`count` disjoint groups of indices, `share` of n together."""
        chosen = torch.randperm(n, device=self.device)[: int(n * share)]
        return [g for g in chosen.chunk(count) if len(g)]


def _column(values: Tensor) -> Tensor:
    return values[:, None, None, None]


def lit(x: Tensor, chance: Chance, strength: float) -> Tensor:
    """Exposure, gamma, contrast, colour of the light, light from a side, colour lost."""
    n, device = len(x), x.device
    x = x.clamp(1e-3, 1) ** _column((chance.normal(n) * 0.25 * strength).exp())
    gain = (chance.normal(n, 1) * 0.2 * strength).exp() * (chance.normal(n, 3) * 0.07 * strength).exp()
    x = x * gain[:, :, None, None]
    ramp = lattice(x.shape[-1], device) / x.shape[-1] - 0.5
    angle, depth = chance.uniform(n, 0, 2 * math.pi), chance.normal(n) * 0.5 * strength
    along = ramp[..., 0] * angle.cos()[:, None, None] + ramp[..., 1] * angle.sin()[:, None, None]
    x = x * (1 + depth[:, None, None] * along)[:, None].clamp(0.2, 2)
    mean = x.mean((1, 2, 3), keepdim=True)
    x = (x - mean) * _column((chance.normal(n) * 0.18 * strength).exp()) + mean
    luma = (x * torch.tensor(_TO_YCC[0], device=device).view(1, 3, 1, 1)).sum(1, keepdim=True)
    fade = torch.where(chance.hit(n, 0.1), torch.zeros(n, device=device), chance.uniform(n, 0.6, 1.3))
    return (luma + (x - luma) * _column(fade)).clamp(0, 1)


def _kernel(chance: Chance, motion: bool, reach: float) -> Tensor:
    """A 13 x 13 blur: round, or along a line."""
    grid = lattice(13, chance.device) - 6
    if motion:
        angle = chance.number(0, math.pi)
        along = grid[..., 0] * math.cos(angle) + grid[..., 1] * math.sin(angle)
        across = grid[..., 1] * math.cos(angle) - grid[..., 0] * math.sin(angle)
        half = chance.number(1.0, 1.0 + 2.2 * reach)
        weight = torch.exp(-(across**2)) * torch.sigmoid((half - along.abs()) * 3)
    else:
        sigma = chance.number(0.3, 0.3 + reach)
        weight = torch.exp(-(grid**2).sum(-1) / (2 * sigma**2))
    return weight / weight.sum()


def blurred(x: Tensor, chance: Chance, share: float, reach: float) -> Tensor:
    """Some of the batch out of focus or shaken; `reach` is the greatest sigma in pixels."""
    x = x.clone()
    for i, group in enumerate(chance.groups(len(x), share, 8)):
        kernel = _kernel(chance, i % 3 == 2, reach).to(x.dtype).expand(3, 1, 13, 13)
        x[group] = functional.conv2d(functional.pad(x[group], (6,) * 4, "replicate"), kernel, groups=3)
    return x


def coarse(x: Tensor, chance: Chance, share: float, least: float, most: float) -> Tensor:
    """Some of the batch as if taken with fewer pixels, then enlarged again."""
    x, side = x.clone(), x.shape[-1]
    for group in chance.groups(len(x), share, 8):
        small = max(6, int(side * math.exp(chance.number(math.log(least), math.log(most)))))
        shrunk = functional.interpolate(x[group], (small, small), mode="bilinear", antialias=True)
        x[group] = functional.interpolate(shrunk, (side, side), mode="bilinear").clamp(0, 1)
    return x


def noisy(x: Tensor, chance: Chance, share: float, most: float) -> Tensor:
    """Sensor noise, some of it in patches two pixels wide as cameras that denoise leave it."""
    n, side = len(x), x.shape[-1]
    level = chance.uniform(n, 0, most) * chance.hit(n, share)
    fine = chance.normal(*x.shape)
    wide = functional.interpolate(chance.normal(n, 3, side // 2, side // 2), (side, side), mode="bilinear")
    grain = torch.where(_column(chance.hit(n, 0.4)), wide * 1.3, fine)
    return (x + grain * _column(level)).clamp(0, 1)


def coded(x: Tensor, chance: Chance, share: float, least: int = 15) -> Tensor:
    """Some of the batch through JPEG's rounding of 8 x 8 blocks; the colour at half its detail."""
    n = int(len(x) * share)
    if n == 0:
        return x
    at = torch.randperm(len(x), device=x.device)[:n]
    part = x[at].float()
    to_ycc = torch.tensor(_TO_YCC, device=x.device)
    ycc = torch.einsum("oc,bchw->bohw", to_ycc, part) * 255
    halved = functional.avg_pool2d(ycc[:, 1:], 2)
    ycc = torch.cat([ycc[:, :1], functional.interpolate(halved, scale_factor=2.0)], 1)
    quality = chance.uniform(n, least, 95)
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality) / 100
    luma = torch.tensor(_LUMA, device=x.device, dtype=torch.float32)
    tables = torch.stack([luma, (luma * 1.4).clamp(max=99), (luma * 1.4).clamp(max=99)])
    steps = (tables[None] * scale.view(-1, 1, 1, 1)).clamp(1, 255)[:, :, None, None]
    h = x.shape[-1] // 8
    blocks = ycc.reshape(n, 3, h, 8, h, 8).permute(0, 1, 2, 4, 3, 5)
    k = torch.arange(8, device=x.device, dtype=torch.float32)
    basis = torch.cos((2 * k[None] + 1) * k[:, None] * math.pi / 16) * 0.5
    basis[0] *= math.sqrt(0.5)
    # One large product is many times faster than as many small ones as there are blocks.
    both = torch.kron(basis, basis)
    shares = (blocks.reshape(-1, 64) @ both.T).reshape(blocks.shape)
    rounded = torch.round(shares / steps) * steps
    back = (rounded.reshape(-1, 64) @ both).reshape(blocks.shape)
    ycc = back.permute(0, 1, 2, 4, 3, 5).reshape(n, 3, 8 * h, 8 * h)
    rgb = torch.einsum("oc,bchw->bohw", torch.linalg.inv(to_ycc), ycc) / 255
    x = x.clone()
    x[at] = rgb.clamp(0, 1).to(x.dtype)
    return x


def _filling(chance: Chance, like: Tensor) -> Tensor:
    """What hides a face: a plain colour, or a piece of another picture of the batch."""
    n = len(like)
    plain = chance.uniform(n * 3, 0, 1).view(n, 3, 1, 1).expand_as(like)
    return torch.where(_column(chance.hit(n, 0.6)), plain, like.roll(1, 0).flip(2))


def hidden(x: Tensor, chance: Chance, share: float) -> Tensor:
    """Some of the batch behind a soft ellipse or a hand's breadth of something."""
    n, side = len(x), x.shape[-1]
    grid = lattice(side, x.device) / side
    centre = chance.uniform(n * 2, 0, 1).view(n, 1, 1, 2)
    radius = chance.uniform(n * 2, 0.05, 0.22).view(n, 1, 1, 2)
    far = ((grid - centre).abs() / radius).pow(_column(chance.uniform(n, 2, 8))).sum(-1)
    mask = torch.sigmoid((1 - far) * 8)[:, None] * _column(chance.hit(n, share))
    return x * (1 - mask) + _filling(chance, x) * mask


def dressed(x: Tensor, points: Tensor, chance: Chance, masks: float, glasses: float) -> Tensor:
    """Some of the batch with a mask over nose and mouth, or dark glasses, drawn by the points."""
    n, side = len(x), x.shape[-1]
    eyes = points[:, :2].mean(1)
    across = points[:, 1] - points[:, 0]
    wide = across.norm(dim=1).clamp(min=1)
    right = across / wide[:, None]
    down = torch.stack([-right[:, 1], right[:, 0]], -1)
    spot = lattice(side, x.device)[None] - eyes[:, None, None]
    u = (spot * right[:, None, None]).sum(-1) / wide[:, None, None]
    v = (spot * down[:, None, None]).sum(-1) / wide[:, None, None]
    top = chance.uniform(n, 0.25, 0.6)[:, None, None]
    reach = chance.uniform(n, 0.75, 1.05)[:, None, None]
    below = torch.sigmoid((v - top - 0.25 * u.abs()) * 25) * torch.sigmoid((reach - u.abs()) * 25)
    end = chance.uniform(n, 1.5, 1.9)[:, None, None]
    mask = below * torch.sigmoid((end - v - 0.3 * u**2) * 20) * chance.hit(n, masks)[:, None, None]
    size = chance.uniform(n, 0.26, 0.4)[:, None, None]
    lens = (((u.abs() - 0.5) / size) ** 2 + (v / (size * 0.75)) ** 2) < 1
    bridge = (v.abs() < 0.06) & (u.abs() < 0.9)
    dark = (lens | bridge).float() * chance.hit(n, glasses)[:, None, None]
    cloth = _filling(chance, x) * (1 + 0.25 * torch.sin(v * 14))[:, None]
    x = x * (1 - mask[:, None]) + cloth.clamp(0, 1) * mask[:, None]
    tint = chance.uniform(n * 3, 0, 0.18).view(n, 3, 1, 1)
    return x * (1 - dark[:, None]) + (tint + x * 0.12) * dark[:, None]
