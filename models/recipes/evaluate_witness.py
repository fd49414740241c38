"""Measures how often the second witness doubts the right vehicle, and another one, on held-out vehicles.

    python -m models.recipes.evaluate_witness --weights models/weights --pack PACK --out report.json

Each held-out vehicle of PACK comes to several visits: another light, distance and sharpness each time, and
FRAMES looks that differ as a detector's boxes do. What the frames agree on is remembered and judged by the
appliance's own ballot and witness, at thresholds about the shipped one. `false` is how often a vehicle is
doubted that comes again, `seen` how often another one is that comes with its plate. The views are of one
photograph: another side of the same vehicle is not in them, so `false` flatters. `contradicted` is without
visits: of the vehicles labelled by eye, those whose word is sure and unlike every label.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import numpy as np
import onnxruntime
import torch

from appliance.access import witness
from appliance.sight import Guess, Looks
from appliance.vision.looks import LooksBallot
from models.recipes import vehicle_data
from models.recipes.contracts import BODIES, COLOURS
from models.recipes.evaluate_small import session
from models.recipes.train_vehicle import Stock, _crops, plain, spoiled, stock
from models.recipes.vehicle_net import SIZE

VISITS, FRAMES, OTHERS = 6, 3, 6
THRESHOLDS = (0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
JITTER, TURN = 0.04, 0.04


def told(net: onnxruntime.InferenceSession, x: torch.Tensor) -> list[Looks]:
    """What the net says of pictures (N, 3, 96, 128)."""
    answers = [net.run(["colour", "body"], {"vehicle": part.numpy()}) for part in x.split(64)]
    heads = [np.concatenate([a[i] for a in answers]) for i in (0, 1)]
    guesses = [
        [Guess(words[int(row.argmax())], float(row.max())) for row in head]
        for head, words in zip(heads, (COLOURS, BODIES), strict=True)
    ]
    return [Looks(colour, body) for colour, body in zip(*guesses, strict=True)]


def visits(net: onnxruntime.InferenceSession, source: Stock) -> list[list[Looks]]:
    """The agreed looks of each vehicle on each visit."""
    everyone = torch.arange(len(source.pictures))
    found: list[list[Looks]] = [[] for _ in everyone]
    for _ in range(VISITS):
        ballots = [LooksBallot() for _ in everyone]
        for part in everyone.split(64):
            state = torch.get_rng_state()
            for frame in range(FRAMES):
                # One light and one sharpness a visit; the cut differs by the frame.
                torch.manual_seed(int(state[:4].sum()) + frame + int(part[0]))
                crops = _crops(source, part, JITTER, TURN)
                torch.set_rng_state(state)
                for i, looks in zip(part.tolist(), told(net, spoiled(crops)), strict=True):
                    ballots[i].add(looks, float(SIZE[1]))
        for i, ballot in enumerate(ballots):
            agreed = ballot.agreed()
            if agreed is not None:
                found[i].append(agreed)
    return found


def doubted(past: Sequence[Looks], now: Looks) -> bool:
    """Whether the appliance's witness speaks against `now`."""
    memory = witness.Witness()
    for looks in past:
        memory.remember("X", looks)
    return memory.doubt("X", now) is not None


def rates(seen: list[list[Looks]], chance: Random) -> dict[str, float]:
    """How often the same vehicle is doubted, and another."""
    again = [doubted(one[:i] + one[i + 1 :], now) for one in seen for i, now in enumerate(one)]
    swapped = [
        doubted(one, chance.choice(other))
        for one in seen
        for other in chance.sample(seen, OTHERS)
        if other is not one
    ]
    return {"false": round(float(np.mean(again)), 5), "seen": round(float(np.mean(swapped)), 4)}


def contradicted(looks: list[Looks], source: Stock) -> dict[str, float]:
    """Shares of the labelled vehicles whose sure word no label is, nor like one."""
    row = {}
    for head, words, labels, alike in (
        ("colour", COLOURS, source.colour, witness._ALIKE_COLOURS),
        ("body", BODIES, source.body, witness._ALIKE_BODIES),
    ):
        wrong, known = 0, 0
        for one, shares in zip(looks, labels.tolist(), strict=True):
            said = [w for w, share in zip(words, shares, strict=True) if share]
            known += bool(said)
            past = [Guess(w, 1.0) for w in said for _ in range(witness.VISITS_NEEDED)]
            wrong += witness._contradiction(past, getattr(one, head), alike) is not None
        row[head] = round(wrong / max(1, known), 4)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    net = session(args.weights / "vehicle.onnx")
    rows = [(v, i) for v, i in vehicle_data.load(args.pack) if v.held]
    source = stock(rows, torch.device("cpu"))
    looks = told(net, plain(source, torch.arange(len(rows))))
    seen = visits(net, source)
    report: dict[str, Any] = {"vehicles": len(rows), "shipped": witness.SURE}
    for sure in THRESHOLDS:
        with mock.patch.object(witness, "SURE", sure):
            report[str(sure)] = {
                **rates(seen, Random(args.seed)),
                "contradicted": contradicted(looks, source),
            }
    args.out.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
