"""Reader batches made by worker processes and handed over in shared memory."""

from __future__ import annotations

import json
import multiprocessing as mp
import os
from collections import Counter
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.recipes.common import READER_SIZE, REGIONS, SLOTS, encode
from models.recipes.degrade import Degrader, Real, Sample
from models.recipes.plates import Plate, Renderer

CHUNK = 64
REUSE = 3
CACHE = 400
_IMAGE = (CHUNK, *READER_SIZE, 3)
_FACTS = (CHUNK, SLOTS * 3 + 9)
_IMAGE_BYTES = int(np.prod(_IMAGE))
_SLOT_BYTES = _IMAGE_BYTES + int(np.prod(_FACTS)) * 4


@dataclass(frozen=True)
class Mix:
    """Shares of a batch: rendered plates, real Latin crops, real Chinese crops, no plate, plates that are
    too poor to read."""

    rendered: float
    real: float
    chinese: float
    nothing: float
    poor: float = 0.0


def load_rows(pack: Path, name: str) -> list[dict[str, Any]]:
    """The index of a shard."""
    rows: list[dict[str, Any]] = json.loads((pack / f"{name}.json").read_text())
    return rows


def picture(pack: Path, name: str, row: dict[str, Any]) -> NDArray[np.uint8]:
    """One picture of a shard, RGB."""
    with open(pack / f"{name}.bin", "rb") as f:
        f.seek(row["at"])
        data = np.frombuffer(f.read(row["size"]), np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{name}: a picture of the shard cannot be decoded")
    return np.ascontiguousarray(image[..., ::-1], np.uint8)


def real_crops(pack: Path, held: bool, chinese: bool, kind: str = "text") -> list[Real]:
    """The real crops of one kind (`text`, `poor`, `none`) on one side of the split."""
    return [
        Real(
            picture(pack, "crops", r),
            tuple(r["box"]),
            r["text"],
            r["region"],
            tuple(r["seen"]) if r.get("seen") else None,
        )
        for r in load_rows(pack, "crops")
        if r["held"] == held and r["chinese"] == chinese and r.get("kind", "text") == kind
    ]


# Scarce regions and photographs with room around the plate are drawn more often.
_REGION_WEIGHT = {"us": 1.8, "br": 2.5, "eu": 1.2}
_WIDE_WEIGHT, _DOUBTED_WEIGHT = 1.5, 0.6


def real_weights(pack: Path, held: bool) -> list[float]:
    """How often each Latin crop of `real_crops` is drawn; a plate seen often counts by the root."""
    rows = [
        r
        for r in load_rows(pack, "crops")
        if r["held"] == held and not r["chinese"] and r.get("kind", "text") == "text"
    ]
    seen = Counter(r["text"] for r in rows)
    return [
        seen[r["text"]] ** -0.5
        * _REGION_WEIGHT.get(r["region"], 1.0)
        * (_WIDE_WEIGHT if r["wide"] else 1.0)
        * (_DOUBTED_WEIGHT if r.get("sure", 2) < 2 else 1.0)
        for r in rows
    ]


def _grounds(pack: Path, seed: int, count: int) -> list[NDArray[np.uint8]]:
    """Some training photographs at a third of their size, their labelled plates painted over."""
    rows = [r for r in load_rows(pack, "images") if not r["held"] and r["source"] == "openimages_gplates"]
    out = []
    for row in Random(seed).sample(rows, min(count, len(rows))):
        image = picture(pack, "images", row)
        for box in row["boxes"]:
            if box[4] == 4:
                x1, y1, x2, y2 = (int(v) for v in box[:4])
                image[max(0, y1) : y2, max(0, x1) : x2] = image[max(0, y1 - 1), max(0, x1 - 1)]
        out.append(
            np.asarray(cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        )
    return out


class Maker:
    """One worker's stream of samples."""

    def __init__(self, pack: Path, seed: int, mix: Mix) -> None:
        self.rng = Random(seed)
        self.mix = mix
        grounds = _grounds(pack, seed, 60)
        self.renderer = Renderer(pack / "fonts", seed, grounds)
        self.degrader = Degrader(seed + 1, grounds)
        self.real = real_crops(pack, held=False, chinese=False)
        self.weights = np.cumsum(real_weights(pack, held=False)).tolist()
        self.chinese = real_crops(pack, held=False, chinese=True)
        self.poor = real_crops(pack, held=False, chinese=False, kind="poor")
        self.none = real_crops(pack, held=False, chinese=False, kind="none")
        self.cache: list[Plate] = []
        self.renewed = 0

    def sample(self) -> Sample:
        """One sample of the mix."""
        m = self.mix
        kind = self.rng.choices("abcde", (m.rendered, m.real, m.chinese, m.nothing, m.poor))[0]
        if kind == "a":
            return self.degrader.rendered(self._plate())
        if kind == "b" and self.real:
            return self.degrader.real(self.rng.choices(self.real, cum_weights=self.weights)[0])
        if kind == "c" and self.chinese:
            return self.degrader.real(self.rng.choice(self.chinese))
        if kind == "e":
            return self._poor()
        if self.none and self.rng.random() < 0.4:
            return self.degrader.illegible(self.rng.choice(self.none))
        return self.degrader.nothing()

    def _poor(self) -> Sample:
        """A plate that people could not read, or one ruined beyond reading."""
        draw = self.rng.random()
        if draw < 0.4 and self.poor:
            return self.degrader.illegible(self.rng.choice(self.poor))
        if draw < 0.7 and self.real:
            return self.degrader.ruined(self.rng.choice(self.real))
        return self.degrader.ruined_render(self._plate())

    def _plate(self) -> Plate:
        if len(self.cache) < CACHE:
            self.cache.append(self.renderer.plate())
            return self.cache[-1]
        if self.rng.randrange(REUSE) == 0:
            self.renewed = (self.renewed + 1) % CACHE
            self.cache[self.renewed] = self.renderer.plate()
            return self.cache[self.renewed]
        return self.rng.choice(self.cache)


def facts(sample: Sample) -> NDArray[np.float32]:
    """[slots' classes, slots' x, slots' y, view, region or -1, verdict, read] of a sample."""
    slots = encode(sample.text) if sample.read else [0] * SLOTS
    region = REGIONS.index(sample.region) if sample.region else -1
    return np.concatenate(
        [
            slots,
            sample.places[:, 0],
            sample.places[:, 1],
            sample.view,
            [region, sample.verdict, float(sample.read)],
        ]
    ).astype(np.float32)


def _work(pack: Path, seed: int, mix: Mix, name: str, free: Any, full: Any) -> None:
    cv2.setNumThreads(1)
    os.nice(5)
    memory = SharedMemory(name=name)
    maker = Maker(pack, seed, mix)
    while True:
        slot = free.get()
        if slot is None:
            break
        at = slot * _SLOT_BYTES
        images = np.ndarray(_IMAGE, np.uint8, memory.buf, at)
        table = np.ndarray(_FACTS, np.float32, memory.buf, at + _IMAGE_BYTES)
        for i in range(CHUNK):
            sample = maker.sample()
            images[i] = sample.image
            table[i] = facts(sample)
        full.put(slot)
    del images, table
    memory.close()


class Feed:
    """Chunks of CHUNK samples from `workers` processes; use as a context manager."""

    def __init__(self, pack: Path, seed: int, mix: Mix, workers: int, slots: int = 96) -> None:
        context = mp.get_context("spawn")
        self.memory = SharedMemory(create=True, size=_SLOT_BYTES * slots)
        self.free, self.full = context.Queue(), context.Queue()
        for slot in range(slots):
            self.free.put(slot)
        self.processes = [
            context.Process(
                target=_work,
                args=(pack, seed * 1000 + 7 * i, mix, self.memory.name, self.free, self.full),
                daemon=True,
            )
            for i in range(workers)
        ]
        self.made = 0

    def __enter__(self) -> Feed:
        for process in self.processes:
            process.start()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.terminate()
        self.memory.close()
        self.memory.unlink()

    def batch(self, chunks: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Images (N, H, W, 3) and facts (N, F) of `chunks` chunks, copied out."""
        images, tables = [], []
        for _ in range(chunks):
            slot = self.full.get(timeout=120)
            at = slot * _SLOT_BYTES
            images.append(np.ndarray(_IMAGE, np.uint8, self.memory.buf, at).copy())
            tables.append(np.ndarray(_FACTS, np.float32, self.memory.buf, at + _IMAGE_BYTES).copy())
            self.free.put(slot)
            self.made += CHUNK
        return np.concatenate(images), np.concatenate(tables)
