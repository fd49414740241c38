"""`gatehouse bench --gpu`: what each part of the way on an NVIDIA GPU takes."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict

from ..bench.gpu import USES, Figure, GpuBench, Way
from ..config import Config
from ..config.schema import Infer
from ..faults import EngineFailed
from ..infer.base import BaseBackend, Precision
from ..infer.models import Manifest, load_manifest
from .bench_input import load, timers

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
    print("\n".join(_table(figures)))
    print(f"load average {before:.1f} before, {load():.1f} after")
    return 0


def _measured(infer: Infer, manifest: Manifest, runs: int) -> tuple[str, list[Figure]]:
    try:
        # Only here: pycuda is an extra.
        from ..infer.cuda.device import nvidia
        from ..infer.onnxruntime_cuda import OnnxRuntimeCudaBackend
    except ImportError as error:
        raise EngineFailed("pycuda is not installed: pip install 'gatehouse[gpu]'", part="cuda") from error
    gpu, device = nvidia(infer)
    bench = GpuBench(device, timers(), runs)
    figures = [*bench.preparing(), *bench.copying()]
    plain, graphs = OnnxRuntimeCudaBackend(*nvidia(infer, graphs=False)), OnnxRuntimeCudaBackend(gpu, device)
    other, tf32 = OnnxRuntimeCudaBackend(*nvidia(infer)), OnnxRuntimeCudaBackend(gpu, device, tf32=True)
    for use in USES:
        whole = manifest.file_in(use.net, Precision.FP32)
        named = ((plain, "fp32, no graph"), (graphs, "fp32"), (tf32, "fp32, TF32"), (other, ""))
        bare, first, rough, second = (Way(name, one.load(whole), one.device) for one, name in named)
        figures += bench.running(use, (bare, first, rough, *_narrow(manifest, use.net, graphs)))
        figures += bench.together(use, (first, second))
    return gpu.name, figures


def _narrow(manifest: Manifest, net: str, backend: BaseBackend) -> Iterator[Way]:
    """The net in fewer bits, where the backend takes that."""
    for precision in manifest.nets[net].precisions:
        if precision is not Precision.FP32 and backend.device is not None:
            with suppress(EngineFailed):
                session = backend.load(manifest.file_in(net, precision))
                yield Way(str(precision), session, backend.device)


def _table(figures: Sequence[Figure]) -> Iterator[str]:
    subject = ""
    for one in figures:
        if one.subject != subject:
            subject = one.subject
            yield f"{subject:26}{'pictures':>9}{'a call':>10}{'a picture':>11}{'processor':>11}{'apart':>10}"
        apart = "" if one.apart is None else f"{one.apart:10.1e}"
        each = one.us / one.pictures
        yield f"  {one.way:24}{one.pictures:9}{one.us:10.1f}{each:11.1f}{one.cpu_us:11.1f}{apart}"
