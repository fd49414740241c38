"""Trains the liveness net on faces, prints and replays rendered as it goes.

    python -m models.recipes.train_liveness --pack PACK --out RUN --minutes M [--seed S]

Rendering costs more than learning: what was rendered is kept in a pool, from which it is drawn several
times, mirrored or not. RUN gets `liveness.pt` (the averaged weights, also written on the way) and
`liveness_log.jsonl`. The checks are on held-out photographs: `apcer` is the share of attacks taken for
live, `bpcer` of live taken for attacks, `acer` the mean of `bpcer` and the worse kind's `apcer`; `gate` is
a gate's camera, `harsh` small and spoiled faces, `unseen` a renderer never trained on.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.recipes import common, live_data
from models.recipes.liveness_net import KINDS, SIDE, Liveness
from models.recipes.spoof import GATE, HARSH, LIVE, MAP, TRAINED, UNSEEN, Batch, Optics, Studio, Style
from models.recipes.train_reader import average, rate

CHECK_SEED = 991
POOL = 131_072
HARSH_SHARE = 0.4
FIRST = 8
"""Batches rendered before the first step."""
TRIALS = {"gate": (TRAINED, GATE), "harsh": (TRAINED, HARSH), "unseen": (UNSEEN, GATE)}


def studio(pack: Path, held: bool, device: torch.device) -> Studio:
    """One side of the split, on the accelerator."""
    rows = [(row, image) for row, image in live_data.load(pack) if row.held == held]

    def stacked(images: list[live_data.Image]) -> Tensor:
        return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous().to(device)

    boxes = torch.tensor([row.box for row, _ in rows if row.box is not None], device=device)
    return Studio(
        stacked([image for row, image in rows if row.box is not None]),
        boxes,
        stacked([image for row, image in rows if row.box is None]),
        stacked(live_data.donors(pack, held)),
    )


def trial(source: Studio, style: Style, optics: Optics, rounds: int, each: int) -> list[Batch]:
    """The same pictures every time: `rounds` batches of `each` of a kind, at every size of crop."""
    torch.manual_seed(CHECK_SEED)
    sides = optics.sides
    with torch.no_grad():
        return [source.batch((each,) * 3, sides[i % len(sides)], style, optics) for i in range(rounds)]


class Pool:
    """The last rendered pictures, as bytes on the accelerator."""

    def __init__(self, size: int, device: torch.device) -> None:
        self.pictures = torch.zeros(size, 3, SIDE, SIDE, dtype=torch.uint8, device=device)
        self.kinds = torch.zeros(size, dtype=torch.int64, device=device)
        self.maps = torch.zeros(size, 2, MAP, MAP, dtype=torch.bfloat16, device=device)
        self.seen = 0

    def put(self, batch: Batch) -> None:
        """Take a batch in, for the oldest that are there."""
        size = len(self.kinds)
        at = (torch.arange(len(batch.kinds), device=self.kinds.device) + self.seen) % size
        self.pictures[at] = (batch.pictures * 255).round().to(torch.uint8)
        self.kinds[at], self.maps[at] = batch.kinds, batch.maps.to(self.maps.dtype)
        self.seen += len(batch.kinds)

    def draw(self, count: int) -> Batch:
        """So many at random, half of them mirrored."""
        device = self.kinds.device
        picks = torch.randint(min(self.seen, len(self.kinds)), (count,), device=device)
        pictures, maps = self.pictures[picks].float() / 255, self.maps[picks].float()
        half = count // 2
        pictures = torch.cat([pictures[:half].flip(3), pictures[half:]])
        maps = torch.cat([maps[:half].flip(3), maps[half:]])
        return Batch(pictures, self.kinds[picks], maps, torch.zeros(count, device=device))


def errors(live: Tensor, kinds: Tensor, threshold: float) -> dict[str, float]:
    """APCER of each kind, BPCER and ACER where `live` (N,) from the threshold up counts as live."""
    passed = (live >= threshold).float()
    share = [float(passed[kinds == k].mean()) for k in range(len(KINDS))]
    row = {"bpcer": 1 - share[LIVE], **{f"apcer_{KINDS[k]}": share[k] for k in (1, 2)}}
    return {**row, "acer": (row["bpcer"] + max(share[1:])) / 2}


@torch.no_grad()
def judged(net: Liveness, batches: list[Batch]) -> tuple[Tensor, Tensor]:
    """Probabilities (N, 3) and kinds (N,)."""
    said = [net(b.pictures)[0].float().softmax(1) for b in batches]
    return torch.cat(said), torch.cat([b.kinds for b in batches])


def loss(net: Liveness, batch: Batch) -> tuple[Tensor, Tensor]:
    """Kinds, and where the medium is."""
    kinds, maps = net(batch.pictures.contiguous(memory_format=torch.channels_last))
    told = functional.cross_entropy(kinds.float(), batch.kinds, label_smoothing=0.02)
    return told, functional.binary_cross_entropy_with_logits(maps.float(), batch.maps)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=9)
    parser.add_argument("--batch", type=int, default=768)
    parser.add_argument("--reuse", type=int, default=5, help="steps a rendered batch")
    parser.add_argument("--peak", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    rounds, each = (10, 200) if device.type == "cuda" else (2, 8)
    held = studio(args.pack, True, device)
    held.donors = None
    trials = {name: trial(held, *how, rounds, each) for name, how in TRIALS.items()}
    source = studio(args.pack, False, device)
    torch.manual_seed(args.seed)
    chance = Random(args.seed)
    net = Liveness().to(device).to(memory_format=torch.channels_last)
    judge = Liveness().to(device).eval()
    print("parameters", sum(p.numel() for p in net.parameters()), flush=True)
    grouped = [[p for p in net.parameters() if (p.ndim >= 2) == deep] for deep in (True, False)]
    optimiser = torch.optim.AdamW(
        [{"params": grouped[0], "weight_decay": 0.03}, {"params": grouped[1], "weight_decay": 0.0}],
        lr=args.peak,
        fused=device.type == "cuda",
    )
    ema = {k: v.detach().clone() for k, v in net.state_dict().items()}
    # As many live ones as attacks, so that 0.5 is near the equal error.
    counts = (args.batch - 2 * (args.batch // 4), args.batch // 4, args.batch // 4)
    pool = Pool(POOL if device.type == "cuda" else 4 * args.batch, device)

    def check(step: int, terms: dict[str, float]) -> None:
        judge.load_state_dict(ema)
        row: dict[str, object] = {
            "step": step,
            "s": round(time.time() - start),
            "samples": step * args.batch,
            "rendered": pool.seen,
            **terms,
        }
        for name, batches in trials.items():
            said, kinds = judged(judge, batches)
            row[name] = {k: round(v, 4) for k, v in errors(said[:, LIVE], kinds, 0.5).items()}
        print(json.dumps(row), flush=True)
        common.note(args.out / "liveness_log.jsonl", row)
        torch.save({k: v.cpu() for k, v in ema.items()}, args.out / "liveness.pt")

    def render() -> None:
        optics = HARSH if chance.random() < HARSH_SHARE else GATE
        with torch.no_grad():
            pool.put(source.batch(counts, chance.choice(optics.sides), TRAINED, optics))

    start, step, budget, checked = time.time(), 0, args.minutes * 60, time.time()
    parts = (torch.zeros(()), torch.zeros(()))
    for _ in range(FIRST):
        render()
    while (spent := time.time() - start) < budget:
        for group in optimiser.param_groups:
            group["lr"] = rate(spent / budget, args.peak)
        if step % args.reuse == 0:
            render()
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            parts = loss(net, pool.draw(args.batch))
        optimiser.zero_grad(set_to_none=True)
        (parts[0] + 0.5 * parts[1]).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        average(ema, net, min(0.999, (step + 1) / (step + 10)))
        step += 1
        if time.time() - checked > max(30.0, budget / 15):
            checked = time.time()
            check(
                step, {"loss": round(float(parts[0].detach()), 4), "map": round(float(parts[1].detach()), 4)}
            )
    check(step, {"loss": round(float(parts[0].detach()), 4), "map": round(float(parts[1].detach()), 4)})


if __name__ == "__main__":
    main()
