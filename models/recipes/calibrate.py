"""Finds the reader's temperature: the one under which held-out crops are least surprising.

    python -m models.recipes.calibrate --pack PACK --reader reader.pt

Each held-out crop is seen as it is and cut in six other ways, since the detector's boxes vary.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.recipes import feed
from models.recipes.common import encode
from models.recipes.degrade import Degrader
from models.recipes.reader_net import Reader, load_reader
from models.recipes.train_reader import fold_logs, fold_target, held_crops

VIEWS = 6


def views(pack: Path, seed: int = 7) -> tuple[Tensor, Tensor]:
    """Held-out crops (N, 3, H, W) in several cuts, and their classes (N, SLOTS)."""
    images, texts, _ = held_crops(pack)
    pictures, names = list(images), list(texts)
    degrader = Degrader(seed, [])
    for real in feed.real_crops(pack, held=True, chinese=False):
        for _ in range(VIEWS):
            pictures.append(degrader.real(real).image)
            names.append(real.text)
    x = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
    return x, torch.tensor([encode(n) for n in names])


@torch.no_grad()
def temperature(reader: Reader, x: Tensor, target: Tensor) -> tuple[float, float, float]:
    """Best temperature, and the mean surprise a slot before and after."""
    logits = torch.cat([reader(part).chars for part in x.split(128)])
    surprise: dict[float, float] = {}
    for t in np.arange(0.6, 3.01, 0.05):
        logs = fold_logs((logits / float(t)).log_softmax(-1))
        n = logs.shape[-1]
        surprise[float(t)] = float(functional.nll_loss(logs.reshape(-1, n), fold_target(target).reshape(-1)))
    best = min(surprise, key=lambda t: surprise[t])
    plain = min(surprise, key=lambda t: abs(t - 1))
    return best, surprise[plain], surprise[best]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--reader", type=Path, required=True)
    args = parser.parse_args()
    reader = Reader()
    load_reader(reader, torch.load(args.reader, map_location="cpu"))
    best, before, after = temperature(reader.eval(), *views(args.pack))
    print(f"temperature {best:.2f}: surprise a slot {before:.4f} -> {after:.4f}")


if __name__ == "__main__":
    main()
