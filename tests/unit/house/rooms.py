"""The import law: which room may import which, and which file holds which vendor's library."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from .tree import Module, foreign, ours

PLAIN = frozenset({"words", "clock", "sight", "authority", "listing", "faults", "events", "commands"})
"""Data that crosses rooms; `config` is data too."""

EVERYTHING = frozenset({"*"})

MAY_IMPORT: dict[str, frozenset[str]] = {
    **dict.fromkeys(PLAIN, PLAIN),
    "shipped": frozenset(),
    "durable": frozenset(),
    "config": PLAIN | {"shipped", "durable"},
    "states": PLAIN | {"config"},
    "upkeep": PLAIN | {"config", "hw"},
    "machine": PLAIN | {"states"},
    "gate": PLAIN | {"config", "states", "machine"},
    "hw": PLAIN | {"config"},
    "hw.sim": PLAIN | {"config", "hw"},
    "infer": PLAIN | {"config", "shipped", "durable"},
    "vision": PLAIN | {"config", "infer"},
    "access": PLAIN | {"config"},
    "inspection": PLAIN | {"config", "hw"},
    "record": PLAIN | {"config", "durable"},
    "update": PLAIN | {"config", "durable"},
    "diagram": frozenset({"machine", "states"}),
    "firstboot": PLAIN | {"config", "hw", "durable"},
    # The composition root wires the rooms together.
    "firstboot.__main__": EVERYTHING,
    "__main__": EVERYTHING,
    "cli": EVERYTHING,
    "runtime": EVERYTHING,
    "bench": EVERYTHING,
    "evaluate": EVERYTHING,
}

MAY_HOLD: dict[str, tuple[str, ...]] = {
    "PyNvVideoCodec": ("hw.cameras.nvdec_streams",),
    "cv2": ("vision", "hw.cameras", "hw.sim", "cli", "bench.pipeline.plain", "evaluate.visits.approach"),
    "Jetson": ("hw.jetson_pins",),
    "gpiozero": (
        *("hw.adc", "hw.gpio", "hw.jetson_pins", "hw.lgpio_pins", "hw.lgpio_wave"),
        *("hw.sim", "bench.pins"),
    ),
    "lap": ("vision",),
    "lgpio": ("hw.lgpio_pins", "hw.lgpio_wave"),
    "ncnn": ("infer.ncnn",),
    "numpy": (
        *("sight", "infer", "vision", "hw.cameras", "hw.sim", "inspection.cameras", "cli"),
        *("bench.gpu", "bench.pipeline.plain", "evaluate.visits.approach"),
    ),
    "onnx": ("infer.quantize",),
    "onnxruntime": ("infer.onnxruntime", "infer.onnxruntime_cuda", "bench.pipeline.plain"),
    "openvino": ("infer.openvino",),
    "picamera2": ("hw.cameras.picamera2",),
    "pycuda": ("infer.cuda",),
    "pydantic": ("config", "infer.manifest", "infer.models"),
    "pydantic_core": ("config",),
    "rapidocr": ("bench.rapid",),
    "sdnotify": ("hw.watchdog",),
    "serial": ("hw.serial_link",),
    "sqlite3": ("record",),
    "tensorrt": ("infer.tensorrt", "infer.tensorrt_child"),
    "tomli": ("config", "infer.models"),
    "tomllib": ("config", "infer.models"),
    "tqdm": ("cli",),
    "transitions": ("machine",),
}


def broken(module: Module) -> list[str]:
    """What a module imports against the law, each a line; empty for a lawful one."""
    return sorted([*_wrong_rooms(module), *_wrong_vendors(module)])


def _wrong_rooms(module: Module) -> Iterator[str]:
    own = _room(module.name)
    if not module.name:
        return
    if own is None:
        yield f"{module.name}: stands in no room of the table"
        return
    for target in ours(module):
        room = _room(target)
        allowed = MAY_IMPORT[own]
        if room is not None and room != own and room not in allowed and allowed != EVERYTHING:
            yield f"{module.name}: imports {target}"


def _wrong_vendors(module: Module) -> Iterator[str]:
    for library in foreign(module):
        if library not in MAY_HOLD and library in sys.stdlib_module_names:
            continue
        if not any(_within(module.name, holder) for holder in MAY_HOLD.get(library, ())):
            yield f"{module.name}: imports {library}"


def _room(name: str) -> str | None:
    """The innermost room that a dotted name lies in."""
    inside = [room for room in MAY_IMPORT if _within(name, room)]
    return max(inside, key=len, default=None)


def _within(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")
