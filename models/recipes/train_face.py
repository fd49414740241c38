"""Trains the face embedding net from a teacher that looks at every new face.

    python -m models.recipes.train_face --pack PACK --out RUN --minutes 9 [--plan lite|dense] \
        [--start face.pt | --span A B --resume RUN/face_state.pt]

Faces of different people are mixed (regions, fine and coarse detail, shape) into faces that nobody
has; the teacher embeds the clean face and its mirror image; the student sees it degraded and badly
aligned, twice, the first time less so, and learns the teacher's embedding in the 128 directions that
hold most of it.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.recipes import common, face_figures
from models.recipes import face_views as views
from models.recipes.face_net import BODIES, EMBEDDING, FACE_SIDE, TEMPLATE, FaceNet, grown, parameters
from models.recipes.face_views import Chance, Faces, Pack
from models.recipes.teachers import Teacher
from models.recipes.train_reader import rate

TEACHER = "face-reidentification-retail-0095"
TEACHER_SIDE = 128
SCALE = TEACHER_SIDE / FACE_SIDE
# A known person's faces are drawn this far towards their common mean.
KINSHIP = 0.5
# Photographs' faces of fewer pixels teach nothing that a coarse view doesn't.
PHOTO_LEAST = 44.0
BANK_HEAT = 0.07
# Centre and half axes, in pixels of the aligned face, of what one face may lend another: eyes, nose,
# mouth, jaw; and what lies outside the last one.
REGIONS = ((56, 50, 36, 14), (56, 68, 15, 18), (56, 92, 25, 13), (56, 112, 60, 34))
INNER = (56, 68, 42, 50)


class Tutor:
    """The teacher: aligned faces (B, 3, 128, 128) to embeddings (B, 256) of length 1."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        # Its weights are stored in half precision; on a GPU it works in it.
        self.kind = torch.half if device.type == "cuda" else torch.float
        self.net = Teacher(folder / f"{TEACHER}.xml").to(device, self.kind).eval()

    @torch.no_grad()
    def once(self, faces: Tensor) -> Tensor:
        """Embeddings of the faces alone; the teacher wants blue first and 0..255."""
        x = (faces.flip(1) * 255).to(self.kind).contiguous(memory_format=torch.channels_last)
        return functional.normalize(self.net(x).float().flatten(1))

    def embed(self, faces: Tensor) -> Tensor:
        """Embeddings of faces and their mirror images."""
        one, two = self.once(torch.cat([faces, faces.flip(3)])).chunk(2)
        return functional.normalize(one + two)


@dataclass(frozen=True)
class Batch:
    """New faces: clean (B, 3, 128, 128), those of a known face (B,), which one (B,), and whether
    mirrored (B,)."""

    clean: Tensor
    known: Tensor
    which: Tensor
    mirrored: Tensor


class Mixer:
    """Makes new faces out of the training faces."""

    def __init__(self, faces: Faces, chance: Chance) -> None:
        self.faces, self.chance = faces, chance
        target = views.template(faces.points).expand(len(faces), -1, -1)
        self.to_source = views.inverted(views.similarity(faces.points, target))
        self.lattice = (views.lattice(TEACHER_SIDE, faces.points.device) + 0.5) / SCALE - 0.5

    def upright(self, which: Tensor, mirrored: Tensor, bend: Tensor | None = None) -> Tensor:
        """Faces aligned at the teacher's size; `bend` moves places, in pixels of the 112 face."""
        places = self.lattice.expand(len(which), -1, -1, -1)
        flipped = torch.stack([FACE_SIDE - 1 - places[..., 0], places[..., 1]], -1)
        places = torch.where(mirrored[:, None, None, None], flipped, places)
        if bend is not None:
            places = places + bend
        there = views.moved(self.to_source[which], places.flatten(1, 2)).unflatten(1, (TEACHER_SIDE,) * 2)
        return views.sample(self.faces.pictures[which].float() / 255, there)

    def _bend(self, n: int, most: float) -> Tensor:
        knots = self.chance.normal(n, 2, 5, 5) * self.chance.uniform(n, 0, most)[:, None, None, None]
        field = functional.interpolate(knots, (TEACHER_SIDE,) * 2, mode="bicubic", align_corners=True)
        return field.permute(0, 2, 3, 1)

    def _blob(self, region: tuple[int, int, int, int], n: int) -> Tensor:
        """A soft ellipse (n, 1, S, S), its size and place a little different for each."""
        x, y, w, h = region
        wide = self.chance.uniform(n, 0.8, 1.25)[:, None, None]
        shift = (self.chance.normal(n, 2) * 2)[:, None, None]
        off = self.lattice - torch.tensor([x, y], device=shift.device) - shift
        far = (off[..., 0] / (w * wide)) ** 2 + (off[..., 1] / (h * wide)) ** 2
        return torch.sigmoid((1 - far) * 5)[:, None]

    def _lent(self, n: int) -> Tensor:
        mask = torch.zeros(n, 1, TEACHER_SIDE, TEACHER_SIDE, device=self.lattice.device)
        for region in REGIONS:
            mask = torch.maximum(mask, self._blob(region, n) * self.chance.hit(n, 0.4).view(-1, 1, 1, 1))
        outer = (1 - self._blob(INNER, n)) * self.chance.hit(n, 0.35).view(-1, 1, 1, 1)
        return torch.maximum(mask, outer)

    def _mixed(self, a: Tensor, b: Tensor) -> Tensor:
        """One half of the batch by regions, the other by detail; b takes a's colours first."""
        spread = a.std((2, 3), keepdim=True) / b.std((2, 3), keepdim=True).clamp(min=0.02)
        b = (b - b.mean((2, 3), keepdim=True)) * spread.clamp(0.5, 2) + a.mean((2, 3), keepdim=True)
        half = len(a) // 2
        mask = self._lent(half)
        parts = a[:half] * (1 - mask) + b[:half] * mask
        fine = self.chance.uniform(len(a) - half, 0, 1).view(-1, 1, 1, 1)
        rough = self.chance.uniform(len(a) - half, 0, 1).view(-1, 1, 1, 1)
        low_a, low_b = (
            functional.interpolate(functional.avg_pool2d(v[half:], 8), scale_factor=8.0, mode="bilinear")
            for v in (a, b)
        )
        low = low_a + (low_b - low_a) * rough
        high_a, high_b = a[half:] - low_a, b[half:] - low_b
        return torch.cat([parts, low + high_a + (high_b - high_a) * fine]).clamp(0, 1)

    def batch(self, n: int, plain: float) -> Batch:
        """n faces, a share of them those of the pack, unmixed and unbent."""
        kept = int(n * plain)
        which = self.chance.picks(n, len(self.faces))
        mirrored = self.chance.hit(n, 0.5)
        known = torch.arange(n, device=which.device) < kept
        clean = self.upright(which[:kept], mirrored[:kept])
        rest = n - kept
        a = self.upright(which[kept:], mirrored[kept:], self._bend(rest, 5.0))
        other = self.chance.picks(rest, len(self.faces))
        b = self.upright(other, self.chance.hit(rest, 0.5), self._bend(rest, 5.0))
        alone = self.chance.hit(rest, 0.25)
        new = torch.where(alone[:, None, None, None], a, self._mixed(a, b))
        # The teacher's answer depends on the light, too; this much of it is part of the new face.
        new = views.lit(new, self.chance, 0.4)
        return Batch(torch.cat([clean, new]), known, which, mirrored)

    def as_given(self, batch: Batch) -> Tensor:
        """The pack's own pictures of the known faces, as they were aligned."""
        x = self.faces.pictures[batch.which].float() / 255
        return torch.where(batch.mirrored[:, None, None, None], x.flip(3), x)


class Degrader:
    """What the student sees."""

    def __init__(self, mixer: Mixer, chance: Chance) -> None:
        self.mixer, self.chance = mixer, chance
        self.points = torch.tensor(TEMPLATE, device=chance.device)[None]

    def view(self, batch: Batch, strength: float, poor: float) -> Tensor:
        """Faces (B, 3, 112, 112), misaligned; a share of them degraded; half of the known ones as given."""
        n = len(batch.clean)
        chance = self.chance
        jitter = views.about(
            torch.full((n, 2), (FACE_SIDE - 1) / 2, device=chance.device),
            (chance.normal(n) * 0.045 * strength).exp(),
            chance.normal(n) * 0.045 * strength,
            chance.normal(n, 2) * 1.8 * strength,
        )
        grid = views.lattice(FACE_SIDE, chance.device).reshape(1, -1, 2).expand(n, -1, -1)
        places = (views.moved(views.inverted(jitter), grid) + 0.5) * SCALE - 0.5
        x = views.sample(batch.clean, places.unflatten(1, (FACE_SIDE, FACE_SIDE)))
        raw = batch.known & chance.hit(n, 0.5)
        x = torch.where(raw[:, None, None, None], self.mixer.as_given(batch), x)
        spoilt = chance.groups(n, poor, 1)[0]
        return x.index_copy(0, spoilt, self._poor(x[spoilt], strength))

    def _poor(self, x: Tensor, strength: float) -> Tensor:
        points = self.points.expand(len(x), -1, -1)
        x = views.lit(x, self.chance, strength)
        x = views.dressed(x, points, self.chance, masks=0.02, glasses=0.03)
        x = views.hidden(x, self.chance, 0.1 * strength)
        x = views.blurred(x, self.chance, 0.35 * strength, 1.6 * strength)
        x = views.coarse(x, self.chance, 0.35 * strength, 0.25, 0.85)
        x = views.noisy(x, self.chance, 0.5 * strength, 0.07)
        return views.coded(x, self.chance, 0.5 * strength, 20)


@dataclass(frozen=True)
class Bank:
    """The teacher on every training face: whole (N, 256), in the shipped directions (N, 128), what a
    known face should become (N, 256), and the directions (256, 128)."""

    whole: Tensor
    short: Tensor
    wanted: Tensor
    directions: Tensor


def make_bank(mixer: Mixer, tutor: Tutor, started: FaceNet | None) -> Bank:
    """Embeds the training faces, and finds the 128 directions with most of their inner products; or
    those that a net which was trained before speaks in."""
    rows = torch.arange(len(mixer.faces), device=mixer.lattice.device)
    still = torch.zeros(256, dtype=torch.bool, device=rows.device)
    whole = torch.cat([tutor.embed(mixer.upright(r, still[: len(r)])) for r in rows.split(256)])
    # Not centred: cosines are to be kept, not distances from a mean.
    directions = torch.linalg.svd(whole, full_matrices=False)[2][:EMBEDDING].T.contiguous()
    if started is not None:
        directions = spoken(started, mixer, whole)
    names = mixer.faces.names
    people = int(names.max()) + 1
    sums = torch.zeros(people, whole.shape[1], device=rows.device).index_add_(0, names, whole)
    kin = functional.normalize(sums)[names]
    wanted = functional.normalize(whole + KINSHIP * kin)
    return Bank(whole, functional.normalize(whole @ directions), wanted, directions)


@torch.no_grad()
def spoken(net: FaceNet, mixer: Mixer, whole: Tensor) -> Tensor:
    """The orthonormal directions (256, 128) in which `net` comes nearest to the teacher (N, 256)."""
    rows = torch.arange(len(mixer.faces), device=whole.device)
    parts = [
        views.aligned(mixer.faces.pictures[r].float() / 255, mixer.faces.points[r]) for r in rows.split(256)
    ]
    said = torch.cat([functional.normalize(net.eval()(x).float()) for x in parts])
    net.train()
    left, _, right = torch.linalg.svd(whole.T @ said, full_matrices=False)
    return left @ right


def losses(student: Tensor, wanted: Tensor, bank: Bank) -> dict[str, Tensor]:
    """`angle`: to the teacher in the shipped directions. `bank`: which training faces are alike, as
    the teacher sees it. `pairs`: likeness within the batch, the more alike the heavier.

    `student` (V * B, 128) of length 1, V views one after another; `wanted` (B, 256) of length 1."""
    repeats = len(student) // len(wanted)
    wanted = wanted.repeat(repeats, 1)
    short = functional.normalize(wanted @ bank.directions)
    said = (student @ bank.short.T / BANK_HEAT).log_softmax(1)
    meant = (wanted @ bank.whole.T / BANK_HEAT).log_softmax(1)
    ours, theirs = student @ student.T, wanted @ wanted.T
    weight = 1 + 25 * (torch.maximum(ours.detach(), theirs) - 0.15).clamp(min=0)
    return {
        "angle": 1 - (student * short).sum(1).mean(),
        "bank": 0.3 * functional.kl_div(said, meant, reduction="batchmean", log_target=True),
        "pairs": 10 * (weight * (ours - theirs) ** 2).mean(),
    }


def training_faces(pack: Pack) -> Faces:
    """The faces of training identities, and those of photographs that are large enough, aligned."""
    known, found = pack.faces("identity", False), pack.faces("photo", False)
    # The mask pictures would teach masks: their faces are left to the landmarks net.
    good = found.pointed & found.judged & (found.sides >= PHOTO_LEAST)
    straight = views.aligned(found.pictures[good].float() / 255, found.points[good])
    number = int(good.sum())
    fresh = torch.arange(number, device=good.device) + int(known.names.max()) + 1
    return Faces(
        torch.cat([known.pictures, (straight * 255).round().byte()]),
        torch.cat([known.points, views.template(known.points).expand(number, -1, -1)]),
        torch.cat([known.boxes, found.boxes[good]]),
        torch.cat([known.names, fresh]),
        torch.cat([known.sides, found.sides[good]]),
        torch.cat([known.pointed, found.pointed[good]]),
        torch.cat([known.judged, found.judged[good]]),
    )


class Judge:
    """Figures on identities that nothing was trained on: as given, and aligned by the teachers' points."""

    def __init__(self, held: Faces) -> None:
        self.names = held.names.cpu().numpy()
        given = held.pictures.float() / 255
        self.sets = {"given": given, "realigned": views.aligned(given, held.points)}

    @torch.no_grad()
    def figures(self, net: FaceNet) -> dict[str, dict[str, float]]:
        """Accuracy and acceptance of both sets."""
        out = {}
        for name, pictures in self.sets.items():
            parts = [functional.normalize(net(x).float()) for x in pictures.split(256)]
            out[name] = face_figures.summary(torch.cat(parts).cpu().numpy(), self.names)
        return out


def average(ema: dict[str, Tensor], net: FaceNet, keep: float) -> None:
    """Moves the running mean of the weights."""
    state = net.state_dict()
    moving = [k for k, v in state.items() if v.dtype.is_floating_point]
    torch._foreach_lerp_([ema[k] for k in moving], [state[k] for k in moving], 1 - keep)
    for key in state.keys() - set(moving):
        ema[key].copy_(state[key])


def make_optimiser(net: FaceNet, peak: float, fused: bool) -> torch.optim.Optimizer:
    """AdamW, decay on matrices only."""
    heavy = [p for p in net.parameters() if p.ndim >= 2]
    light = [p for p in net.parameters() if p.ndim < 2]
    groups = [{"params": heavy, "weight_decay": 0.05}, {"params": light, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=peak, fused=fused)


class Run:
    """One training run: net, running mean, optimiser, log."""

    def __init__(self, args: argparse.Namespace, device: torch.device) -> None:
        self.args, self.device, self.start = args, device, time.time()
        self.chance = Chance(device)
        pack = Pack(args.pack, device)
        self.mixer = Mixer(training_faces(pack), self.chance)
        self.degrader = Degrader(self.mixer, self.chance)
        self.tutor = Tutor(args.pack, device)
        self.judge = Judge(pack.faces("identity", True))
        self.net = self._net()
        self.bank = make_bank(self.mixer, self.tutor, self.net if args.start else None)
        self.optimiser = make_optimiser(self.net, args.peak, device.type == "cuda")
        if args.resume:
            state = torch.load(args.resume, map_location=device)
            self.net.load_state_dict(state["net"])
            self.optimiser.load_state_dict(state["optimiser"])
        self.ema = {k: v.detach().clone() for k, v in self.net.state_dict().items()}
        if args.resume:
            self.ema = {k: v.to(device) for k, v in state["ema"].items()}
        self.step = 0

    def _net(self) -> FaceNet:
        net = FaceNet(self.args.plan)
        if self.args.start:
            # Runs of other seeds begin at the same place, so that their weights can be averaged.
            torch.manual_seed(0)
            net = FaceNet(self.args.plan)
            old = torch.load(self.args.start, map_location="cpu")["net"]
            net.load_state_dict(grown(old, net.state_dict()))
            torch.manual_seed(self.args.seed)
        return net.to(self.device).to(memory_format=torch.channels_last)

    def wanted(self, batch: Batch) -> Tensor:
        """The embedding (B, 256) that each face of the batch should get."""
        count = int(len(batch.known) * self.args.plain)
        new = self.tutor.embed(batch.clean[count:])
        return torch.cat([self.bank.wanted[batch.which[:count]], new])

    def learn(self, done: float) -> dict[str, Tensor]:
        """One step at the share `done` of the whole schedule."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate(done, self.args.peak)
        with torch.no_grad():
            batch = self.mixer.batch(self.args.batch, self.args.plain)
            wanted = self.wanted(batch)
            seen = torch.cat([self.degrader.view(batch, 0.5, 0.4), self.degrader.view(batch, 1.0, 0.8)])
            seen = seen.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            out = self.net(seen)
        parts = losses(functional.normalize(out.float()), wanted, self.bank)
        self.optimiser.zero_grad(set_to_none=True)
        torch.stack(list(parts.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 3.0)
        self.optimiser.step()
        self.step += 1
        keep = 0.999 if self.args.resume else min(0.999, (self.step + 1) / (self.step + 10))
        average(self.ema, self.net, keep)
        return parts

    def check(self, parts: dict[str, Tensor]) -> None:
        """Judge the running mean, log, and write it down."""
        judged = FaceNet(self.args.plan).to(self.device).eval()
        judged.load_state_dict(self.ema)
        row = {
            "plan": self.args.plan,
            "step": self.step,
            "s": round(time.time() - self.start),
            "faces": self.step * self.args.batch,
            **{k: round(v.item(), 4) for k, v in parts.items()},
            **self.judge.figures(judged),
        }
        common.note(self.args.out / "face_log.jsonl", row)
        print(json.dumps({k: row[k] for k in ("step", "s", "angle", "given")}), flush=True)
        torch.save({"plan": self.args.plan, "net": self.ema}, self.args.out / "face.pt")

    def save(self) -> None:
        """What another run needs to go on."""
        state = {
            "plan": self.args.plan,
            "net": self.net.state_dict(),
            "ema": self.ema,
            "optimiser": self.optimiser.state_dict(),
        }
        torch.save(state, self.args.out / "face_state.pt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=9)
    parser.add_argument("--plan", choices=sorted(BODIES), default="lite")
    parser.add_argument(
        "--span", type=float, nargs=2, default=(0.0, 1.0), help="this run's part of the schedule"
    )
    parser.add_argument("--resume", type=Path)
    parser.add_argument("--start", type=Path, help="a checkpoint whose net is trained on, or grown")
    parser.add_argument("--batch", type=int, default=512, help="new faces a step, each seen twice")
    parser.add_argument("--plain", type=float, default=0.1, help="share of unmixed faces")
    parser.add_argument("--peak", type=float, default=2e-3)
    parser.add_argument("--every", type=float, default=60, help="seconds between checks")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    np.random.seed(args.seed)
    random.seed(args.seed)
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    run = Run(args, torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    print("parameters", parameters(run.net), "faces", len(run.mixer.faces), flush=True)
    # The clock runs from the program's start: the whole call has a limit.
    budget, checked = args.minutes * 60, time.time()
    begun = time.time() - run.start
    parts: dict[str, Tensor] = {}
    while (spent := time.time() - run.start) < budget:
        share = (spent - begun) / max(1e-6, budget - begun)
        parts = run.learn(args.span[0] + (args.span[1] - args.span[0]) * share)
        if run.step == 50 or time.time() - checked > args.every:
            run.check(parts)
            checked = time.time()
    run.check(parts)
    run.save()


if __name__ == "__main__":
    main()
