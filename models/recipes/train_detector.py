"""Trains the detector; pictures are put together and lit on the accelerator.

    python -m models.recipes.train_detector --pack PACK --out DIR --minutes 9 [--resume FILE]

Pictures come in the sizes of `detector_plan.SHAPES`. Leaves `detector.pt` (averaged weights) and, with
`--state`, `detector_state.pt` (to go on from).
"""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from models.recipes import boxes as boxlib
from models.recipes import common, feed
from models.recipes.common import DETECTOR_CLASSES, FACE_CLASS, PLATE_CLASS
from models.recipes.detector_net import Detector, cells
from models.recipes.detector_plan import LAYERS, PASTES, Plans
from models.recipes.plates import Renderer
from models.recipes.train_reader import average, rate

SIZES = (416, 640)
PHOTO = 640
PLATE_WEIGHT = 1.5
GREY = boxlib.FILL / 255
VEHICLES = (0, 1, 2, 3)
LIBRARY = (64, 160)


@dataclass
class Album:
    """Everything the pictures are made of, on the accelerator: photographs in three sizes
    (N, 3, S, S) uint8, their sizes (N, 2), what each leaves unlabelled (N, classes), and rendered
    plates (M, 3, 64, 160) uint8."""

    photos: list[Tensor]
    sizes: Tensor
    masked: Tensor
    plates: Tensor
    plate_aspects: np.ndarray[Any, Any]


def build_album(
    pack: Path, rows: list[dict[str, Any]], plates: int, seed: int, device: torch.device
) -> Album:
    """Decodes the pack and renders plates to paste."""
    canvas = np.zeros((len(rows), PHOTO, PHOTO, 3), np.uint8)

    def put(i: int) -> None:
        image = feed.picture(pack, "images", rows[i])
        canvas[i, : image.shape[0], : image.shape[1]] = image

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(len(rows))))
    full = torch.from_numpy(canvas).permute(0, 3, 1, 2).contiguous().to(device)
    levels = [full]
    for _ in range(2):
        small = [functional.avg_pool2d(p.float(), 2).round().to(torch.uint8) for p in levels[-1].split(64)]
        levels.append(torch.cat(small))
    masked = torch.zeros(len(rows), len(DETECTOR_CLASSES), dtype=torch.bool)
    for i, row in enumerate(rows):
        for kind in row["unlabelled"]:
            for c in VEHICLES if kind == "vehicle" else (PLATE_CLASS,):
                masked[i, c] = True
    renderer = Renderer(pack / "fonts", seed)
    drawn = [renderer.plate().image for _ in range(plates)]
    library = np.stack([cv2.resize(p, LIBRARY[::-1], interpolation=cv2.INTER_AREA) for p in drawn])
    sizes = torch.tensor([[r["width"], r["height"]] for r in rows], dtype=torch.float32)
    aspects = np.array([p.shape[1] / p.shape[0] for p in drawn], np.float32)
    plates_t = torch.from_numpy(library).permute(0, 3, 1, 2).contiguous().to(device)
    return Album(levels, sizes.to(device), masked.to(device), plates_t, aspects)


def compose(album: Album, plan: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Pictures (B, 3, H, W) in [0, 1] and, for each pixel, the photograph's index or -1."""
    device = album.sizes.device
    b = plan["photo"].shape[1]
    width, height = plan["size"].tolist()
    ys, xs = torch.meshgrid(
        torch.arange(height, device=device) + 0.5,
        torch.arange(width, device=device) + 0.5,
        indexing="ij",
    )
    out = torch.full((b, 3, height, width), GREY, device=device)
    owner = torch.full((b, height, width), -1, dtype=torch.int32, device=device)
    ones = torch.ones_like(xs)
    points = torch.stack([xs, ys, ones], -1).reshape(1, -1, 3)
    for k in range(LAYERS):
        for level, photos in enumerate(album.photos):
            pick = ((plan["photo"][k] >= 0) & (plan["level"][k] == level)).nonzero()[:, 0]
            if not len(pick):
                continue
            photo = plan["photo"][k, pick]
            at = (points @ plan["matrix"][k, pick].transpose(1, 2)).reshape(-1, height, width, 2)
            grid = at / (PHOTO / 2) - 1
            part = functional.grid_sample(photos[photo].float() / 255, grid, align_corners=False)
            rect = plan["rect"][k, pick][:, :, None, None]
            here = (xs >= rect[:, 0]) & (xs < rect[:, 2]) & (ys >= rect[:, 1]) & (ys < rect[:, 3])
            size = album.sizes[photo][:, None, None]
            seen = here & (at >= 0).all(-1) & (at < size).all(-1)
            out[pick] = torch.where(seen[:, None], part, out[pick])
            owner[pick] = torch.where(here, photo[:, None, None].int(), owner[pick])
    for k in range(PASTES):
        paste(album, plan["pastes"][:, k], out, xs, ys)
    return out, owner


def paste(album: Album, rows: Tensor, out: Tensor, xs: Tensor, ys: Tensor) -> None:
    """Puts rendered plates over labelled ones, as bright as what they hide."""
    pick = (rows[:, 4] >= 0).nonzero()[:, 0]
    if not len(pick):
        return
    r = rows[pick]
    u = (xs - r[:, 0, None, None]) / (r[:, 2] - r[:, 0])[:, None, None] * 2 - 1
    v = (ys - r[:, 1, None, None]) / (r[:, 3] - r[:, 1])[:, None, None] * 2 - 1
    inside = ((u.abs() <= 1) & (v.abs() <= 1))[:, None].float()
    plate = functional.grid_sample(
        album.plates[r[:, 4].long()].float() / 255, torch.stack([u, v], -1), align_corners=False
    )
    under = out[pick]
    area = inside.sum((2, 3), keepdim=True).clamp(min=1)
    ratio = (
        (under * inside).sum((1, 2, 3), keepdim=True)
        / area
        / 3
        / ((plate * inside).sum((1, 2, 3), keepdim=True) / area / 3 + 0.02)
    )
    plate = plate * ratio.clamp(0.15, 1.3)
    alpha = inside * r[:, 5, None, None, None]
    out[pick] = under * (1 - alpha) + plate * alpha


def light(x: Tensor, rng: torch.Generator) -> Tensor:
    """Exposure, colour, night, blur, noise, glare and rain at random, each picture its own."""
    b, device = x.shape[0], x.device

    def u(low: float, high: float, *shape: int) -> Tensor:
        return torch.rand(b, *(shape or (1, 1, 1)), generator=rng, device=device) * (high - low) + low

    def some(p: float) -> Tensor:
        return (torch.rand(b, 1, 1, 1, generator=rng, device=device) < p).float()

    def mix(old: Tensor, new: Tensor, p: float) -> Tensor:
        m = some(p)
        return old * (1 - m) + new * m

    grey = x.mean(1, keepdim=True)
    x = mix(x, grey + (x - grey) * u(0.2, 1.8), 0.5)
    x = mix(x, grey.expand_as(x), 0.08)
    x = mix(x, x * u(0.75, 1.25, 3, 1, 1), 0.5)
    x = mix(x, x * u(0.4, 1.4, 3, 1, 1), 0.06)
    x = mix(x, x.clamp(min=1e-3) ** u(0.55, 1.9), 0.5)
    x = mix(x, (x - 0.5) * u(0.55, 1.4) + 0.5 + u(-0.15, 0.15), 0.5)
    x = mix(x, x * u(0.1, 0.45) + u(0, 0.05), 0.1)
    low = functional.avg_pool2d(x, 3, 1, 1)
    x = mix(x, low, 0.12)
    x = mix(x, functional.avg_pool2d(low, 5, 1, 2), 0.04)
    x = mix(x, functional.avg_pool2d(x, (1, 7), 1, (0, 3)), 0.04)
    field = torch.rand(b, 1, 4, 4, generator=rng, device=device)
    shade = functional.interpolate(field, x.shape[2:], mode="bilinear", align_corners=False)
    x = mix(x, x * (0.4 + 1.0 * shade), 0.15)
    spots = (torch.rand(b, 1, 7, 7, generator=rng, device=device) > 0.93).float()
    glow = functional.interpolate(spots, x.shape[2:], mode="bicubic", align_corners=False).clamp(0, 1)
    x = mix(x, x + glow * u(0.2, 0.9), 0.08)
    drops = (torch.rand(b, 1, x.shape[2] // 8, x.shape[3], generator=rng, device=device) > 0.985).float()
    rain = functional.interpolate(drops, x.shape[2:], mode="bilinear", align_corners=False)
    x = mix(x, x + rain * u(0.1, 0.4), 0.05)
    noise = torch.randn(x.shape, generator=rng, device=device)
    return mix(x, x + noise * u(0.005, 0.07), 0.3).clamp(0, 1)


def box_loss(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """IoU (plain) and one minus the complete IoU of matching boxes (N, 4)."""
    low, high = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    inner = (high - low).clamp(min=0).prod(-1)
    wa, wb = a[:, 2:] - a[:, :2], b[:, 2:] - b[:, :2]
    iou = inner / (wa.prod(-1) + wb.prod(-1) - inner).clamp(min=1e-6)
    hull = torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])
    apart = (
        (((a[:, :2] + a[:, 2:]) - (b[:, :2] + b[:, 2:])) ** 2).sum(-1) / 4 / (hull**2).sum(-1).clamp(min=1e-6)
    )
    shape = (4 / torch.pi**2) * (
        torch.atan(wb[:, 0] / wb[:, 1].clamp(min=1e-3)) - torch.atan(wa[:, 0] / wa[:, 1].clamp(min=1e-3))
    ) ** 2
    with torch.no_grad():
        weigh = shape / (1 - iou + shape).clamp(min=1e-6)
    return iou.detach(), 1 - (iou - apart - weigh * shape)


@torch.no_grad()
def assign(
    scores: Tensor,
    boxes: Tensor,
    truth: Tensor,
    valid: Tensor,
    centres: Tensor,
    strides: Tensor,
    best: int = 10,
) -> tuple[Tensor, Tensor]:
    """Task-aligned assignment: for each cell the index of its box or -1, and its target score.

    scores (B, N, C), boxes (B, N, 4), truth (B, M, 7), valid (B, M)."""
    b, n, _ = scores.shape
    m = truth.shape[1]
    t = truth[..., :4]
    low = torch.maximum(t[:, :, None, :2], boxes[:, None, :, :2])
    high = torch.minimum(t[:, :, None, 2:], boxes[:, None, :, 2:])
    inner = (high - low).clamp(min=0).prod(-1)
    size_t = (t[..., 2:] - t[..., :2]).clamp(min=0).prod(-1)
    size_b = (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(-1)
    iou = inner / (size_t[..., None] + size_b[:, None] - inner).clamp(min=1e-6)
    kind = truth[..., 4].long()
    score = scores.gather(2, kind[:, None].expand(b, n, m)).transpose(1, 2)
    # Small boxes may hold no cell's centre: they reach at least one stride around their middle.
    middle = (t[..., :2] + t[..., 2:]) / 2
    half = torch.maximum((t[..., 2:] - t[..., :2])[:, :, None] / 2, strides[None, None, :, None] * 0.8)
    near = ((centres[None, None] - middle[:, :, None]).abs() < half).all(-1)
    # ... but only of the finest strides that suit their size.
    fits = strides[None, None] * 1.5 <= torch.maximum(
        (size_t.sqrt() * 2)[..., None], torch.full_like(strides, 12.0)
    )
    align = score.clamp(min=1e-6).sqrt() * (iou.clamp(min=1e-3) ** 3) * (near & fits & valid[..., None])
    top = align.topk(best, -1).values[..., -1:].clamp(min=1e-12)
    chosen = (align >= top) & (align > 0)
    rank = torch.where(chosen, iou + 1e-3, torch.zeros_like(iou))
    value, owner = rank.max(1)
    taken = value > 0
    mine = torch.zeros_like(chosen).scatter_(1, owner[:, None], taken[:, None])
    align = align * mine
    peak = align.amax(-1, keepdim=True).clamp(min=1e-12)
    peak_iou = (iou * mine).amax(-1, keepdim=True)
    target = (align / peak * peak_iou.clamp(min=0.2)).amax(1)
    return torch.where(taken, owner, torch.full_like(owner, -1)), target


def unsure_cells(truth: Tensor, count: Tensor, centres: Tensor, strides: Tensor) -> Tensor:
    """(B, N, classes): True where an unsure box asks for silence about its class."""
    m = truth.shape[1]
    live = (torch.arange(m, device=truth.device) < count[:, None]) & (truth[..., 5] == 0)
    pad = strides[None, None, :, None] * 0.5
    inside = (
        (centres[None, None] >= truth[:, :, None, :2] - pad)
        & (centres[None, None] <= truth[:, :, None, 2:4] + pad)
    ).all(-1)
    inside &= live[..., None]
    out = torch.zeros(
        truth.shape[0],
        centres.shape[0],
        len(DETECTOR_CLASSES),
        dtype=torch.bool,
        device=truth.device,
    )
    kind = truth[..., 4].long()
    for group in ((PLATE_CLASS,), (FACE_CLASS,), VEHICLES):
        of = torch.zeros_like(kind, dtype=torch.bool)
        for c in group:
            of |= kind == c
        hit = (inside & of[..., None]).any(1)
        for c in group:
            out[..., c] |= hit
    return out


def losses(
    kinds: Tensor,
    boxes: Tensor,
    plan: dict[str, Tensor],
    owner: Tensor,
    album: Album,
    centres: Tensor,
    strides: Tensor,
) -> dict[str, Tensor]:
    """Class and box terms of a batch."""
    truth, count = plan["boxes"], plan["count"]
    m = truth.shape[1]
    valid = (torch.arange(m, device=truth.device) < count[:, None]) & (truth[..., 5] > 0)
    kinds = kinds.float()
    index, target_score = assign(kinds.sigmoid(), boxes, truth, valid, centres, strides)
    positive = index >= 0
    mine = truth.gather(1, index.clamp(min=0)[..., None].expand(-1, -1, truth.shape[2]))
    target = torch.zeros_like(kinds)
    target.scatter_(2, mine[..., 4:5].long(), (target_score * positive)[..., None])
    weight = torch.ones_like(kinds)
    silent = unsure_cells(truth, count, centres, strides) & (target == 0)
    at = centres.long()
    photo = owner[:, at[:, 1], at[:, 0]].long()
    silent |= (album.masked[photo.clamp(min=0)] & (photo >= 0)[..., None]) & (target == 0)
    untyped = positive & (mine[..., 6] == 0)
    for c in (1, 2):
        silent[..., c] |= untyped
    weight[..., PLATE_CLASS] = PLATE_WEIGHT
    weight = weight.masked_fill(silent, 0.0)
    bce = functional.binary_cross_entropy_with_logits(kinds, target, reduction="none")
    norm = target_score[positive].sum().clamp(min=1)
    # Negatives fade with the square of their score, as in quality focal loss.
    modulate = (target - kinds.sigmoid()).abs().detach() ** 1.5 * 2
    class_term = (bce * weight * torch.where(target > 0, 1.0, modulate.clamp(max=1))).sum() / norm
    _, far = box_loss(boxes[positive], mine[..., :4][positive])
    heavy = torch.where(mine[..., 4][positive] == PLATE_CLASS, PLATE_WEIGHT, 1.0)
    box_term = (far * heavy * target_score[positive]).sum() / norm
    return {"kinds": class_term, "boxes": 5.0 * box_term}


@torch.no_grad()
def judge(
    net: Detector,
    rows: list[dict[str, Any]],
    pictures: Tensor,
    scales: list[float],
    least: float = 0.25,
) -> dict[str, float]:
    """Plates found and false on held photographs of one size; vehicles and faces found."""
    size = pictures.shape[2]
    net.eval()
    kinds, boxes = [], []
    for part in pictures.split(32):
        k, b = net(part.permute(0, 3, 1, 2).float() / 255)
        kinds.append(k.sigmoid().float().cpu())
        boxes.append(b.float().cpu())
    score, box = torch.cat(kinds).numpy(), torch.cat(boxes).numpy()
    tally: dict[str, list[float]] = {}

    def count(name: str, hits: Any, total: int) -> None:
        entry = tally.setdefault(name, [0.0, 0.0])
        entry[0] += float(hits)
        entry[1] += total

    for i, row in enumerate(rows):
        truth = np.array(row["boxes"], np.float32).reshape(-1, 7)
        truth[:, :4] *= scales[i]
        sides = {"plate": (PLATE_CLASS,), "vehicle": VEHICLES, "face": (FACE_CLASS,)}
        for name, classes in sides.items():
            if name in row["unlabelled"] or (name == "plate" and row["source"] in ("facemask",)):
                continue
            want = truth[np.isin(truth[:, 4], classes)]
            if name == "plate":
                want_now = want[(want[:, 2] - want[:, 0]) >= 0.03 * size]
                large = want[(want[:, 2] - want[:, 0]) >= 0.08 * size]
            else:
                want_now = large = want[(want[:, 5] > 0) & (want[:, 2] - want[:, 0] >= 20)]
            got, _ = boxlib.found(box[i], score[i][:, list(classes)].max(1), least)
            hit = boxlib.overlap(want_now[:, :4], got).max(1, initial=0) >= 0.5
            count(name, hit.sum(), len(hit))
            count(
                name + "_large",
                (boxlib.overlap(large[:, :4], got).max(1, initial=0) >= 0.5).sum(),
                len(large),
            )
            if name == "plate":
                wrong = boxlib.overlap(got, want[:, :4]).max(1, initial=0) < 0.3
                count("plate_false_per_photo", wrong.sum(), 1)
                if row["source"] != "experiment_plates":
                    of = boxlib.overlap(large[:, :4], got).max(1, initial=0)
                    count("plate_large_photos", (of >= 0.5).sum(), len(of))
                    count("plate_photos", hit.sum(), len(hit))
    net.train()
    return {k: round(a / max(n, 1), 4) for k, (a, n) in tally.items()}


def held_views(
    pack: Path, rows: list[dict[str, Any]], size: int, device: torch.device
) -> tuple[Tensor, list[float]]:
    """The held-out photographs letterboxed to `size` (N, size, size, 3), and their scales."""
    shown = [boxlib.letterbox(feed.picture(pack, "images", r), size) for r in rows]
    return torch.from_numpy(np.stack([s[0] for s in shown])).to(device), [s[1] for s in shown]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=9)
    parser.add_argument("--span", type=float, nargs=2, default=(0.0, 1.0))
    parser.add_argument("--resume", type=Path)
    parser.add_argument("--batch", type=int, default=128, help="pictures of 416 x 416; fewer of larger ones")
    parser.add_argument("--plates", type=int, default=3000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--peak", type=float, default=2e-3)
    parser.add_argument("--mosaic", type=float, default=0.38, help="share of mosaics of four photographs")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--state", action="store_true", help="also write what a run needs to go on")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    every = feed.load_rows(args.pack, "images")
    rows = [r for r in every if not r["held"]][: args.limit]
    held = [r for r in every if r["held"]][: args.limit]
    cv2.setNumThreads(1)
    begun = time.time()
    album = build_album(args.pack, rows, args.plates, args.seed, device)
    views = [held_views(args.pack, held, size, device) for size in SIZES]
    print("album ready", round(time.time() - begun), "s", flush=True)
    net = Detector().to(device).to(memory_format=torch.channels_last)
    print("parameters", sum(p.numel() for p in net.parameters()), flush=True)
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in net.parameters() if p.ndim >= 2], "weight_decay": 0.03},
            {"params": [p for p in net.parameters() if p.ndim < 2], "weight_decay": 0.0},
        ],
        lr=args.peak,
        fused=device.type == "cuda",
    )
    state: dict[str, Any] = torch.load(args.resume, map_location=device) if args.resume else {}
    if state:
        net.load_state_dict(state.get("model", state))
        if "optimiser" in state:
            optimiser.load_state_dict(state["optimiser"])
    ema = {k: v.detach().clone() for k, v in (state.get("ema") or net.state_dict()).items()}
    plans = iter(
        DataLoader(
            Plans(rows, args.batch * 416 * 416, args.seed, album.plate_aspects, args.mosaic),
            batch_size=None,
            num_workers=args.workers,
        )
    )
    rng = torch.Generator(device).manual_seed(args.seed)
    grid = lru_cache(lambda w, h: tuple(t.to(device) for t in cells(h, w)))
    watcher = Detector().to(device)

    def check(step: int, terms: dict[str, float]) -> None:
        watcher.load_state_dict(ema)
        row = {
            "step": step,
            "s": round(time.time() - start),
            **{f"{k}@{v[0].shape[2]}": x for v in views for k, x in judge(watcher, held, *v).items()},
            **{k: round(v, 4) for k, v in terms.items()},
        }
        print(json.dumps(row), flush=True)
        common.note(args.out / "detector_log.jsonl", row)
        torch.save(ema, args.out / "detector.pt")

    start = time.time()
    budget = args.minutes * 60
    step, terms, checked = 0, {}, 0.0
    while (spent := time.time() - start) < budget:
        for group in optimiser.param_groups:
            group["lr"] = rate(args.span[0] + (args.span[1] - args.span[0]) * spent / budget, args.peak)
        plan = {k: v if k == "size" else v.to(device, non_blocking=True) for k, v in next(plans).items()}
        centres, strides = grid(*plan["size"].tolist())
        with torch.no_grad():
            x, owner = compose(album, plan)
            x = light(x, rng)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            kinds, boxes = net(x.contiguous(memory_format=torch.channels_last))
        parts = losses(kinds, boxes.float(), plan, owner, album, centres, strides)
        optimiser.zero_grad(set_to_none=True)
        torch.stack(list(parts.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 10.0)
        optimiser.step()
        average(ema, net, 0.999 if args.resume else min(0.999, (step + 1) / (step + 10)))
        step += 1
        if step % 100 == 0:
            terms = {k: float(v) for k, v in parts.items()}
        if time.time() - start - checked > budget / 8:
            checked = time.time() - start
            check(step, terms)
    check(step, terms)
    if args.state:
        state = {"model": net.state_dict(), "ema": ema, "optimiser": optimiser.state_dict()}
        torch.save(state, args.out / "detector_state.pt")


if __name__ == "__main__":
    main()
