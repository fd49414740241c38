"""Trains the vehicle net: first `members` teachers on what was labelled by eye, then one student of them all.

    python -m models.recipes.train_vehicle --pack PACK --out RUN --minutes M [--start detector.pt] [--seed S]
    python -m models.recipes.train_vehicle --pack PACK --out RUN --minutes M --student vehicle.pt

The second form lets a student of before learn from the labels alone, where more came later.
The trunk begins with the detector's weights (PACK/trunk.pt unless told). Vehicles without a label are
learnt from the teachers' mean, and from the bodies that their kind allows. RUN gets `vehicle.pt`,
`vehicle_teachers.pt` (on the way and at the end) and `vehicle_log.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.recipes import camera, common, vehicle_data
from models.recipes.camera import between, chance
from models.recipes.contracts import BODIES, COLOURS
from models.recipes.live_data import Image
from models.recipes.paint import repaint
from models.recipes.train_reader import average, rate
from models.recipes.vehicle_net import SIZE, Vehicle

WIDEN = 0.04
# Names that people, too, give to the same vehicle.
NEAR_COLOURS = (
    ("white", "silver"),
    ("silver", "grey"),
    ("grey", "black"),
    ("white", "beige"),
    ("silver", "beige"),
    ("beige", "brown"),
    ("red", "orange"),
    ("red", "brown"),
    ("orange", "yellow"),
    ("blue", "black"),
    ("green", "black"),
)
NEAR_BODIES = (
    ("sedan", "hatchback"),
    ("hatchback", "wagon"),
    ("sedan", "wagon"),
    ("wagon", "suv"),
    ("hatchback", "suv"),
    ("sedan", "coupe"),
    ("hatchback", "coupe"),
    ("suv", "van"),
    ("suv", "pickup"),
    ("van", "truck"),
    ("van", "bus"),
    ("pickup", "truck"),
)


@dataclass(frozen=True)
class Stock:
    """Vehicles on the accelerator: `pictures` (N, 3, h, w) uint8, `boxes` (N, 4) shares, labels
    `colour` (N, 12) and `body` (N, 10) (rows of 0 where unknown), `allowed` (N, 10)."""

    pictures: Tensor
    boxes: Tensor
    colour: Tensor
    body: Tensor
    allowed: Tensor
    names: list[str]


def stock(rows: list[tuple[vehicle_data.Vehicle, Image]], device: torch.device) -> Stock:
    """Vehicles, moved."""
    images = torch.from_numpy(np.stack([image for _, image in rows])).permute(0, 3, 1, 2).contiguous()
    facts = [v for v, _ in rows]
    return Stock(
        images.to(device),
        torch.tensor([v.box for v in facts], device=device),
        torch.tensor([v.colour for v in facts], device=device),
        torch.tensor([v.body for v in facts], device=device),
        torch.tensor([v.allowed for v in facts], device=device),
        [v.image for v in facts],
    )


def near(words: list[str], pairs: tuple[tuple[str, str], ...], device: torch.device) -> Tensor:
    """(n, n) of 0 and 1: names that lie beside one another, and each beside itself."""
    table = torch.eye(len(words), device=device)
    for a, b in pairs:
        table[words.index(a), words.index(b)] = table[words.index(b), words.index(a)] = 1
    return table


def softened(labels: Tensor, table: Tensor, share: float) -> Tensor:
    """A share of each label given to its neighbours, a little to all; unknown rows stay 0."""
    beside = table - torch.eye(len(table), device=table.device)
    beside = beside / beside.sum(1, keepdim=True).clamp(min=1)
    known = labels.sum(1, keepdim=True)
    return labels * (1 - share) + (labels @ beside) * (share * 0.8) + known * (share * 0.2 / labels.shape[1])


def _crops(source: Stock, picks: Tensor, jitter: float, turn: float) -> Tensor:
    """The vehicles' crops of SIZE from boxes with jittered sides, turned and mirrored."""
    n, device = len(picks), source.pictures.device
    box = source.boxes[picks]
    size = (box[:, 2:] - box[:, :2]).repeat(1, 2)
    outward = torch.tensor([-1.0, -1.0, 1.0, 1.0], device=device)
    sides = box + outward * size * (WIDEN + (torch.rand(n, 4, device=device) * 2.6 - 1) * jitter)
    sides = sides.clamp(0, 1) * 2 - 1
    centre, half = (sides[:, :2] + sides[:, 2:]) / 2, (sides[:, 2:] - sides[:, :2]) / 2
    angle = (torch.rand(n, device=device) * 2 - 1) * turn
    mirror = 1.0 - 2.0 * (torch.rand(n, device=device) < 0.5) if jitter else torch.ones(n, device=device)
    skew = (torch.rand(n, device=device) * 2 - 1) * turn
    across = torch.stack(
        [mirror * torch.cos(angle) * half[:, 0], -torch.sin(angle + skew) * half[:, 0], centre[:, 0]], 1
    )
    down = torch.stack(
        [mirror * torch.sin(angle) * half[:, 1], torch.cos(angle) * half[:, 1], centre[:, 1]], 1
    )
    grid = functional.affine_grid(torch.stack([across, down], 1), [n, 3, *SIZE], align_corners=False)
    pictures = source.pictures[picks].float() / 255
    return functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False).clamp(0, 1)


def plain(source: Stock, picks: Tensor) -> Tensor:
    """Crops as the appliance cuts them."""
    return _crops(source, picks, 0.0, 0.0)


def spoiled(x: Tensor) -> Tensor:
    """Through weather, dusk and a camera, as far as colours keep their names."""
    n, device = len(x), x.device
    x = camera.light(x, cast=0.06, contrast=0.3, colour=0.25)
    haze = chance(n, 0.12, device) * between(n, 0.05, 0.35, device)
    x = x * (1 - haze) + between(n, 0.5, 0.9, device) * haze
    sigma = between(n, 0, 1, device) ** 2 * 1.5 + 0.1
    x = camera.noise(camera.blur(x, sigma + chance(n, 0.1, device) * 1.2, sigma), 0.06)
    if torch.rand(()) < 0.45:
        x = camera.coarse(x, float(torch.rand(())) * 0.6 + 0.35)
    coded = camera.jpeg(x, between(n, 22, 96, device))
    which = chance(n, 0.6, device)
    return coded * which + x * (1 - which)


def hidden(x: Tensor) -> Tensor:
    """A part covered by another picture's, as cars cover cars, or by a plain patch."""
    n, _, h, w = x.shape
    y0, x0 = between(n, -0.3, 1.0, x.device), between(n, -0.3, 1.0, x.device)
    tall, wide = between(n, 0.1, 0.5, x.device), between(n, 0.08, 0.4, x.device)
    rows = torch.linspace(0, 1, h, device=x.device).view(1, 1, h, 1)
    columns = torch.linspace(0, 1, w, device=x.device).view(1, 1, 1, w)
    cover = ((rows > y0) & (rows < y0 + tall) & (columns > x0) & (columns < x0 + wide)).float()
    cover = cover * chance(n, 0.35, x.device)
    flat = chance(n, 0.4, x.device)
    other = x.roll(1, 0) * (1 - flat) + torch.rand(n, 3, 1, 1, device=x.device) * flat
    return x * (1 - cover) + other * cover


def mixed(x: Tensor, colour: Tensor, body: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Half of the pictures blended with others, or a side of them taken from others; labels in the same
    shares. With few labels, nets learn them by heart otherwise."""
    n, _, _, w = x.shape
    share = torch.rand(n, device=x.device) * 0.5
    share = torch.where(torch.rand(n, device=x.device) < 0.5, share, torch.zeros_like(share))
    # Labels of which only one of two pictures has one stay with that picture.
    whole = (colour.sum(1) > 0) & (body.sum(1) > 0)
    share = share * (whole & whole.roll(1)).float()
    column = (torch.arange(w, device=x.device) + 0.5) / w
    side = (column[None] < share[:, None]).float().view(n, 1, 1, w)
    cut = chance(n, 0.4, x.device)
    part = side * cut + share.view(n, 1, 1, 1) * (1 - cut)
    x = x * (1 - part) + x.roll(1, 0) * part
    share = share[:, None]
    return (
        x,
        colour * (1 - share) + colour.roll(1, 0) * share,
        body * (1 - share) + body.roll(1, 0) * share,
    )


def weights(source: Stock) -> Tensor:
    """How often each labelled vehicle is drawn: rare colours and bodies more."""
    total = torch.zeros(len(source.colour), device=source.colour.device)
    for labels in (source.colour, source.body):
        often = labels.sum(0).clamp(min=1)
        total += (labels / often.sqrt()).sum(1)
    return total


def cross(logits: Tensor, target: Tensor) -> Tensor:
    """Cross entropy to shares; rows of 0 count nothing."""
    logs = logits.float().log_softmax(1)
    return -(target * logs).sum() / target.sum().clamp(min=1)


def possible(logits: Tensor, allowed: Tensor) -> Tensor:
    """How little is given to the bodies that the kind allows."""
    chosen = (logits.float().softmax(1) * allowed).sum(1).clamp(min=1e-4)
    return -chosen.log().mean()


class Trainer:
    """One net, its average and its optimiser."""

    def __init__(self, start: dict[str, Tensor] | None, peak: float, device: torch.device) -> None:
        self.net = Vehicle().to(device)
        if start is not None:
            self.net.begin(start)
        self.net = self.net.to(memory_format=torch.channels_last)
        self.mean = Vehicle().to(device).eval().requires_grad_(False)
        self.mean.load_state_dict(self.net.state_dict())
        trunk = [p for k, p in self.net.named_parameters() if not k.startswith(("paint", "body"))]
        heads = [p for k, p in self.net.named_parameters() if k.startswith(("paint", "body"))]
        self.peaks = (peak * (0.4 if start is not None else 1.0), peak)
        self.optimiser = torch.optim.AdamW([{"params": trunk}, {"params": heads}], lr=peak, weight_decay=0.1)
        self.steps = 0

    def step(self, total: Tensor, done: float) -> None:
        """Learn from a loss at the share `done` of the run."""
        for group, peak in zip(self.optimiser.param_groups, self.peaks, strict=True):
            group["lr"] = rate(done, peak)
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 2.0)
        self.optimiser.step()
        self.steps += 1
        average(self.mean.state_dict(), self.net, min(0.998, self.steps / (self.steps + 9)))


@torch.no_grad()
def told(nets: list[Vehicle], x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean probabilities of colours and bodies."""
    said = [net(x) for net in nets]
    return (
        torch.stack([c.float().softmax(1) for c, _ in said]).mean(0),
        torch.stack([b.float().softmax(1) for _, b in said]).mean(0),
    )


@torch.no_grad()
def right(nets: list[Vehicle], source: Stock) -> dict[str, float]:
    """Shares of labelled vehicles whose likeliest colour and body were said by somebody."""
    picks = torch.arange(len(source.pictures), device=source.pictures.device)
    said = [told(nets, plain(source, p)) for p in picks.split(512)]
    row = {}
    for i, (name, labels) in enumerate((("colour", source.colour), ("body", source.body))):
        best = torch.cat([s[i] for s in said]).argmax(1)
        known = labels.sum(1) > 0
        row[name] = round(float((labels.gather(1, best[:, None])[known] > 0).float().mean()), 4)
    return row


class Lessons:
    """Batches of labelled and unlabelled vehicles."""

    def __init__(self, known: Stock, rest: Stock, batch: int, device: torch.device) -> None:
        self.known, self.rest, self.batch = known, rest, batch
        self.draw = weights(known)
        self.colours = near(COLOURS, NEAR_COLOURS, device)
        self.bodies = near(BODIES, NEAR_BODIES, device)

    def labelled(self) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures, colours and bodies (softened)."""
        picks = torch.multinomial(self.draw, self.batch, replacement=True)
        x = _crops(self.known, picks, 0.08, 0.1)
        x, colour = repaint(x, self.known.colour[picks], 0.3)
        colour = softened(colour, self.colours, 0.08)
        return mixed(hidden(spoiled(x)), colour, softened(self.known.body[picks], self.bodies, 0.1))

    def unlabelled(self, nets: list[Vehicle]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Spoiled pictures, what the nets say of the plain ones, and the bodies allowed."""
        picks = torch.randint(len(self.rest.pictures), (self.batch // 2,), device=self.draw.device)
        colour, body = told(nets, plain(self.rest, picks))
        body = body * self.rest.allowed[picks]
        body = body / body.sum(1, keepdim=True).clamp(min=1e-4)
        return hidden(spoiled(_crops(self.rest, picks, 0.06, 0.07))), colour, body, self.rest.allowed[picks]


def sure(target: Tensor, least: float) -> Tensor:
    """The rows whose best share reaches `least`; 0 elsewhere."""
    return target * (target.amax(1, keepdim=True) >= least)


def teach(trainer: Trainer, lessons: Lessons, done: float, device: torch.device) -> dict[str, float]:
    """A teacher's step: labels, and after a while its own average on the unlabelled."""
    x, colour, body = lessons.labelled()
    y, colour2, body2, allowed = lessons.unlabelled([trainer.mean])
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        said = trainer.net(torch.cat([x, y]).contiguous(memory_format=torch.channels_last))
    c, b = (s.float() for s in said)
    n = len(x)
    labelled = cross(c[:n], colour) + cross(b[:n], body)
    ramp = min(1.0, max(0.0, done - 0.15) / 0.3)
    own = cross(c[n:], sure(colour2, 0.75)) + cross(b[n:], sure(body2, 0.75))
    trainer.step(labelled + 0.2 * possible(b[n:], allowed) + 0.5 * ramp * own, done)
    return {"labels": round(float(labelled.detach()), 4), "own": round(float(own.detach()), 4)}


def follow(
    trainer: Trainer, lessons: Lessons, nets: list[Vehicle], done: float, device: torch.device
) -> dict[str, float]:
    """The student's step: the teachers' mean everywhere, and the labels."""
    x, colour, body = lessons.labelled()
    colour1, body1 = told(nets, x)
    y, colour2, body2, _ = lessons.unlabelled(nets)
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        said = trainer.net(torch.cat([x, y]).contiguous(memory_format=torch.channels_last))
    c, b = (s.float() for s in said)
    n = len(x)
    labelled = cross(c[:n], colour) + cross(b[:n], body)
    taught = cross(c, torch.cat([colour1, colour2])) + cross(b, torch.cat([body1, body2]))
    trainer.step(0.5 * labelled + taught, done)
    return {"labels": round(float(labelled.detach()), 4), "taught": round(float(taught.detach()), 4)}


def polish(
    trainer: Trainer, lessons: Lessons, _: list[Vehicle], done: float, device: torch.device
) -> dict[str, float]:
    """The step of a student that learns from labels alone."""
    x, colour, body = lessons.labelled()
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        c, b = trainer.net(x.contiguous(memory_format=torch.channels_last))
    labelled = cross(c, colour) + cross(b, body)
    trainer.step(labelled, done)
    return {"labels": round(float(labelled.detach()), 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--student", type=Path)
    parser.add_argument("--minutes", type=float, default=9)
    parser.add_argument("--members", type=int, default=4)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--peak", type=float, default=1.5e-3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    start = torch.load(args.start or args.pack / "trunk.pt", map_location=device)
    rows = vehicle_data.load(args.pack)
    told_by_eye = [(v, i) for v, i in rows if any(v.colour) or any(v.body)]
    known = stock([(v, i) for v, i in told_by_eye if not v.held], device)
    held = stock([(v, i) for v, i in told_by_eye if v.held], device)
    rest = stock([(v, i) for v, i in rows if not v.held and not any(v.colour) and not any(v.body)], device)
    lessons = Lessons(known, rest, args.batch, device)
    teachers = [Trainer(start, args.peak, device) for _ in range(args.members)]
    student = Trainer(start, args.peak, device)
    if args.student:
        before = torch.load(args.student, map_location=device)
        student.net.load_state_dict(before)
        student.mean.load_state_dict(before)
    print(
        "parameters",
        sum(p.numel() for p in student.net.parameters()),
        len(known.names),
        len(held.names),
        flush=True,
    )

    def save(name: str, state: object) -> None:
        torch.save(state, args.out / name)

    def check(part: str, nets: list[Vehicle], terms: dict[str, float], steps: int) -> None:
        spent = round(time.time() - begun)
        row: dict[str, object] = {"part": part, "steps": steps, "s": spent, **terms, **right(nets, held)}
        if part == "teachers":
            row["alone"] = right(nets[:1], held)
            save("vehicle_teachers.pt", [{k: v.cpu() for k, v in n.state_dict().items()} for n in nets])
        else:
            save("vehicle.pt", {k: v.cpu() for k, v in nets[0].state_dict().items()})
        print(json.dumps(row), flush=True)
        common.note(args.out / "vehicle_log.jsonl", row)

    begun, budget = time.time(), args.minutes * 60
    every = max(20.0, budget / 16)
    parts = (("teachers", 0.0, 0.6), ("student", 0.6, 1.0))
    learn = polish if args.student else follow
    for part, low, high in (("student", 0.0, 1.0),) if args.student else parts:
        checked, terms, means = time.time(), {}, [t.mean for t in teachers]
        while (spent := (time.time() - begun) / budget) < high:
            done = (spent - low) / (high - low)
            if part == "teachers":
                terms = [teach(t, lessons, done, device) for t in teachers][-1]
            else:
                terms = learn(student, lessons, means, done, device)
            if time.time() - checked > every:
                checked = time.time()
                check(
                    part,
                    means if part == "teachers" else [student.mean],
                    terms,
                    student.steps or teachers[0].steps,
                )
        check(
            part, means if part == "teachers" else [student.mean], terms, student.steps or teachers[0].steps
        )


if __name__ == "__main__":
    main()
