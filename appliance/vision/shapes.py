"""What a net must give in its place of a set, and whether file and answers have the declared shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..infer.lane import Arrays, TensorSpec
from ..infer.manifest import NetGolden, NetManifest, Output
from .own.describer import BODIES, COLOURS
from .own.detector import CLASSES
from .own.reader import ALPHABET


@dataclass(frozen=True, slots=True)
class Wanted:
    """One output as the room reads it: sides after the first (None: any), and classes in their order."""

    sides: tuple[int | None, ...]
    classes: tuple[str, ...] = ()


WANTED: Mapping[str, Mapping[str, Wanted]] = {
    "detector": {
        "boxes": Wanted((None, 4)),
        "scores": Wanted((None, len(CLASSES)), tuple(map(str, CLASSES))),
    },
    "reader": {
        "chars": Wanted((None, len(ALPHABET) + 1), (*ALPHABET, "")),
        "region": Wanted((9,)),
        "readable": Wanted((1,)),
        "places": Wanted((None, 2)),
    },
    "landmarks": {"points": Wanted((5, 2)), "usable": Wanted((1,))},
    "face": {"embedding": Wanted((128,))},
    "liveness": {"kinds": Wanted((3,), ("live", "print", "replay"))},
    "vehicle": {"colour": Wanted((len(COLOURS),), COLOURS), "body": Wanted((len(BODIES),), BODIES)},
}
"""Part of a set -> output -> what is read from it; not the parts that read what their own manifest names."""


def unfit(part: str, net: NetManifest) -> Iterator[str]:
    """What a manifest lacks of what this part of a set must give, in words."""
    declared = {output.name: output for output in net.outputs}
    for name, wanted in WANTED.get(part, {}).items():
        output = declared.get(name)
        if output is None:
            yield f"the manifest has no output {name}"
        elif not _alike(output.shape[1:], wanted.sides):
            want = _sides((1, *wanted.sides))
            yield f"the manifest's {name} has sides {_sides(output.shape)} instead of {want}"
        elif wanted.classes and output.classes != wanted.classes:
            yield f"the manifest's {name} must name the classes {', '.join(wanted.classes)}, in this order"


def undeclared(net: NetManifest, specs: Iterable[TensorSpec]) -> Iterator[str]:
    """In what a file's outputs differ from those that the manifest declares, in words."""
    given = {spec.name: spec.shape for spec in specs}
    for output in net.outputs:
        if output.name not in given:
            yield f"the file has no output {output.name}"
        else:
            yield from _misshapen(output, given[output.name])


def misshapen(net: NetManifest, golden: NetGolden, answer: Arrays) -> Iterator[str]:
    """What of an answer does not have the shape that manifest and golden frame ask for, in words."""
    lost = sorted({output.name for output in net.outputs} - answer.keys())
    if lost:
        yield f"it gives no {', '.join(lost)}"
        return
    for output in net.outputs:
        yield from _misshapen(output, answer[output.name].shape)
    wanted: list[tuple[str, tuple[int | None, ...]]] = [(one.output, (None, None)) for one in golden.texts]
    wanted += [(one.output, (len(one.points), 2)) for one in golden.points]
    if golden.boxes:
        wanted += [("boxes", (answer["scores"].shape[1:2] or (None,)) + (4,)), ("scores", (None, None))]
    for name, sides in wanted:
        if not _alike(answer[name].shape[1:], sides):
            yield f"{name} has sides {_sides(answer[name].shape)} instead of {_sides((1, *sides))}"


def _misshapen(output: Output, shape: tuple[int | None, ...]) -> Iterator[str]:
    if not _alike(shape, output.shape) or 0 in shape:
        yield f"{output.name} has sides {_sides(shape)} instead of {_sides(output.shape)}"
    elif output.classes and not _alike(shape[-1:], (len(output.classes),)):
        yield f"{output.name} has {shape[-1]} classes, and the manifest names {len(output.classes)}"


def _alike(have: tuple[int | str | None, ...], want: tuple[int | str | None, ...]) -> bool:
    """Whether shapes agree, where what is no number agrees with everything."""
    return len(have) == len(want) and all(
        h == w for h, w in zip(have, want) if isinstance(h, int) and isinstance(w, int)
    )


def _sides(shape: tuple[int | str | None, ...]) -> str:
    return " x ".join("?" if side is None else str(side) for side in shape)
