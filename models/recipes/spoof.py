"""Renders live faces, prints and replays from the same photographs, for whole batches on the accelerator.

A face and its surroundings are seen straight (live), or on a sheet or screen that is held before another
picture. Both go through the same views, resampling and camera, so that only the medium tells them apart.
Coordinates are those of the liveness crop: -1 to 1, the face's box reaches about 0.37 each way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from models.recipes import camera
from models.recipes.camera import between, chance
from models.recipes.liveness_net import MAP, SIDE

SCALE = 2.7
FACE = 1 / SCALE
LIVE, PRINT, REPLAY = 0, 1, 2


@dataclass(frozen=True)
class Style:
    """How attacks look. `waves`: moire as crossing waves and rings, else as the screen's grid sampled by
    the camera. `lines`: prints in lines, else in dots. `panes`: glare as window panes, else as soft spots."""

    waves: bool = False
    lines: bool = False
    panes: bool = False
    strength: tuple[float, float] = (0.6, 1.5)
    borders: tuple[float, float] = (0.0, 0.35)
    bend: float = 0.22
    slant: float = 0.2


@dataclass(frozen=True)
class Optics:
    """The camera. `sides`: crops in its pixels, before they are stretched to the net's input; a face is
    2.7 times less. `soft`: the strongest blur of the lens in pixels, and its growth with the crop.
    `close`: the share of attacks whose edges lie outside the picture."""

    sides: tuple[int, ...]
    soft: tuple[float, float]
    noise: float
    least_quality: float
    shaken: float
    cast: float
    coarse: float
    close: float

    def blur(self, side: int) -> float:
        """Sigma of the strongest blur at crops of `side` pixels."""
        return self.soft[0] + self.soft[1] * side


GATE = Optics((128, 152, 176, 208, 256), (0.5, 1 / 250), 0.03, 50, 0.05, 0.08, 0.0, 0.2)
"""A gate's own camera: faces of 48 pixels and more, sharp enough for recognition."""
HARSH = Optics((72, 80, 96, 120, 152, 200, 256), (0.9, 1 / 160), 0.05, 28, 0.15, 0.12, 0.3, 0.35)
"""Small faces, blur, shake and compression up to what no eye would see through."""
TRAINED = Style()
UNSEEN = Style(
    waves=True, lines=True, panes=True, strength=(0.6, 1.2), borders=(0.02, 0.5), bend=0.3, slant=0.3
)


@dataclass(frozen=True)
class Batch:
    """Pictures (N, 3, 80, 80), kinds (N,), shares of print and screen in each cell (N, 2, 10, 10), and
    whether an edge of the medium lies in the picture (N,)."""

    pictures: Tensor
    kinds: Tensor
    maps: Tensor
    edged: Tensor


def _grid(n: int, side: int, device: torch.device) -> Tensor:
    line = (torch.arange(side, device=device, dtype=torch.float32) * 2 + 1) / side - 1
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x, y], -1).expand(n, side, side, 2)


def _turned(p: Tensor, angle: Tensor) -> Tensor:
    c, s = torch.cos(angle), torch.sin(angle)
    return torch.stack([c * p[..., 0] - s * p[..., 1], s * p[..., 0] + c * p[..., 1]], -1)


def _three(n: int, low: float, high: float, device: torch.device) -> Tensor:
    """(n, 1, 1) numbers, to go with (n, side, side) coordinates."""
    return between(n, low, high, device, 1, 1)


def _slanted(p: Tensor, most: float) -> Tensor:
    """Seen in perspective."""
    n, device = len(p), p.device
    tilt = between(n, -most, most, device, 1, 1, 2)
    return p / (1 + (p * tilt).sum(-1, keepdim=True)).clamp(min=0.3)


def _rounded(p: Tensor, low: Tensor, high: Tensor, radius: Tensor) -> Tensor:
    """Distance to a rectangle (corners (n, 1, 1, 2)) with rounded edges; negative inside. (n, 1, s, s)"""
    q = (p - (low + high) / 2).abs() - (high - low) / 2 + radius[..., None]
    outside = q.clamp(min=0).norm(dim=-1)
    return (outside + q.amax(-1).clamp(max=0) - radius)[:, None]


def _smooth(n: int, side: int, cells: int, device: torch.device) -> Tensor:
    """(n, 1, side, side) of smooth random relief, about -1 to 1."""
    seed = torch.randn(n, 1, cells, cells, device=device) * 0.6
    return functional.interpolate(seed, (side, side), mode="bicubic", align_corners=False)


class Studio:
    """Photographs on the accelerator, and the ways to show them.

    `faces` (M, 3, S, S) and `grounds` uint8; `boxes` (M, 4) the face in shares of its picture; `donors`
    (D, 3, 112, 112) aligned faces that may take a face's place, in live and attacked pictures alike.
    """

    def __init__(self, faces: Tensor, boxes: Tensor, grounds: Tensor, donors: Tensor | None = None) -> None:
        self.faces, self.boxes, self.grounds, self.donors = faces, boxes, grounds, donors
        self.device = faces.device

    # Sources

    def frame(self, picks: Tensor) -> tuple[Tensor, Tensor]:
        """Centre (n, 2) and half extent (n, 2) of each face's crop, in -1 to 1 of its picture."""
        box = self.boxes[picks]
        size = box[:, 2:] - box[:, :2]
        half = size * torch.minimum(torch.full_like(size, SCALE), 1 / size).amin(1, keepdim=True)
        centre = box[:, :2] + box[:, 2:] - 1
        return torch.maximum(torch.minimum(centre, 1 - half), half - 1), half

    def _sources(self, picks: Tensor) -> Tensor:
        pictures = self.faces[picks].float() / 255
        if self.donors is None or not len(self.donors):
            return pictures
        return self._swapped(pictures, self.boxes[picks])

    def _swapped(self, pictures: Tensor, boxes: Tensor, share: float = 0.4) -> Tensor:
        """Another's face in the middle of a face, matched in light; no seam tells live from attacked."""
        n, side = len(pictures), pictures.shape[-1]
        donors = self.donors
        if donors is None:
            return pictures
        other = donors[torch.randint(len(donors), (n,), device=self.device)].float() / 255
        centre = (boxes[:, :2] + boxes[:, 2:] - 1).view(n, 1, 1, 2)
        half = (boxes[:, 2:] - boxes[:, :2]).view(n, 1, 1, 2)
        at = (_grid(n, side, self.device) - centre) / half
        # Where the box usually lies in an aligned face.
        there = at * torch.tensor([0.696, 0.9], device=self.device) + torch.tensor(
            [-0.018, 0.17], device=self.device
        )
        face = functional.grid_sample(other, there, padding_mode="border", align_corners=False)
        inside = torch.sigmoid((0.84 - at.norm(dim=-1)) * 14)[:, None]
        weight = inside / inside.sum((2, 3), keepdim=True).clamp(min=1)
        means = [(v * weight).sum((2, 3), keepdim=True) for v in (pictures, face)]
        spreads = [
            ((v - m) ** 2 * weight).sum((2, 3), keepdim=True).sqrt()
            for v, m in zip((pictures, face), means, strict=True)
        ]
        gain = (spreads[0] / spreads[1].clamp(min=0.02)).clamp(0.5, 1.6)
        face = ((face - means[1]) * gain + means[0]).clamp(0, 1)
        inside = inside * chance(n, share, self.device)
        return pictures * (1 - inside) + face * inside

    def _shown(self, pictures: Tensor, frame: tuple[Tensor, Tensor], at: Tensor) -> Tensor:
        """Pictures sampled at crop coordinates."""
        n = len(pictures)
        centre, half = (v.view(n, 1, 1, 2) for v in frame)
        return functional.grid_sample(
            pictures, centre + at * half, padding_mode="reflection", align_corners=False
        )

    def _behind(self, n: int, side: int) -> Tensor:
        """What an attack is held before: parts of other people's pictures, or of any."""
        picks = torch.randint(len(self.faces), (n,), device=self.device)
        people = self.faces[picks].float() / 255
        picks = torch.randint(len(self.grounds), (n,), device=self.device)
        places = self.grounds[picks].float() / 255
        which = chance(n, 0.55, self.device)
        pictures = people * which + places * (1 - which)
        zoom = between(n, 0.45, 1.0, self.device)
        shift = between(n, -1, 1, self.device, 1, 1, 2) * (1 - zoom)
        at = _turned(_grid(n, side, self.device), _three(n, -0.1, 0.1, self.device)) * zoom + shift
        seen = functional.grid_sample(pictures, at, padding_mode="reflection", align_corners=False)
        # Out of focus, as what lies behind often is.
        sigma = between(n, 0, 1, self.device) ** 2 * side / 50
        return camera.blur(seen, sigma, sigma)

    def _worn(self, side: int, at: Tensor) -> Tensor:
        """A live person, whose face a cut-out covers."""
        picks = torch.randint(len(self.faces), (len(at),), device=self.device)
        zoom = between(len(at), 0.85, 1.1, self.device)
        return self._shown(self._sources(picks), self.frame(picks), at * zoom)

    def _view(self, n: int, side: int) -> Tensor:
        """Crop coordinates as detectors jitter them: shift, scale, turn, mirror."""
        p = _turned(_grid(n, side, self.device), _three(n, -1, 1, self.device) ** 3 * 0.3)
        zoom = between(n, 0.86, 1.18, self.device) * between(n, 0.94, 1.06, self.device, 1, 1, 2)
        p = p * zoom + between(n, -0.06, 0.06, self.device, 1, 1, 2)
        mirror = 1 - 2 * chance(n, 0.5, self.device)
        return p * torch.cat([mirror, torch.ones_like(mirror)], -1)

    # Kinds

    def live(self, n: int, side: int) -> Tensor:
        """Faces as they are, some behind glass, some in a vehicle's window."""
        picks = torch.randint(len(self.faces), (n,), device=self.device)
        at = _slanted(self._view(n, side), 0.05)
        x = self._shown(self._sources(picks), self.frame(picks), at)
        x = self._stored(x)
        pane = chance(n, 0.1, self.device) * between(n, 0.02, 0.12, self.device)
        x = x * (1 - pane) + self._behind(n, side) * pane
        return self._fingers(self._window(x), 0.05)

    def _window(self, x: Tensor, share: float = 0.15) -> Tensor:
        """Pillars, door and roof about a face: edges that are no medium's."""
        n, side = len(x), x.shape[-1]
        p = _turned(_grid(n, side, self.device), _three(n, -0.35, 0.35, self.device))
        slope = between(n, -0.4, 0.4, self.device, 1, 1, 2)
        sides = between(n, FACE * 1.3, 2.2, self.device, 1, 1, 4)
        away = torch.stack(
            [
                -p[..., 0] - sides[..., 0] + p[..., 1] * slope[..., 0],
                p[..., 0] - sides[..., 1] + p[..., 1] * slope[..., 1],
                -p[..., 1] - sides[..., 2],
                p[..., 1] - sides[..., 3],
            ],
            1,
        ).amax(1, keepdim=True)
        cover = torch.sigmoid(away * side / 2) * chance(n, share, self.device)
        paint = (
            torch.rand(n, 3, 1, 1, device=self.device) ** 2 * 0.8 + _smooth(n, side, 4, self.device) * 0.08
        )
        return x * (1 - cover) + paint.clamp(0, 1) * cover

    def _stored(self, x: Tensor) -> Tensor:
        """Softened and compressed once before, as what is printed or shown was; live ones alike."""
        n = len(x)
        soft = between(n, 0, 1, self.device) ** 3 * 1.4
        x = camera.blur(x, soft, soft)
        coded = camera.jpeg(x, between(n, 35, 98, self.device))
        which = chance(n, 0.5, self.device)
        return coded * which + x * (1 - which)

    def _fingers(self, x: Tensor, share: float, edges: tuple[Tensor, Tensor] | None = None) -> Tensor:
        """Fingers that hold a medium by its edge (low and high corners), or just come near."""
        n, side = len(x), x.shape[-1]
        p = _grid(n, side, self.device)
        tone = torch.tensor([0.85, 0.62, 0.5], device=self.device).view(1, 3, 1, 1)
        tone = (
            tone * between(n, 0.35, 1.1, self.device) * between(n, 0.92, 1.08, self.device, 3, 1, 1)
        ).clamp(0, 1)
        held = chance(n, share, self.device)
        left = torch.rand(n, 1, 1, device=self.device) < 0.5
        for _ in range(3):
            y = _three(n, -0.9, 1.1, self.device)
            reach = _three(n, 0.05, 0.2, self.device)
            if edges is None:
                x0 = torch.where(left, -0.9 + reach, 0.9 - reach)
            else:
                x0 = torch.where(left, edges[0][..., 0] + reach, edges[1][..., 0] - reach)
            # A capsule from the tip outwards.
            out = torch.where(left, p[..., 0] - x0, x0 - p[..., 0]).clamp(min=0)
            slope = _three(n, -0.4, 0.4, self.device)
            across = p[..., 1] - y - (p[..., 0] - x0) * slope
            thick = _three(n, 0.05, 0.1, self.device)
            away = (torch.sqrt(out**2 + across**2) - thick)[:, None]
            cover = torch.sigmoid(-away * side / 2) * held * chance(n, 0.7, self.device)
            shade = (1 - (across / thick).clamp(-1, 1).square() * 0.45)[:, None]
            x = x * (1 - cover) + tone * shade * cover
        return x

    def attack(
        self, n: int, side: int, kind: int, style: Style, close_share: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(pictures, where the medium is (n, 1, side, side), whether an edge shows (n,))."""
        at = self._view(n, side)
        on = self._bent(_slanted(at, style.slant), style.bend)
        picks = torch.randint(len(self.faces), (n,), device=self.device)
        content = self._stored(self._shown(self._sources(picks), self.frame(picks), on))
        low, high, close = self._extent(n, close_share)
        radius = _three(n, 0, 0.02, self.device)
        inner = _rounded(on, low, high, radius)
        strength = between(n, *style.strength, self.device) * (1 + 0.4 * close.view(n, 1, 1, 1))
        behind = self._behind(n, side)
        if kind == PRINT:
            content = self._printed(content, on, strength, style)
            rim = between(n, *style.borders, self.device, 1, 1, 4) * (
                torch.rand(n, 1, 1, 1, device=self.device) < 0.6
            )
            border = between(n, 0.72, 1.0, self.device) * between(n, 0.95, 1.0, self.device, 3, 1, 1)
            outer = _rounded(on, low - rim[..., :2], high + rim[..., 2:], radius * 0)
            # A cut-out has no border, and the person who wears it behind it.
            cut = (torch.rand(n, 1, 1, 1, device=self.device) < 0.18).float() * (1 - close.view(n, 1, 1, 1))
            shape = self._outline(on)
            inner, outer = inner * (1 - cut) + shape * cut, outer * (1 - cut) + shape * cut
            behind = self._worn(side, at) * cut + behind * (1 - cut)
        else:
            content = self._replayed(content, on, strength, style)
            rim = 0.04 + between(n, *style.borders, self.device, 1, 1, 4)
            tone = torch.rand(n, 1, 1, 1, device=self.device)
            dark = between(n, 0.0, 0.15, self.device)
            border = torch.where(tone < 0.75, dark, between(n, 0.4, 0.95, self.device)).expand(n, 3, 1, 1)
            outer = _rounded(on, low - rim[..., :2], high + rim[..., 2:], _three(n, 0.0, 0.15, self.device))
            behind = behind * between(n, 0.4, 1.0, self.device)
            cut = torch.zeros(n, 1, 1, 1, device=self.device)
        border = (border * (1 + 0.08 * _smooth(n, side, 3, self.device))).clamp(0, 1)
        sharp = side / 2
        inside, covered = torch.sigmoid(-inner * sharp), torch.sigmoid(-outer * sharp)
        medium = content * inside + border * (1 - inside)
        shadow = torch.sigmoid(-(outer - 0.03) * 14) * between(n, 0, 0.5, self.device)
        x = medium * covered + behind * (1 - shadow) * (1 - covered)
        x = self._fingers(x, 0.3, (low, high))
        edged = (inside.mean((1, 2, 3)) < 0.97).float()
        return x.clamp(0, 1), covered, edged

    def _bent(self, p: Tensor, most: float) -> Tensor:
        """A sheet that is curved about an axis."""
        n = len(p)
        turn = _three(n, 0, math.pi, self.device)
        q = _turned(p, turn)
        bend = _three(n, -1, 1, self.device) ** 3 * most
        q = torch.stack([q[..., 0] * (1 + bend * q[..., 0] ** 2), q[..., 1] + bend * q[..., 0] ** 2], -1)
        return _turned(q, -turn)

    def _extent(self, n: int, share: float) -> tuple[Tensor, Tensor, Tensor]:
        """Corners (n, 1, 1, 2) of what is printed or shown, and whether they lie outside the picture."""
        close = (torch.rand(n, device=self.device) < share).float()
        reach = FACE * (1.08 + torch.rand(n, 4, device=self.device) ** 1.5 * 2.0)
        # One side in five runs out of the picture anyway.
        reach = torch.where(torch.rand(n, 4, device=self.device) < 0.2, reach + 1.0, reach)
        reach = torch.where(close[:, None] > 0, 1.7 + torch.rand(n, 4, device=self.device), reach)
        low, high = -reach[:, :2].view(n, 1, 1, 2), reach[:, 2:].view(n, 1, 1, 2)
        return low, high, close

    def _outline(self, p: Tensor) -> Tensor:
        """Distance to a face cut out along its contour, roughly."""
        n = len(p)
        half = (
            FACE
            * between(n, 0.9, 1.35, self.device, 1, 1, 2)
            * torch.tensor([0.95, 1.15], device=self.device)
        )
        q = p / half
        angle = torch.atan2(q[..., 1], q[..., 0])
        wobble = sum(
            _three(n, -0.04, 0.04, self.device) * torch.cos(k * angle + _three(n, 0, 6.28, self.device))
            for k in (2, 3, 5, 8)
        )
        power = _three(n, 1.8, 3.2, self.device)
        away = (q.abs().clamp(min=1e-3) ** power[..., None]).sum(-1) ** (1 / power) - 1 + wobble
        return (away * FACE)[:, None]

    # Media

    def _printed(self, x: Tensor, p: Tensor, strength: Tensor, style: Style) -> Tensor:
        n, side, device = len(x), x.shape[-1], self.device
        mix = torch.eye(3, device=device) + torch.randn(n, 3, 3, device=device) * 0.05 * strength.view(
            n, 1, 1
        )
        x = torch.einsum("ndc,nchw->ndhw", mix, x).clamp(0, 1)
        grey = camera.luma(x)
        colour = between(n, 0.45, 1.1, device) * (1 - chance(n, 0.12, device))
        x = grey + (x - grey) * colour
        ink = 0.04 + 0.16 * torch.rand(n, 1, 1, 1, device=device) * strength
        paper = 1 - between(n, 0.02, 0.25, device)
        x = ink + x * (paper - ink) * between(n, 0.96, 1.0, device, 3, 1, 1)
        x = x + self._screened(x, p, strength, style)
        across = _turned(
            p, _three(n, -0.05, 0.05, device) + (math.pi / 2) * (torch.rand(n, 1, 1, device=device) < 0.5)
        )
        bands = torch.sin(across[..., 1] * _three(n, 8, 70, device) + _three(n, 0, 6.28, device))[:, None]
        x = x + bands * between(n, 0, 0.03, device) * strength * chance(n, 0.5, device)
        fibre = camera.blur(
            torch.randn(n, 1, side, side, device=device),
            between(n, 0.3, 2, device),
            between(n, 0.3, 2, device),
        )
        x = x + fibre * between(n, 0.0, 0.04, device) * strength
        x = x * self._shaded(p, strength)
        return (
            x + self._glare(n, side, p, style) * between(n, 0, 0.35, device) * chance(n, 0.5, device)
        ).clamp(0, 1)

    def _screened(self, x: Tensor, p: Tensor, strength: Tensor, style: Style) -> Tensor:
        """The printer's screen, finer or coarser than the camera's pixels, an angle an ink."""
        n, side, device = len(x), x.shape[-1], self.device
        pitch = _three(n, 0.12, 1.05, device) * side / 2 * 2 * math.pi
        start = _three(n, 0, 1.57, device)
        planes = []
        for turn in (0.0, 0.52, 1.31):
            q = _turned(p, start + turn) * pitch[..., None]
            planes.append(
                torch.sin(q[..., 0]) if style.lines else torch.cos(q[..., 0]) * torch.cos(q[..., 1])
            )
        # Half tones show the screen most.
        amount = (4 * x * (1 - x)).clamp(0, 1)
        return (
            torch.stack(planes, 1)
            * amount
            * between(n, 0.0, 0.13, device)
            * strength
            * chance(n, 0.7, device)
        )

    def _shaded(self, p: Tensor, strength: Tensor) -> Tensor:
        """Flat light that falls off over the sheet, waves and folds of it."""
        n, device = len(p), self.device
        way = _turned(p, _three(n, 0, 6.28, device))[..., 0]
        fall = 1 + way * _three(n, 0, 0.25, device)
        wave = torch.sin(way * _three(n, 1, 6, device) + _three(n, 0, 6.28, device)) * _three(
            n, 0, 0.12, device
        )
        fold = _turned(p, _three(n, 0, 6.28, device))[..., 0] - _three(n, -0.8, 0.8, device)
        crease = torch.tanh(fold * 25) * torch.exp(-fold.abs() * 4) * _three(n, 0, 0.18, device)
        crease = crease * (torch.rand(n, 1, 1, device=device) < 0.4)
        return (fall + wave * strength[:, 0] + crease * strength[:, 0])[:, None].clamp(0.2, 1.6)

    def _glare(self, n: int, side: int, p: Tensor, style: Style) -> Tensor:
        device = self.device
        spot = p - between(n, -1, 1, device, 1, 1, 2)
        if style.panes:
            q = _turned(spot, _three(n, 0, 3.14, device)).abs() / between(n, 0.1, 0.6, device, 1, 1, 2)
            bar = (_turned(spot, _three(n, 0, 0.2, device)).abs().amin(-1) > 0.03).float()
            return (torch.sigmoid((1 - q.amax(-1)) * 12) * bar)[:, None]
        q = _turned(spot, _three(n, 0, 3.14, device)) / between(n, 0.12, 0.9, device, 1, 1, 2)
        return torch.exp(-(q**2).sum(-1))[:, None]

    def _replayed(self, x: Tensor, p: Tensor, strength: Tensor, style: Style) -> Tensor:
        n, side, device = len(x), x.shape[-1], self.device
        x = x.clamp(1e-3, 1) ** torch.exp(between(n, -0.4, 0.4, device))
        grey = camera.luma(x)
        x = grey + (x - grey) * between(n, 0.8, 1.35, device)
        cast = torch.cat(
            [between(n, 0.8, 1.02, device), between(n, 0.92, 1.03, device), between(n, 0.98, 1.22, device)], 1
        )
        x = x * cast * between(n, 0.75, 1.4, device)
        lift = between(n, 0.0, 0.14, device) * strength
        x = lift + x * (1 - lift)
        wave = self._crossing(p, side) if style.waves else self._sampled(p, side)
        x = x * (1 + wave * between(n, 0.05, 0.24, device) * strength)
        phase = p[..., 1] * _three(n, 1.5, 16, device) + _three(n, 0, 6.28, device)
        x = x * (
            1 + torch.sin(phase)[:, None] * between(n, 0, 0.14, device) * strength * chance(n, 0.45, device)
        )
        sigma = torch.full((n,), side / 40, device=device)
        mirrored = camera.blur(self._behind(n, side), sigma, sigma)
        x = x + mirrored * between(n, 0, 0.16, device) * strength
        x = x + self._glare(n, side, p, style) * between(n, 0, 0.6, device) * chance(n, 0.4, device)
        # Bars of a film that does not fill the screen.
        bars = (p[..., 1].abs() > _three(n, FACE * 1.3, 1.2, device)) & (
            torch.rand(n, 1, 1, device=device) < 0.12
        )
        return (x * (1 - 0.95 * bars[:, None].float())).clamp(0, 1)

    def _sampled(self, p: Tensor, side: int) -> Tensor:
        """The screen's triads at the camera's pixels: near its pitch they beat, which is the moire."""
        n, device = len(p), self.device
        beat = _three(n, 1.5, 34, device) * (1 - 2 * (torch.rand(n, 1, 1, device=device) < 0.5).float())
        order = torch.where(torch.rand(n, 1, 1, device=device) < 0.75, 1.0, 0.5)
        pitch = (order + beat / side) * side / 2 * 2 * math.pi
        q = _turned(p, _three(n, -0.12, 0.12, device)) * pitch[..., None]
        tint = _three(n, 0.0, 1.0, device) * 2.1
        columns = torch.stack([torch.cos(q[..., 0] + k * tint) for k in (0, 1, 2)], 1)
        rows = torch.cos(q[..., 1] + _three(n, 0, 6.28, device))[:, None]
        return columns * between(n, 0.3, 1, device) + rows * between(n, 0, 0.8, device)

    def _crossing(self, p: Tensor, side: int) -> Tensor:
        """Crossing waves and rings with coloured fringes."""
        n, device = len(p), self.device
        tint, total = _three(n, 0, 1.0, device) * 2.1, 0.0
        for _ in range(2):
            q = _turned(p, _three(n, 0, 3.14, device))
            phase = q[..., 0] * _three(n, 8, 90, device) + q[..., 1] ** 2 * _three(n, -9, 9, device)
            total = total + torch.stack([torch.cos(phase + k * tint) for k in (0, 1, 2)], 1) * 0.6
        rings = ((p - between(n, -1.5, 1.5, device, 1, 1, 2)) ** 2).sum(-1) * _three(n, 6, 26, device)
        which = chance(n, 0.5, device)
        return total * (1 - which) + torch.stack([torch.cos(rings + k * tint) for k in (0, 1, 2)], 1) * which

    # Batches

    def batch(
        self, counts: tuple[int, int, int], side: int, style: Style = TRAINED, optics: Optics = HARSH
    ) -> Batch:
        """So many live ones, prints and replays, through one camera of `side` pixels a crop."""
        live = self.live(counts[LIVE], side)
        shots, masks, edges = [live], [], [torch.zeros(len(live), device=self.device)]
        for kind in (PRINT, REPLAY):
            shot, covered, edged = self.attack(counts[kind], side, kind, style, optics.close)
            shots.append(shot)
            masks.append(functional.adaptive_avg_pool2d(covered, MAP))
            edges.append(edged)
        x = self._taken(torch.cat(shots), side, optics)
        empty = [torch.zeros(c, 1, MAP, MAP, device=self.device) for c in counts]
        maps = torch.cat(
            [
                torch.cat([empty[LIVE], empty[LIVE]], 1),
                torch.cat([masks[0], empty[PRINT]], 1),
                torch.cat([empty[REPLAY], masks[1]], 1),
            ]
        )
        kinds = torch.cat([torch.full((c,), k, device=self.device) for k, c in enumerate(counts)])
        return Batch(camera.seen(x, SIDE, SIDE).clamp(0, 1), kinds, maps, torch.cat(edges))

    def _taken(self, x: Tensor, side: int, optics: Optics) -> Tensor:
        x = camera.shoot(x, optics.blur(side), optics.noise, optics.least_quality, optics.shaken, optics.cast)
        if torch.rand(()) < optics.coarse:
            return camera.coarse(x, float(torch.rand(())) * 0.5 + 0.45)
        return x
