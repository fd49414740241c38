"""The vehicle net: a vehicle's crop, 96 x 128, to its colour and its body."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.recipes.contracts import BODIES, COLOURS
from models.recipes.detector_net import Lite, Pool
from models.recipes.reader_net import conv

SIZE = (96, 128)
INNER = (144, 192)
"""What the trunk sees: the detector's filters know vehicles of this size better than of SIZE."""
START = ("stem.", "s8.", "s16.", "s32.")


class Vehicle(nn.Module):
    """Pictures (N, 3, 96, 128), RGB in [0, 1], to logits (N, 12) of colours and (N, 10) of bodies.

    The trunk is the detector's (`begin`), whose filters know vehicles already.
    """

    def __init__(
        self, widths: tuple[int, ...] = (16, 24, 48, 96, 176), inner: tuple[int, int] = INNER
    ) -> None:
        super().__init__()
        a, b, c, d, e = widths
        self.inner = inner
        self.stem = nn.Sequential(conv(3, a, 3, 2), conv(a, b, 3, 2), Lite(b, b, 1))
        self.s8 = nn.Sequential(conv(b, c, 3, 2), Lite(c, c, 2))
        self.s16 = nn.Sequential(conv(c, d, 3, 2), Lite(d, d, 2))
        self.s32 = nn.Sequential(conv(d, e, 3, 2), Lite(e, e, 1), Pool(e))
        # Colour is in fine cells, of which some are paint: each cell votes, and says how much it is paint.
        self.paint = nn.Sequential(conv(c + d, 64, 1), nn.Conv2d(64, len(COLOURS) + 1, 1))
        self.body = nn.Sequential(nn.Dropout(0.4), nn.Linear(d + 2 * e, len(BODIES)))

    def begin(self, detector: dict[str, Tensor]) -> None:
        """Take the trunk's weights from a detector's."""
        taken = {k: v for k, v in detector.items() if k.startswith(START)}
        self.load_state_dict(taken, strict=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = functional.interpolate((x - 0.5) * 2, self.inner, mode="bilinear", align_corners=False)
        p8 = self.s8(self.stem(x))
        p16 = self.s16(p8)
        p32 = self.s32(p16)
        fine = torch.cat([functional.avg_pool2d(p8, 2), p16], 1)
        votes = self.paint(fine).flatten(2)
        weight = votes[:, -1:].softmax(2)
        colour = (votes[:, :-1] * weight).sum(2)
        pooled = torch.cat([p16.mean((2, 3)), p32.mean((2, 3)), p32.amax((2, 3))], 1)
        return colour, self.body(pooled)


class ShippedVehicle(nn.Module):
    """As exported: `vehicle` to `colour` and `body`, probabilities divided by their temperatures; the mean
    of what is said of a vehicle and of its mirror image."""

    def __init__(self, net: Vehicle, colour: float = 1.0, body: float = 1.0) -> None:
        super().__init__()
        self.net, self.colour, self.body = net, colour, body

    def forward(self, vehicle: Tensor) -> tuple[Tensor, Tensor]:
        colour, body = self.net(torch.cat([vehicle, vehicle.flip(3)]))
        colour, body = (head.reshape(2, -1, head.shape[1]).mean(0) for head in (colour, body))
        return (colour / self.colour).softmax(1), (body / self.body).softmax(1)
