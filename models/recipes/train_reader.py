"""Trains the plate reader.

    python -m models.recipes.train_reader --pack PACK --out DIR --minutes 9 [--resume FILE]

Runs for a time, not for a count: the learning rate follows the share of the time that is spent.
Leaves `reader.pt` (averaged weights), `reader_mean.pt` (their mean over the last half, where single checks
differ by noise) and, with `--state`, `reader_state.pt` (to go on from).
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.recipes import common, feed
from models.recipes.boxes import cut
from models.recipes.common import ALPHABET, BLANK, READER_SIZE, SLOTS
from models.recipes.degrade import NO_PLACE, NO_VIEW, Degrader
from models.recipes.reader_net import STRIDE, Reader, ReaderOut, load_reader

ZERO, OH = ALPHABET.index("0"), ALPHABET.index("O")
ONE, EYE = ALPHABET.index("1"), ALPHABET.index("I")
ROWS, COLS = READER_SIZE[0] // STRIDE, READER_SIZE[1] // STRIDE


def fold_logs(logs: Tensor) -> Tensor:
    """Log-probabilities with O merged into 0 and I into 1 (the merged classes emptied)."""
    columns = list(logs.unbind(-1))
    for keep, drop in ((ZERO, OH), (ONE, EYE)):
        columns[keep] = torch.logaddexp(columns[keep], columns[drop])
        columns[drop] = torch.full_like(columns[drop], -30.0)
    return torch.stack(columns, -1)


def fold_target(target: Tensor) -> Tensor:
    """Class indices with O as 0 and I as 1."""
    target = torch.where(target == OH, ZERO, target)
    return torch.where(target == EYE, ONE, target)


def char_loss(chars: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Cross entropy a slot: the folded classes fully, O against 0 and I against 1 lightly."""
    logs = chars.float().log_softmax(-1)
    n = logs.shape[-1]
    folded = functional.nll_loss(
        fold_logs(logs).reshape(-1, n), fold_target(target).reshape(-1), reduction="none"
    )
    plain = functional.nll_loss(logs.reshape(-1, n), target.reshape(-1), reduction="none")
    each = (folded + 0.15 * plain).clamp(max=12.0).reshape(target.shape)
    slot_weight = torch.where(target == BLANK, 0.4, 1.0) * weight[:, None]
    return (each * slot_weight).sum() / slot_weight.sum().clamp(min=1)


def place_losses(out: ReaderOut, target: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Where a character's place is known: its slot looks there, and its cell tells what it is."""
    known = (x > 0) & (x < 1) & (y > 0) & (y < 1) & (target != BLANK)
    cx, cy = x * COLS - 0.5, y * ROWS - 0.5
    gx = torch.arange(COLS, device=x.device)
    gy = torch.arange(ROWS, device=x.device)
    dx, dy = gx - cx[..., None], gy - cy[..., None]
    near = torch.exp(-(dy[..., :, None] ** 2 + dx[..., None, :] ** 2) / 1.6).flatten(2)
    near = near / near.sum(-1, keepdim=True).clamp(min=1e-6)
    each = -(near * out.looks.float().clamp(min=1e-6).log()).sum(-1)
    count = known.sum().clamp(min=1)
    look = (each * known).sum() / count
    # The cell under each centre, and one cell away from all centres as an empty one.
    cell = cy.round().clamp(0, ROWS - 1).long() * COLS + cx.round().clamp(0, COLS - 1).long()
    logs = out.cells.float().log_softmax(-1)
    at = logs.gather(1, cell[..., None].expand(-1, -1, logs.shape[-1]))
    n = logs.shape[-1]
    said = functional.nll_loss(
        fold_logs(at).reshape(-1, n), fold_target(target).reshape(-1), reduction="none"
    )
    return look, (said.reshape(target.shape) * known).sum() / count


def rectified(x: Tensor, y: Tensor, view: Tensor) -> tuple[Tensor, Tensor]:
    """Known places of the given crop as places of the rectified one; the others stay NO_PLACE."""
    known = (x > 0) & (y > 0)
    points = torch.stack([x, y], -1) * 2 - 1 - view[:, None, :, 2]
    a, b, c, d = view[:, 0, 0], view[:, 0, 1], view[:, 1, 0], view[:, 1, 1]
    det = a * d - b * c
    det = torch.where(det.abs() < 0.02, torch.full_like(det, 0.02), det)
    back = torch.stack([torch.stack([d, -b], -1), torch.stack([-c, a], -1)], 1) / det[:, None, None]
    moved = (points @ back.transpose(1, 2)) * 0.5 + 0.5
    nowhere = torch.full_like(x, NO_PLACE)
    return torch.where(known, moved[..., 0], nowhere), torch.where(known, moved[..., 1], nowhere)


def losses(out: ReaderOut, facts: Tensor) -> dict[str, Tensor]:
    """All terms for a batch; `facts` as `feed.facts` lays them out."""
    target = facts[:, :SLOTS].long()
    x, y = rectified(facts[:, SLOTS : 2 * SLOTS], facts[:, 2 * SLOTS : 3 * SLOTS], out.view.detach())
    view = facts[:, 3 * SLOTS : 3 * SLOTS + 6].reshape(-1, 2, 3)
    level = (view[:, 0, 0] > NO_VIEW / 2).float()
    off = functional.smooth_l1_loss(out.view, view, reduction="none", beta=0.05).mean((1, 2))
    region, verdict, read = facts[:, -3].long(), facts[:, -2], facts[:, -1]
    weight = torch.where(verdict == 1, 1.0, torch.where(verdict == 0, 0.15, 0.5)) * read
    look, cell = place_losses(out, target, x, y)
    regions = functional.cross_entropy(out.region.float(), region, ignore_index=-1, reduction="sum")
    regions = regions / (region >= 0).sum().clamp(min=1)
    judged = (verdict >= 0).float()
    readable = functional.binary_cross_entropy_with_logits(
        out.readable.float()[:, 0], verdict.clamp(min=0), reduction="none"
    )
    return {
        "chars": char_loss(out.chars, target, weight),
        "look": 0.4 * look,
        "cells": 0.3 * cell,
        "view": 2.0 * (off * level).sum() / level.sum().clamp(min=1),
        "region": 0.08 * regions,
        "readable": 0.2 * (readable * judged).sum() / judged.sum().clamp(min=1),
    }


@torch.no_grad()
def exact(reader: Reader, crops: Tensor, texts: list[str]) -> tuple[float, list[str]]:
    """Share of crops (N, H, W, 3) read exactly (folded), and the texts read."""
    reader.eval()
    said = []
    for i in range(0, len(crops), 512):
        out = reader(crops[i : i + 512].permute(0, 3, 1, 2).float() / 255)
        for row in out.chars.argmax(-1).tolist():
            said.append("".join(ALPHABET[c] for c in row if c != BLANK))
    reader.train()
    right = sum(common.fold(a) == common.fold(b) for a, b in zip(said, texts, strict=True))
    return right / max(1, len(texts)), said


def held_crops(pack: Path, kind: str = "text") -> tuple[np.ndarray[Any, Any], list[str], list[str]]:
    """Held-out Latin crops of a kind cut and fitted as the appliance does it, their texts and regions.

    A photograph's cut is left out where ocr.csv has a crop of the same text."""
    fit = Degrader(0, [])
    rows = [
        r
        for r in feed.load_rows(pack, "crops")
        if r["held"] and not r["chinese"] and r.get("kind", "text") == kind
    ]
    had = {r["text"] for r in rows if not r["wide"]}
    images, texts, regions = [], [], []
    for row in rows:
        if row["wide"] and row["text"] in had:
            continue
        image = feed.picture(pack, "crops", row)
        box = np.array(row["box"], np.float32)
        images.append(fit.fit(np.ascontiguousarray(cut(image, box)) if row["wide"] else image))
        texts.append(row["text"])
        regions.append(row["region"] or "unknown")
    return np.stack(images), texts, regions


@torch.no_grad()
def called_readable(reader: Reader, crops: Tensor) -> float:
    """Share of crops (N, H, W, 3) that the reader calls readable."""
    reader.eval()
    out = reader(crops.permute(0, 3, 1, 2).float() / 255).readable
    reader.train()
    return float((out > 0).float().mean())


def average(into: dict[str, Tensor], model: torch.nn.Module, decay: float) -> None:
    """Moves the averaged weights towards the model's."""
    with torch.no_grad():
        now = model.state_dict()
        moving = [k for k, v in now.items() if v.dtype.is_floating_point]
        torch._foreach_lerp_([into[k] for k in moving], [now[k] for k in moving], 1 - decay)


class Mean:
    """The running mean of weights that are given one after the other."""

    def __init__(self) -> None:
        self.weights: dict[str, Tensor] = {}
        self.count = 0

    def add(self, weights: dict[str, Tensor]) -> None:
        self.count += 1
        if self.count == 1:
            self.weights = {k: v.clone() for k, v in weights.items()}
            return
        for name, kept in self.weights.items():
            if kept.dtype.is_floating_point:
                kept.lerp_(weights[name], 1 / self.count)


class Pool:
    """The latest samples, kept on the accelerator: workers make fewer than it can learn from, so
    every fresh batch is followed by `replays` drawn from the pool, lit anew."""

    def __init__(self, chunks: int, replays: int, room: int = 120) -> None:
        self.chunks, self.replays, self.room = chunks, replays, room
        self.kept: list[tuple[Tensor, Tensor]] = []
        self.turn = 0

    def draw(self, source: feed.Feed, device: torch.device) -> tuple[Tensor, Tensor]:
        """Pictures (N, 3, H, W) in [0, 1] and their facts."""
        self.turn += 1
        if len(self.kept) < 8 or self.turn % (self.replays + 1) == 0:
            images, table = source.batch(self.chunks)
            fresh = (torch.from_numpy(images).to(device), torch.from_numpy(table).to(device))
            self.kept.append(fresh)
            del self.kept[: -self.room]
            return fresh[0].permute(0, 3, 1, 2).float() / 255, fresh[1]
        n = len(self.kept[0][0])
        picks = torch.randint(len(self.kept), (4,)).tolist()
        quarter = [torch.randperm(n, device=device)[: n // 4] for _ in picks]
        pictures = torch.cat([self.kept[p][0][q] for p, q in zip(picks, quarter, strict=True)])
        facts = torch.cat([self.kept[p][1][q] for p, q in zip(picks, quarter, strict=True)])
        x = pictures.permute(0, 3, 1, 2).float() / 255
        gain = torch.rand(len(x), 3, 1, 1, device=device) * 0.3 + 0.85
        lift = torch.rand(len(x), 1, 1, 1, device=device) * 0.16 - 0.08
        grain = torch.randn_like(x) * (torch.rand(len(x), 1, 1, 1, device=device) * 0.04)
        return (x * gain + lift + grain).clamp(0, 1), facts


def rate(done: float, peak: float) -> float:
    """Learning rate at the share `done` of the run: a short rise, then a cosine to near zero."""
    if done < 0.03:
        return peak * (done / 0.03 + 0.01)
    return peak * (0.5 * (1 + float(np.cos(np.pi * (done - 0.03) / 0.97))) * 0.98 + 0.02)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=9)
    parser.add_argument(
        "--span", type=float, nargs=2, default=(0.0, 1.0), help="this run's part of the schedule"
    )
    parser.add_argument("--resume", type=Path)
    parser.add_argument("--workers", type=int, default=14)
    parser.add_argument("--chunks", type=int, default=16, help="batch in chunks of 64")
    parser.add_argument("--replays", type=int, default=1)
    parser.add_argument("--peak", type=float, default=2e-3)
    parser.add_argument("--mix", type=float, nargs=5, default=(0.6, 0.27, 0.03, 0.04, 0.06))
    parser.add_argument("--state", action="store_true", help="also write what a run needs to go on")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def adam(reader: Reader, peak: float, fused: bool) -> torch.optim.AdamW:
    """Weights decay, biases and norms do not."""
    decay_on = [p for p in reader.parameters() if p.ndim >= 2]
    decay_off = [p for p in reader.parameters() if p.ndim < 2]
    groups = [{"params": decay_on, "weight_decay": 0.03}, {"params": decay_off, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=peak, fused=fused)


class Judge:
    """Figures of weights on the held-out crops, by region."""

    def __init__(self, pack: Path, device: torch.device) -> None:
        crops, self.texts, self.regions = held_crops(pack)
        self.held = torch.from_numpy(crops).to(device)
        self.poor = torch.from_numpy(held_crops(pack, "poor")[0]).to(device)
        self.reader = Reader().to(device).eval()

    def figures(self, weights: dict[str, Tensor]) -> dict[str, float]:
        """Shares of texts right, and of good and poor plates called readable."""
        self.reader.load_state_dict(weights)
        share, said = exact(self.reader, self.held, self.texts)
        by: dict[str, list[bool]] = {}
        for region, was, text in zip(self.regions, said, self.texts, strict=True):
            by.setdefault(region, []).append(common.fold(was) == common.fold(text))
        return {
            "held": round(share, 4),
            "readable": round(called_readable(self.reader, self.held), 3),
            "poor_readable": round(called_readable(self.reader, self.poor), 3),
            **{k: round(sum(v) / len(v), 3) for k, v in sorted(by.items())},
        }


class Course:
    """What is trained, and what is written on the way: the averaged weights and a log."""

    def __init__(self, args: argparse.Namespace, device: torch.device) -> None:
        self.args, self.device = args, device
        self.reader = Reader().to(device).to(memory_format=torch.channels_last)
        print("parameters", sum(p.numel() for p in self.reader.parameters()), flush=True)
        self.optimiser = adam(self.reader, args.peak, device.type == "cuda")
        self.ema = self._begun()
        self.judge, self.mean = Judge(args.pack, device), Mean()

    def _begun(self) -> dict[str, Tensor]:
        state = torch.load(self.args.resume, map_location=self.device) if self.args.resume else {}
        if state:
            load_reader(self.reader, state.get("model", state))
        if "optimiser" in state:
            self.optimiser.load_state_dict(state["optimiser"])
        if "ema" in state:
            return {k: v.to(self.device) for k, v in state["ema"].items()}
        return {k: v.detach().clone() for k, v in self.reader.state_dict().items()}

    def step(self, number: int, x: Tensor, facts: Tensor, speed: float) -> dict[str, Tensor]:
        """One step at a learning rate. Returns the losses by name."""
        for group in self.optimiser.param_groups:
            group["lr"] = speed
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            out = self.reader(x.contiguous(memory_format=torch.channels_last))
        parts = losses(out, facts)
        self.optimiser.zero_grad(set_to_none=True)
        torch.stack(list(parts.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(self.reader.parameters(), 2.0)
        self.optimiser.step()
        slow = 0.999 if self.args.resume else min(0.999, (number + 1) / (number + 10))
        average(self.ema, self.reader, slow)
        return parts

    def check(self, row: dict[str, float], late: bool) -> None:
        """Judge the averaged weights and write them; `late` ones join the mean over the run's second half."""
        out = self.args.out
        if late:
            self.mean.add(self.ema)
            torch.save(self.mean.weights, out / "reader_mean.pt")
        row = {**row, **self.judge.figures(self.ema)}
        if self.mean.count:
            row |= {f"mean_{k}": v for k, v in self.judge.figures(self.mean.weights).items()}
        print(json.dumps(row), flush=True)
        common.note(out / "reader_log.jsonl", row)
        torch.save(self.ema, out / "reader.pt")

    def save_state(self) -> None:
        """What a run needs to go on."""
        state = {
            "model": self.reader.state_dict(),
            "ema": self.ema,
            "optimiser": self.optimiser.state_dict(),
        }
        torch.save(state, self.args.out / "reader_state.pt")


def run(course: Course, source: feed.Feed) -> None:
    """Train for the minutes that the course has."""
    args, budget, start = course.args, course.args.minutes * 60, time.time()
    pool, number, terms = Pool(args.chunks, args.replays), 0, {}

    def tell() -> None:
        spent = time.time() - start
        row = {"step": number, "s": round(spent), "samples": source.made, **terms}
        course.check(row, late=number > 0 and spent > budget / 2)

    while (spent := time.time() - start) < budget:
        done = args.span[0] + (args.span[1] - args.span[0]) * spent / budget
        x, facts = pool.draw(source, course.device)
        parts = course.step(number, x, facts, rate(done, args.peak))
        number += 1
        if number % 100 == 0:
            terms = {k: round(float(v.detach()), 4) for k, v in parts.items()}
        if number % 1000 == 0:
            tell()
    tell()


def main() -> None:
    args = arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    course = Course(args, device)
    with feed.Feed(args.pack, args.seed, feed.Mix(*args.mix), args.workers) as source:
        source.batch(1)  # the workers are up before the clock starts
        run(course, source)
    if args.state:
        course.save_state()


if __name__ == "__main__":
    main()
