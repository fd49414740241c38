"""Trains the landmarks net on faces put back into surroundings, as a detector's box would show them.

    python -m models.recipes.train_landmarks --pack PACK --out RUN --minutes 4

`usable` is one where a recogniser would still know the person: the teacher embeds the face as this
crop shows it and as the pack has it, and the cosine of the two says how much was lost (0.7 counts as
half). Faces turned away, and faces of few pixels in their photograph, count less; no face, parts of
faces and badly wrong boxes count nothing.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from models.recipes import common
from models.recipes import face_views as views
from models.recipes.face_net import LANDMARK_SIDE, Landmarks, parameters
from models.recipes.face_views import Chance, Faces, Pack
from models.recipes.train_face import TEACHER_SIDE, Tutor
from models.recipes.train_reader import rate

# The crop's side over the longer side of the face's box.
CROP = 1.3
# Our detector's boxes against the teacher's, halfway: 17 % smaller, and lower by 6 % (it leaves out
# the forehead, as its labelled part does); log ratio, and share of the crop.
OWN_SCALE, OWN_LOWER = -0.085, 0.025
# Crops are drawn this large, degraded, and then made small as the appliance does.
DRAWN = 128
KEPT_HALF, KEPT_SOFT = 0.7, 0.06
# Nose off the middle of the eyes, in distances of the eyes: looking away.
AWAY_FROM, AWAY_TO = 0.3, 0.48
# Longer side of the face's box in its photograph, pixels.
SMALL_TO, SMALL_FROM = 16.0, 30.0


@dataclass(frozen=True)
class Crops:
    """Crops (B, 3, 64, 64), points (B, 5, 2) in shares, the eyes' distance (B,) in shares, whether the
    points count (B,), the verdict (B,) in 0..1 and whether it counts (B,)."""

    pictures: Tensor
    points: Tensor
    wide: Tensor
    pointed: Tensor
    usable: Tensor
    judged: Tensor


def eyes_apart(points: Tensor) -> Tensor:
    """Distance (B,) between the eyes."""
    return (points[:, 1] - points[:, 0]).norm(dim=1)


def frontal(points: Tensor) -> Tensor:
    """One for a face that looks here, nought for one turned away, by where the nose is (B,)."""
    wide = eyes_apart(points).clamp(min=1e-3)
    along = (points[:, 1] - points[:, 0]) / wide[:, None]
    nose = points[:, 2] - points[:, :2].mean(1)
    mouth = points[:, 3:].mean(1) - points[:, :2].mean(1)
    # A nose measured against eyes and mouth together: a tilted head is not a turned one.
    off = ((nose - 0.5 * mouth) * along).sum(1).abs() / wide
    tall = mouth.norm(dim=1) / wide
    turned = ((AWAY_TO - off) / (AWAY_TO - AWAY_FROM)).clamp(0, 1)
    return turned * ((2.2 - tall) / 0.6).clamp(0, 1)


def upright(pictures: Tensor, points: Tensor) -> Tensor:
    """Aligned faces at the teacher's size."""
    return functional.interpolate(views.aligned(pictures, points), (TEACHER_SIDE,) * 2, mode="bilinear")


@dataclass(frozen=True)
class Known:
    """Faces, the teacher's embeddings (N, 256) of them as they are, and whether their pictures end
    close to the face."""

    faces: Faces
    clean: Tensor
    alone: bool


def know(faces: Faces, tutor: Tutor, alone: bool) -> Known:
    """Embeds the faces of a pack."""
    rows = torch.arange(len(faces), device=faces.points.device).split(128)
    parts = [tutor.embed(upright(faces.pictures[r].float() / 255, faces.points[r])) for r in rows]
    return Known(faces, torch.cat(parts), alone)


@dataclass(frozen=True)
class Frames:
    """Where crops lie: from the crop's pixels (DRAWN wide) to the picture's, and back (B, 2, 3)."""

    to_source: Tensor
    to_crop: Tensor


class Drawer:
    """Draws crops of faces, of their surroundings, and of nothing."""

    def __init__(self, grounds: Tensor, chance: Chance, tutor: Tutor) -> None:
        self.grounds, self.chance, self.tutor = grounds, chance, tutor
        self.grid = views.lattice(DRAWN, chance.device)

    def frames(self, boxes: Tensor, hard: float) -> Frames:
        """A detector's crops of boxes (B, 4): scale, shift and turn vary with `hard`."""
        n = len(boxes)
        chance = self.chance
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2
        size = (boxes[:, 2:] - boxes[:, :2]).amax(1) * CROP
        side = size * (OWN_SCALE + chance.normal(n) * 0.13 * hard).exp()
        lower = torch.tensor([0.0, OWN_LOWER], device=boxes.device)
        shift = (lower + chance.normal(n, 2) * 0.045 * hard) * size[:, None]
        turned = torch.where(chance.hit(n, 0.35), chance.uniform(n, -0.7, 0.7), chance.normal(n) * 0.08)
        middle = torch.full((n, 2), (DRAWN - 1) / 2, device=boxes.device)
        to_source = views.about(middle, side / DRAWN, turned * min(1.0, hard), centre + shift - middle)
        return Frames(to_source, views.inverted(to_source))

    def _places(self, frames: Frames) -> Tensor:
        grid = self.grid.reshape(1, -1, 2).expand(len(frames.to_source), -1, -1)
        return views.moved(frames.to_source, grid).unflatten(1, (DRAWN, DRAWN))

    def _ground(self, n: int) -> Tensor:
        """Squares of photographs without people, turned and zoomed."""
        chance, side = self.chance, self.grounds.shape[-1]
        centre = torch.full((n, 2), (side - 1) / 2, device=chance.device)
        middle = torch.full((n, 2), (DRAWN - 1) / 2, device=chance.device)
        to_source = views.about(
            middle,
            chance.uniform(n, 0.3, 1.0) * side / DRAWN,
            chance.normal(n) * 0.3,
            centre - middle + chance.normal(n, 2) * 0.12 * side,
        )
        pictures = self.grounds[chance.picks(n, len(self.grounds))].float() / 255
        pictures = torch.where(chance.hit(n, 0.5)[:, None, None, None], pictures, pictures.flip(3))
        grid = self.grid.reshape(1, -1, 2).expand(n, -1, -1)
        places = views.moved(to_source, grid).unflatten(1, (DRAWN, DRAWN))
        return views.sample(pictures, places, "reflection")

    def seen(self, pictures: Tensor, frames: Frames, alone: bool) -> Tensor:
        """The crops of pictures (B, 3, S, S) in [0, 1]. `alone` pictures end close to the face: what
        lies outside is a ground, or the picture mirrored at its edge."""
        places = self._places(frames)
        x = views.sample(pictures, places, "reflection")
        if not alone:
            return x
        n, side = len(pictures), pictures.shape[-1]
        inside = torch.minimum(places, side - 1 - places).amin(-1)
        soft, inset = (
            self.chance.uniform(n, 0.4, 5)[:, None, None],
            self.chance.uniform(n, 0, 6)[:, None, None],
        )
        mask = torch.sigmoid((inside - inset) / soft)[:, None]
        mask = torch.where(self.chance.hit(n, 0.65)[:, None, None, None], mask, torch.ones_like(mask))
        return x * mask + self._ground(n) * (1 - mask)

    def degraded(self, x: Tensor, points: Tensor, hard: float) -> Tensor:
        """What light, lens, sensor, coding, mask and hand do; a picture's edge, filled with grey."""
        chance, n = self.chance, len(x)
        x = views.lit(x, chance, 1.1 * hard)
        x = views.dressed(x, points, chance, masks=0.1 * hard, glasses=0.05 * hard)
        x = views.hidden(x, chance, 0.08 * hard)
        x = views.blurred(x, chance, 0.4 * hard, 3.2)
        x = views.coarse(x, chance, 0.4 * hard, 0.07, 0.7)
        x = views.noisy(x, chance, 0.5 * hard, 0.1)
        x = views.coded(x, chance, 0.5 * hard)
        edge = chance.uniform(n, 0, 0.22) * DRAWN
        cut = (self.grid[..., 0] < edge[:, None, None]) & chance.hit(n, 0.06 * hard)[:, None, None]
        turn = chance.hit(n, 0.5)[:, None, None]
        cut = torch.where(turn, cut.transpose(1, 2), cut)
        cut = torch.where(chance.hit(n, 0.5)[:, None, None], cut.flip((1, 2)), cut)
        return torch.where(cut[:, None], torch.full_like(x, views.GREY), x)

    def small(self, x: Tensor) -> Tensor:
        """Crops at the net's size: by area, or by four neighbours alone."""
        size = (LANDMARK_SIDE, LANDMARK_SIDE)
        by_area = functional.avg_pool2d(x, DRAWN // LANDMARK_SIDE)
        by_line = functional.interpolate(x, size, mode="bilinear")
        return torch.where(self.chance.hit(len(x), 0.7)[:, None, None, None], by_area, by_line)

    def kept(self, x: Tensor, points: Tensor, clean: Tensor) -> Tensor:
        """How much of the identity the crops keep (B,), 0..1: aligned by the true points (in DRAWN
        pixels), embedded by the teacher, and held against the clean embeddings (B, 256)."""
        said = self.tutor.once(upright(x, points))
        return (((said * clean).sum(1) - KEPT_HALF) / KEPT_SOFT).sigmoid()

    @torch.no_grad()
    def faces(self, known: Known, which: Tensor, hard: float) -> Crops:
        """Crops of faces as a detector finds them."""
        n, source = len(which), known.faces
        mirrored = self.chance.hit(n, 0.5)
        pictures = source.pictures[which].float() / 255
        frames = self.frames(source.boxes[which], hard)
        clean = self.seen(pictures, frames, known.alone)
        points = views.moved(frames.to_crop, source.points[which])
        clean = torch.where(mirrored[:, None, None, None], clean.flip(3), clean)
        other = torch.stack([DRAWN - 1 - points[..., 0], points[..., 1]], -1)[:, [1, 0, 2, 4, 3]]
        points = torch.where(mirrored[:, None, None], other, points)
        poor = self.degraded(clean, points, hard)
        native = ((source.sides[which] - SMALL_TO) / (SMALL_FROM - SMALL_TO)).clamp(0, 1)
        fit = self.kept(poor, points, known.clean[which]) * native * frontal(points) * source.pointed[which]
        # Where masks were not told apart, only what is bad anyhow is known.
        judged = source.judged[which] | (native < 0.3)
        judged &= source.pointed[which] | (native < 0.3)
        shares = (points + 0.5) / DRAWN
        # Left is the smaller x also where a head lies on its side beyond a right angle: none is drawn.
        wide = eyes_apart(shares).clamp(min=0.12)
        return Crops(self.small(poor), shares, wide, source.pointed[which], fit, judged)

    @torch.no_grad()
    def nothing(self, n: int, source: Faces) -> Crops:
        """Grounds, and faces that the box misses: beside it, much too tight, or much too wide."""
        half = n // 2
        ground = self._ground(n - half)
        which = self.chance.picks(half, len(source))
        boxes = source.boxes[which].clone()
        side = (boxes[:, 2:] - boxes[:, :2]).amax(1, keepdim=True)
        angle = self.chance.uniform(half, 0, 6.2832)
        far = side * self.chance.uniform(half, 0.55, 0.9)[:, None]
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2
        kind = self.chance.uniform(half, 0, 1)[:, None]
        away = torch.stack([angle.cos(), angle.sin()], -1) * far
        centre = centre + torch.where(kind < 0.6, away, away * 0.3)
        ones = torch.ones_like(side)
        size = side * torch.where(kind < 0.6, ones, torch.where(kind < 0.8, 0.4 * ones, 2.6 * ones))
        wrong = self.frames(torch.cat([centre - size / 2, centre + size / 2], 1), 1.0)
        missed = self.seen(source.pictures[which].float() / 255, wrong, alone=True)
        x = torch.cat([missed, ground])
        spot = torch.full((n, 5, 2), DRAWN * 2.0, device=x.device)
        spot[:, 1, 0] += 20
        x = self.degraded(x, spot, 1.0)
        no = torch.zeros(n, device=x.device)
        some = torch.ones(n, dtype=torch.bool, device=x.device)
        return Crops(self.small(x), spot / DRAWN, no + 1, ~some, no, some)


def joined(parts: list[Crops]) -> Crops:
    """Several batches as one."""
    names = Crops.__dataclass_fields__
    return Crops(*(torch.cat([getattr(p, name) for p in parts]) for name in names))


def losses(points: Tensor, usable: Tensor, truth: Crops) -> dict[str, Tensor]:
    """Points in distances of the eyes, small errors weighing more than a square would let them;
    the verdict by cross entropy."""
    off = (points - truth.points) / truth.wide[:, None, None]
    each = (0.02 * torch.log1p(off.abs() / 0.02) + off.abs()).mean((1, 2))
    # Where little can be seen the points are a guess, and guessing well is not what they are for.
    pointed = truth.pointed * (0.3 + 0.7 * truth.usable)
    judged = truth.judged.float()
    verdict = functional.binary_cross_entropy_with_logits(usable[:, 0], truth.usable, reduction="none")
    return {
        "points": 4 * (each * pointed).sum() / pointed.sum().clamp(min=1),
        "usable": 0.5 * (verdict * judged).sum() / judged.sum().clamp(min=1),
    }


def figures(net: Landmarks, truth: Crops) -> dict[str, float]:
    """Mean error of the points in distances of the eyes over the usable faces, its 95th percentile
    over faces, and how often the verdict is on the right side of a half."""
    with torch.no_grad():
        said = [net(x) for x in truth.pictures.split(256)]
    points, usable = (torch.cat([s[i] for s in said]).float() for i in range(2))
    off = ((points - truth.points) / truth.wide[:, None, None]).norm(dim=2).mean(1)
    good = off[truth.pointed & (truth.usable > 0.5)]
    sure = truth.judged & ((truth.usable < 0.2) | (truth.usable > 0.8))
    right = (usable[sure, 0] > 0) == (truth.usable[sure] > 0.5)
    return {
        "error": round(good.mean().item(), 4),
        "error_p95": round(good.quantile(0.95).item(), 4),
        "verdicts_right": round(right.float().mean().item(), 4),
    }


class Run:
    """One training run."""

    def __init__(self, args: argparse.Namespace, device: torch.device) -> None:
        self.args, self.device, self.start, self.step = args, device, time.time(), 0
        pack, chance = Pack(args.pack, device), Chance(device)
        tutor = Tutor(args.pack, device)
        self.chance = chance
        self.drawer = Drawer(pack.grounds(False), chance, tutor)
        self.known = know(pack.faces("identity", False), tutor, alone=True)
        self.found = know(pack.faces("photo", False), tutor, alone=False)
        self.tests = self._tests(pack, Drawer(pack.grounds(True), chance, tutor))
        self.net = Landmarks().to(device).to(memory_format=torch.channels_last)
        self.optimiser = torch.optim.AdamW(self.net.parameters(), lr=args.peak, weight_decay=0.02)
        self.ema = {k: v.detach().clone() for k, v in self.net.state_dict().items()}

    def _tests(self, pack: Pack, drawer: Drawer) -> dict[str, Crops]:
        known = know(pack.faces("identity", True), drawer.tutor, alone=True)
        found = know(pack.faces("photo", True), drawer.tutor, alone=False)
        rows, more = (torch.arange(min(768, len(k.faces)), device=self.device) for k in (known, found))
        hard = [drawer.faces(known, rows, hard=1.0), drawer.nothing(256, known.faces)]
        return {
            "plain": drawer.faces(known, rows, hard=0.4),
            "hard": joined(hard),
            "photos": drawer.faces(found, more, hard=0.4),
        }

    def draw(self) -> Crops:
        """One batch: six parts known faces, two of photographs, two of nothing."""
        n = self.args.batch // 10
        known = self.chance.picks(6 * n, len(self.known.faces))
        found = self.chance.picks(2 * n, len(self.found.faces))
        return joined(
            [
                self.drawer.faces(self.known, known[: 3 * n], hard=0.5),
                self.drawer.faces(self.known, known[3 * n :], hard=1.0),
                self.drawer.faces(self.found, found, hard=0.8),
                self.drawer.nothing(2 * n, self.known.faces),
            ]
        )

    def learn(self, done: float) -> dict[str, Tensor]:
        """One step at the share `done` of the run."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate(done, self.args.peak)
        truth = self.draw()
        x = truth.pictures.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            points, usable = self.net(x)
        parts = losses(points.float(), usable.float(), truth)
        self.optimiser.zero_grad(set_to_none=True)
        torch.stack(list(parts.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 2.0)
        self.optimiser.step()
        self.step += 1
        keep = min(0.999, (self.step + 1) / (self.step + 10))
        for key, value in self.net.state_dict().items():
            if value.dtype.is_floating_point:
                self.ema[key].lerp_(value.detach(), 1 - keep)
            else:
                self.ema[key].copy_(value)
        return parts

    def check(self, parts: dict[str, Tensor]) -> None:
        """Judge the running mean, log, and write it down."""
        judged = Landmarks().to(self.device).eval()
        judged.load_state_dict(self.ema)
        row = {
            "step": self.step,
            "s": round(time.time() - self.start),
            "crops": self.step * (self.args.batch // 10) * 10,
            **{k: round(v.item(), 4) for k, v in parts.items()},
            **{k: figures(judged, test) for k, test in self.tests.items()},
        }
        common.note(self.args.out / "landmarks_log.jsonl", row)
        print(json.dumps({k: row[k] for k in ("step", "s", "plain", "photos")}), flush=True)
        torch.save({"net": self.ema}, self.args.out / "landmarks.pt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--batch", type=int, default=1280)
    parser.add_argument("--peak", type=float, default=2e-3)
    parser.add_argument("--every", type=float, default=60, help="seconds between checks")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    run = Run(args, torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    print("parameters", parameters(run.net), "faces", len(run.known.faces), len(run.found.faces), flush=True)
    budget, checked, begun = args.minutes * 60, time.time(), time.time() - run.start
    parts: dict[str, Tensor] = {}
    while (spent := time.time() - run.start) < budget:
        parts = run.learn((spent - begun) / max(1e-6, budget - begun))
        if run.step == 50 or time.time() - checked > args.every:
            run.check(parts)
            checked = time.time()
    run.check(parts)


if __name__ == "__main__":
    main()
