"""Averages the weights of two runs of one line of training.

python -m models.recipes.soup A.pt B.pt --share 0.5 --out C.pt
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("a", type=Path)
    parser.add_argument("b", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of B")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    a, b = (torch.load(p, map_location="cpu") for p in (args.a, args.b))
    mixed = {k: v.lerp(b[k], args.share) if v.is_floating_point() else v for k, v in a.items()}
    torch.save(mixed, args.out)


if __name__ == "__main__":
    main()
