"""Each net answers its own golden frames before it is trusted (law 13)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from ..faults import EngineUntrusted
from ..infer.base import BaseBackend, BaseSession, ModelFile
from ..infer.files import sha256_of
from ..infer.lane import Array, Arrays
from ..infer.manifest import BoxSeen, NetGolden, NetManifest, PointsSeen, TextRead, ValueSeen, VectorSeen
from ..infer.models import Manifest, beside
from .shapes import misshapen, undeclared, unfit

if TYPE_CHECKING:
    from ..sight import Image

Float = NDArray[np.float32]

PROVEN_BY_PICTURES = ("detector", "reader", "det", "rec")
"""The parts of a set without which its golden pictures cannot be read; every other proves itself alone."""
UNPROVEN = "nothing proves it; give it a golden frame: docs/models.md"

Sides = tuple[int | None, int | None]

SLACKS = (1.0, 2.0, 3.0, 5.0, 8.0, 12.0)
"""How far the tolerances of narrow weights may be widened."""


class ProvingBackend(BaseBackend):
    """A backend whose sessions have answered the golden frames that the set's manifests give them."""

    def __init__(self, backend: BaseBackend, manifest: Manifest) -> None:
        self.name, self.device, self.most = backend.name, backend.device, backend.most
        self._backend = backend
        self._nets = {f"{manifest.name}.{part}": (part, net) for part, net in manifest.nets.items()}

    def load(self, model: ModelFile) -> BaseSession:
        """Raises EngineFailed, and EngineUntrusted when an answer is outside the tolerance."""
        with ExitStack() as undo:
            session = self._backend.load(model)
            undo.callback(session.close)
            if model.name in self._nets:
                part, net = self._nets[model.name]
                admit(session, part, net)
                prove_net(session, net, model)
            undo.pop_all()
        return session


def admit(session: BaseSession, part: str, net: NetManifest) -> None:
    """Whether a net may be proven for its part of a set. Raises EngineUntrusted when nothing would prove
    it, or when manifest or file do not give what the part must give.
    """
    if not (net.golden or part in PROVEN_BY_PICTURES):
        raise EngineUntrusted(UNPROVEN, part=net.name)
    for wrong in (*unfit(part, net), *undeclared(net, session.outputs)):
        raise EngineUntrusted(wrong, part=net.name)


def prove_net(session: BaseSession, net: NetManifest, model: ModelFile) -> None:
    """Run each golden frame of the net. Raises EngineUntrusted at the first wrong answer."""
    slack = net.precisions[model.precision].slack
    for golden in net.golden:
        answer = session.infer(feed(net, picture(net, golden), _sides(session, net)))
        for wrong in misshapen(net, golden, answer):
            raise EngineUntrusted(f"{golden.file}: {wrong}", part=model.name)
        for wrong in differences(net, golden, answer, slack):
            raise EngineUntrusted(f"{golden.file}, {model.precision}: {wrong}", part=model.name)


def least_slack(session: BaseSession, net: NetManifest, model: ModelFile) -> float | None:
    """The least factor at which a file answers the net's golden frames; None when none is enough."""
    for factor in SLACKS:
        variant = net.precisions[model.precision].model_copy(update={"slack": factor})
        widened = net.model_copy(update={"precisions": {**net.precisions, model.precision: variant}})
        try:
            prove_net(session, widened, model)
        except EngineUntrusted:
            continue
        return factor
    return None


def picture(net: NetManifest, golden: NetGolden) -> Image:
    """The golden frame, H x W x 3, BGR. Raises EngineUntrusted when it is not the manifest's."""
    path = beside(net.folder, golden.file)
    try:
        same = sha256_of(path) == golden.sha256
    except OSError as error:
        raise EngineUntrusted(f"the golden frame {path} is missing", part=net.name) from error
    image = cv2.imread(str(path)) if same else None
    if image is None:
        raise EngineUntrusted(f"the golden frame {path} is damaged", part=net.name)
    return np.asarray(image, np.uint8)


def feed(net: NetManifest, image: Image, sides: Sides = (None, None)) -> Arrays:
    """The picture as the net takes it: (1, 3, H, W), float32; of these `sides` where an engine has fixed
    them. Raises EngineUntrusted where it does not fit in."""
    laid = _letterbox(net, image, sides) if net.input.resize == "letterbox" else _stretched(net, image)
    colour = laid[:, :, ::-1] if net.input.colour == "RGB" else laid
    scaled = (colour.astype(np.float32) - np.array(net.input.mean, np.float32)) / np.array(
        net.input.std, np.float32
    )
    return {net.input.name: np.ascontiguousarray(scaled.transpose(2, 0, 1)[None], np.float32)}


def frame(image: Image, side: int) -> Image:
    """The picture stretched to what a camera's frame of 16:9 becomes with this long side."""
    return np.asarray(cv2.resize(image, (side, side * 9 // 16), interpolation=cv2.INTER_LINEAR), np.uint8)


def differences(net: NetManifest, golden: NetGolden, answer: Arrays, slack: float = 1.0) -> Iterator[str]:
    """What an answer has wrong, in words; nothing where all is within the tolerances times `slack`.

    The answer must have the shapes that `misshapen` asks for.
    """
    for box in golden.boxes:
        yield from _box(net, box, answer, slack)
    for text in golden.texts:
        yield from _text(net, text, answer[text.output][0], slack)
    for value in golden.values:
        yield from _number(net, value, answer[value.output], slack)
    for vector in golden.vectors:
        yield from _vector(vector, answer[vector.output], slack)
    for points in golden.points:
        yield from _points(points, answer[points.output], slack)


def _sides(session: BaseSession, net: NetManifest) -> Sides:
    """Height and width of the only pictures that an engine takes, None where any."""
    for spec in session.inputs:
        if spec.name == net.input.name and len(spec.shape) == len(net.input.shape):
            return spec.shape[2], spec.shape[3]
    return None, None


# -- the picture ----------------------------------------------------------------------------------------


def _stretched(net: NetManifest, image: Image) -> Image:
    height, width = net.input.shape[2:]
    if image.shape[:2] == (height, width):
        return image
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _letterbox(net: NetManifest, image: Image, sides: Sides) -> Image:
    """The picture as it is, at the top left of the ground: a golden frame comes in the net's own scale."""
    step = net.input.multiple_of
    height, width = image.shape[:2]
    down, right = (
        -have % step if fixed is None else fixed - have for have, fixed in zip((height, width), sides)
    )
    if min(down, right) < 0:
        why = f"a golden frame of {width} x {height} does not fit into its {sides[1]} x {sides[0]}"
        raise EngineUntrusted(f"{why}; raise vision.detect_side", part=net.name)
    ground = (net.input.ground,) * 3
    laid = cv2.copyMakeBorder(image, 0, down, 0, right, cv2.BORDER_CONSTANT, value=ground)
    return np.asarray(laid, np.uint8)


# -- the answers ----------------------------------------------------------------------------------------


def _box(net: NetManifest, seen: BoxSeen, answer: Arrays, slack: float) -> Iterator[str]:
    boxes, scores = answer["boxes"][0], answer["scores"][0]
    column = scores[:, net.classes("scores").index(seen.kind)]
    best = int(column.argmax())
    score, off_px = float(column[best]), float(np.abs(boxes[best] - np.array(seen.box, np.float32)).max())
    if _apart(score, seen.score, seen.tolerance * slack):
        yield f"{seen.kind} at {score:.3f} instead of {seen.score:.3f}"
    elif not off_px <= seen.tolerance_px * slack:
        yield f"{seen.kind} is off by {off_px:.1f} px"


def _text(net: NetManifest, read: TextRead, slots: Array, slack: float) -> Iterator[str]:
    text, chars = decoded(slots, net.classes(read.output))
    if text != read.text:
        yield f"reads {text!r} instead of {read.text!r}"
    elif any(_apart(have, want, read.tolerance * slack) for have, want in zip(chars, read.chars)):
        yield f"{read.text} with characters at {', '.join(f'{c:.3f}' for c in chars)}"


def decoded(slots: Array, classes: tuple[str, ...]) -> tuple[str, list[float]]:
    """The text of slots x classes of probabilities, and that of each character; an empty class is a blank."""
    best = [int(i) for i in slots.argmax(axis=1)]
    chars = [float(slot[i]) for slot, i in zip(slots, best) if classes[i]]
    return "".join(classes[i] for i in best), chars


def _number(net: NetManifest, seen: ValueSeen, answer: Array, slack: float) -> Iterator[str]:
    column = net.classes(seen.output).index(seen.kind) if seen.kind else 0
    have = float(answer[0].reshape(-1)[column])
    if _apart(have, seen.value, seen.tolerance * slack):
        yield f"{seen.output} {seen.kind}".rstrip() + f" is {have:.3f} instead of {seen.value:.3f}"


def _vector(seen: VectorSeen, answer: Array, slack: float) -> Iterator[str]:
    have, want = np.array(answer[0], np.float32).reshape(-1), np.array(seen.vector, np.float32)
    if have.shape != want.shape:
        yield f"{seen.output} has {have.size} values instead of {want.size}"
        return
    cosine = float(have @ want / max(1e-9, float(np.linalg.norm(have) * np.linalg.norm(want))))
    if not 1.0 - cosine <= (1.0 - seen.min_cosine) * slack:
        yield f"{seen.output} points elsewhere (cosine {cosine:.3f})"


def _points(seen: PointsSeen, answer: Array, slack: float) -> Iterator[str]:
    off = float(np.abs(np.array(answer[0], np.float32) - np.array(seen.points, np.float32)).max())
    if not off <= seen.tolerance * slack:
        yield f"{seen.output} are off by {off:.3f}"


def _apart(have: float, want: float, tolerance: float) -> bool:
    """Whether two numbers differ by more; one that is no number does."""
    return not abs(have - want) <= tolerance
