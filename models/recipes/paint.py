"""Paints vehicles anew, for rare colours: by turning the hue of coloured paint, or by tinting white."""

from __future__ import annotations

import torch
from torch import Tensor

from models.recipes.camera import between
from models.recipes.contracts import COLOURS

# Hue in turns, and the range of saturation and brightness gains that keeps the name.
HUES = {"red": 0.0, "orange": 0.07, "yellow": 0.145, "green": 0.36, "blue": 0.605}
TARGETS: dict[str, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    "red": ((-0.015, 0.015), (0.9, 1.1), (0.8, 1.05)),
    "orange": ((0.055, 0.085), (1.0, 1.2), (1.05, 1.4)),
    "yellow": ((0.135, 0.16), (1.0, 1.2), (1.2, 1.6)),
    "green": ((0.28, 0.45), (0.6, 1.1), (0.6, 1.0)),
    "blue": ((0.56, 0.65), (0.8, 1.1), (0.7, 1.05)),
    "brown": ((0.02, 0.075), (0.5, 0.8), (0.35, 0.6)),
}
# What white and silver paint becomes: red, green, blue of the tint.
TINTS = {
    "red": (0.72, 0.1, 0.1),
    "orange": (0.95, 0.42, 0.08),
    "yellow": (0.95, 0.78, 0.1),
    "green": (0.12, 0.4, 0.22),
    "blue": (0.1, 0.2, 0.55),
    "brown": (0.33, 0.2, 0.13),
    "beige": (0.85, 0.76, 0.6),
}
_TURNED, _TINTED = list(TARGETS), list(TINTS)


def to_hsv(x: Tensor) -> Tensor:
    """(N, 3, H, W) RGB to hue in turns, saturation, value."""
    top, which = x.max(1)
    span = (top - x.amin(1)).clamp(min=1e-5)
    r, g, b = x.unbind(1)
    hue = torch.where(
        which == 0, (g - b) / span, torch.where(which == 1, 2 + (b - r) / span, 4 + (r - g) / span)
    )
    return torch.stack([(hue / 6) % 1.0, span / top.clamp(min=1e-3), top], 1)


def to_rgb(x: Tensor) -> Tensor:
    """The way back of `to_hsv`."""
    hue, saturation, value = x[:, 0:1], x[:, 1:2].clamp(0, 1), x[:, 2:3].clamp(0, 1)
    shift = torch.tensor([5.0, 3.0, 1.0], device=x.device).view(1, 3, 1, 1)
    k = (shift + hue * 6) % 6
    return value - value * saturation * torch.minimum(k, 4 - k).clamp(0, 1)


def _body(x: Tensor) -> Tensor:
    """(1, 1, H, W): where a vehicle's paint is in its crop; 0 at the edges."""
    h, w = x.shape[2:]
    y = torch.linspace(-1, 1, h, device=x.device).view(1, 1, h, 1)
    z = torch.linspace(-1, 1, w, device=x.device).view(1, 1, 1, w)
    return torch.sigmoid((0.85 - (z.abs() ** 3 + (y - 0.05).abs() ** 3) ** (1 / 3)) * 12)


def repaint(x: Tensor, colour: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """Pictures (N, 3, H, W) and colours (N, 12) , a `share` of the paintable ones painted anew."""
    n, device = len(x), x.device
    body, hsv = _body(x), to_hsv(x)
    wanted = torch.rand(n, device=device) < share
    x, colour, done = _turn_hue(x, colour, hsv, body, wanted)
    return _tint(x, colour, hsv, body, wanted & ~done)


def _ways(words: list[str], device: torch.device) -> Tensor:
    return torch.eye(len(COLOURS), device=device)[[COLOURS.index(w) for w in words]]


def _turn_hue(
    x: Tensor, colour: Tensor, hsv: Tensor, body: Tensor, wanted: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    n, device = len(x), x.device
    start = torch.full((n,), -1.0, device=device)
    for word, hue in HUES.items():
        start = torch.where(colour[:, COLOURS.index(word)] > 0.9, hue, start)
    away = (hsv[:, 0:1] - start.view(n, 1, 1, 1) + 0.5) % 1.0 - 0.5
    mask = torch.sigmoid((0.075 - away.abs()) * 120) * torch.sigmoid((hsv[:, 1:2] - 0.28) * 30)
    shown = (mask * body).sum((1, 2, 3)) / body.sum()
    done = wanted & (start >= 0) & (shown > 0.16)
    pick = torch.randint(len(_TURNED), (n,), device=device)
    limits = torch.tensor([TARGETS[w] for w in _TURNED], device=device)[pick]
    drawn = limits[..., 0] + (limits[..., 1] - limits[..., 0]) * torch.rand(n, 3, device=device)
    hue, saturation, value = (drawn[:, i].view(n, 1, 1, 1) for i in range(3))
    # Yellow and orange paint is bright: made of them, other paint gets darker, and the other way round.
    bright = torch.where(start > 0.04, torch.where(start < 0.2, 0.8, 1.0), 1.0).view(n, 1, 1, 1)
    painted = torch.cat([(hue + 0.5 * away) % 1.0, hsv[:, 1:2] * saturation, hsv[:, 2:3] * value * bright], 1)
    mask = mask * done.view(n, 1, 1, 1)
    x = x * (1 - mask) + to_rgb(painted) * mask
    return x, torch.where(done[:, None], _ways(_TURNED, device)[pick], colour), done


def _tint(x: Tensor, colour: Tensor, hsv: Tensor, body: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    n, device = len(x), x.device
    white, silver = (colour[:, COLOURS.index(w)] > 0.9 for w in ("white", "silver"))
    value = hsv[:, 2:3]
    bright = torch.quantile((value * (body > 0.5)).flatten(1)[:, ::7], 0.93, dim=1).view(n, 1, 1, 1)
    mask = torch.sigmoid((value - 0.62 * bright) * 18) * torch.sigmoid((0.22 - hsv[:, 1:2]) * 30) * body
    shown = mask.sum((1, 2, 3)) / body.sum()
    done = wanted & (white | silver) & (shown > 0.25) & (bright.flatten() > 0.55)
    pick = torch.randint(len(_TINTED), (n,), device=device)
    tint = torch.tensor([TINTS[w] for w in _TINTED], device=device)[pick].view(n, 3, 1, 1)
    tint = (tint * between(n, 0.8, 1.2, device) * between(n, 0.92, 1.08, device, 3, 1, 1)).clamp(0, 1)
    # A little of the light is mirrored as it is.
    gloss = between(n, 0.0, 0.12, device) * value**3
    mask = mask * done.view(n, 1, 1, 1)
    x = x * (1 - mask) + (x / bright.clamp(min=0.5) * tint + gloss).clamp(0, 1) * mask
    return x, torch.where(done[:, None], _ways(_TINTED, device)[pick], colour)
