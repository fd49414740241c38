"""`gatehouse bench --gpu`: what each part of the way on an NVIDIA GPU takes."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from ..bench.gpu import USES, Figure, GpuBench, Way
from ..config import Config
from ..config.schema import Infer
from ..faults import EngineFailed
from ..infer.base import Precision
from ..infer.models import Manifest, load_manifest
from .bench_input import load, timers

if TYPE_CHECKING:
    from ..infer.onnxruntime_cuda import OnnxRuntimeCudaBackend

RUNS, QUICK_RUNS = 200, 20


def show_gpu(args: argparse.Namespace, config: Config) -> int:
    """Measure and print. Raises EngineFailed where there is no GPU, or what serves it is not installed."""
    runs = args.frames or (QUICK_RUNS if args.quick else RUNS)
    manifest = load_manifest("gatehouse", own=config.infer.models)
    before = load()
    name, figures = _measured(config.infer, manifest, runs)
    if args.json:
        told = [asdict(figure) for figure in figures]
        print(json.dumps({"bench_gpu": 1, "gpu": name, "load": [before, load()], "figures": told}))
        return 0
    print(f"{name}; microseconds a call, {runs} calls")
    for line in _table(figures):
        print(line, flush=True)
    print(f"load average {before:.1f} before, {load():.1f} after")
    return 0


def _measured(infer: Infer, manifest: Manifest, runs: int) -> tuple[str, Iterator[Figure]]:
    try:
        # Only here: pycuda is an extra.
        from ..infer.cuda.device import nvidia
        from ..infer.onnxruntime_cuda import OnnxRuntimeCudaBackend
    except ImportError as error:
        raise EngineFailed("pycuda is not installed: pip install 'gatehouse[gpu]'", part="cuda") from error
    gpu, device = nvidia(infer)
    backends = {
        "fp32, no graph": OnnxRuntimeCudaBackend(*nvidia(infer, graphs=False)),
        "fp32": OnnxRuntimeCudaBackend(gpu, device),
        "fp32, TF32": OnnxRuntimeCudaBackend(gpu, device, tf32=True),
        "second stream": OnnxRuntimeCudaBackend(*nvidia(infer)),
    }
    return gpu.name, _figures(GpuBench(device, timers(), runs), manifest, backends)


def _figures(
    bench: GpuBench, manifest: Manifest, backends: Mapping[str, OnnxRuntimeCudaBackend]
) -> Iterator[Figure]:
    yield from bench.preparing()
    yield from bench.copying()
    for use in USES:
        whole = manifest.file_in(use.net, Precision.FP32)
        ways = [Way(name, one.load(whole), one.device) for name, one in backends.items()]
        yield from bench.running(use, ways[:-1])
        yield from bench.together(use, (ways[1], ways[-1]))


def _table(figures: Iterable[Figure]) -> Iterator[str]:
    subject = ""
    for one in figures:
        if one.subject != subject:
            subject = one.subject
            yield f"{subject:26}{'pictures':>9}{'a call':>10}{'a picture':>11}{'processor':>11}{'apart':>10}"
        apart = "" if one.apart is None else f"{one.apart:10.1e}"
        each = one.us / one.pictures
        yield f"  {one.way:24}{one.pictures:9}{one.us:10.1f}{each:11.1f}{one.cpu_us:11.1f}{apart}"
