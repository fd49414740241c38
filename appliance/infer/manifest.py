"""The manifest of a net (`models/nets/*.toml`): what it takes and gives, and how it proves itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..sight import GREY
from ..words import Word
from .base import Precision

Metric = bool | int | float | str
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
Side = Annotated[int, Field(ge=1, le=4096)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Tolerance = Annotated[float, Field(gt=0.0, le=0.5)]
Triple = tuple[float, float, float]

MODEL_OUTPUT = "model"
"""What a net of the task `name_model` gives."""


class Table(BaseModel):
    """A table of a manifest: frozen, and an unknown key in it is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Task(Word):
    """What a net is for; nets of one task can stand for each other."""

    DETECT = "detect"
    READ_PLATE = "read_plate"
    FIND_LANDMARKS = "find_landmarks"
    EMBED_FACE = "embed_face"
    TELL_LIVE = "tell_live"
    DESCRIBE_VEHICLE = "describe_vehicle"
    NAME_MODEL = "name_model"
    """Make and model of a vehicle: a net that the owner brings."""
    FIND_TEXT = "find_text"
    READ_TEXT = "read_text"


class Variant(Table):
    """One file of the net. `slack` widens the tolerances of the golden frames: narrow weights differ more."""

    file: str = Field(min_length=1)
    sha256: Sha256
    slack: float = Field(1.0, ge=1.0, le=20.0)
    metrics: dict[str, Metric] = Field(default_factory=dict)


class Input(Table):
    """The tensor that the net takes: (pixel - mean) / std, pixels 0 to 255.

    `shape` is the usual one; the dimensions that `dynamic` names are free, where `multiple_of` allows.
    `margin` widens a detector's box by shares of its sides before the crop is cut.
    """

    name: str = Field(min_length=1)
    shape: tuple[Side, Side, Side, Side]
    dynamic: tuple[Literal["batch", "height", "width"], ...] = ()
    multiple_of: Side = 1
    layout: Literal["NCHW"] = "NCHW"
    colour: Literal["RGB", "BGR"] = "RGB"
    mean: Triple = (0.0, 0.0, 0.0)
    std: Triple = (255.0, 255.0, 255.0)
    resize: Literal["letterbox", "stretch"]
    ground: int = Field(GREY, ge=0, le=255, description="the grey where a letterbox has no picture")
    margin: tuple[float, float] = (0.0, 0.0)
    crop: str = Field("", description="what the crop shows, in words")


class Output(Table):
    """One tensor that the net gives. `classes` name the entries of its last dimension."""

    name: str = Field(min_length=1)
    shape: tuple[int | str, ...] = Field(min_length=1)
    meaning: str
    classes: tuple[str, ...] = ()


class Training(Table):
    """Where the net's knowledge is from, with the licence of each source."""

    data: tuple[str, ...] = Field(min_length=1)
    recipe: str = ""
    teachers: tuple[str, ...] = ()
    temperature: float | None = None


class Quantization(Table):
    """How `gatehouse models quantize` makes INT8 of this net.

    `share` of each tensor's sizes lies inside its range, 1.0 is the plain maximum; of the nodes with one of
    the `operators`, those that `keep_float` names stay in float. `rounded` tensors become integers though
    no such node reads them: the nodes before them are faster so.
    """

    share: float = Field(1.0, gt=0.9, le=1.0)
    keep_float: tuple[str, ...] = ()
    operators: tuple[Literal["Conv", "Gemm", "MatMul"], ...] = ("Conv", "Gemm")
    rounded: tuple[str, ...] = ()


class BoxSeen(Table):
    """The surest box of a class, in pixels of the picture, with the net's raw score."""

    kind: str = Field(alias="class")
    box: tuple[float, float, float, float]
    score: Share
    tolerance: Tolerance = 0.05
    tolerance_px: float = Field(2.0, gt=0.0)


class TextRead(Table):
    """A text, and the probability of each of its characters."""

    text: str = Field(pattern="^[A-Z0-9]+$")
    chars: tuple[Share, ...]
    output: str = "chars"
    tolerance: Tolerance = 0.03

    @model_validator(mode="after")
    def _one_each(self) -> TextRead:
        if len(self.chars) != len(self.text):
            raise ValueError("chars needs one probability for each character of text")
        return self


class ValueSeen(Table):
    """One number of an output: that of the class, or the first where the output has no classes."""

    output: str
    kind: str = Field("", alias="class")
    value: float
    tolerance: Tolerance = 0.05


class VectorSeen(Table):
    """An embedding; what the net gives must point the same way."""

    output: str
    vector: tuple[float, ...] = Field(min_length=2)
    min_cosine: float = Field(0.98, gt=0.0, le=1.0)


class PointsSeen(Table):
    """Points in shares of the picture, x right and y down."""

    output: str
    points: tuple[tuple[float, float], ...] = Field(min_length=1)
    tolerance: Tolerance = 0.02


class NetGolden(Table):
    """A drawn picture, ready to be fed, and what the net must say of it."""

    file: str = Field(min_length=1)
    sha256: Sha256
    boxes: tuple[BoxSeen, ...] = ()
    texts: tuple[TextRead, ...] = ()
    values: tuple[ValueSeen, ...] = ()
    vectors: tuple[VectorSeen, ...] = ()
    points: tuple[PointsSeen, ...] = ()

    @model_validator(mode="after")
    def _expects_something(self) -> NetGolden:
        if not (self.boxes or self.texts or self.values or self.vectors or self.points):
            raise ValueError("expects nothing")
        return self


class NetManifest(Table):
    """One net in its precisions.

    `package` names the installed package that carries the files; without it they lie in the folder of
    models. `extra` is the extra of this project that installs the package. `derived_from` is the hash of
    the FP32 file that an owner's own manifest was made from.
    """

    name: Name
    version: int = Field(ge=1)
    task: Task
    title: str
    licence: str = Field(min_length=1)
    source: str = Field(min_length=1)
    package: str | None = None
    extra: str | None = None
    parameters: int | None = Field(None, ge=1)
    opset: int | None = Field(None, ge=7)
    default: Precision = Precision.FP32
    derived_from: Sha256 | None = None
    precisions: dict[Precision, Variant] = Field(min_length=1)
    input: Input
    outputs: tuple[Output, ...] = Field(min_length=1)
    metrics: dict[str, Metric] = Field(default_factory=dict)
    training: Training | None = None
    quantization: Quantization = Quantization()
    golden: tuple[NetGolden, ...] = ()
    folder: Path = Field(default=Path(), exclude=True)

    @model_validator(mode="after")
    def _holds_together(self) -> NetManifest:
        if self.default not in self.precisions:
            raise ValueError(f"default {self.default} has no table in precisions")
        wrong = [golden.file for golden in self.golden if not self._answers(golden)]
        if wrong:
            raise ValueError(f"golden frame {wrong[0]} names an output or a class that the net lacks")
        return self

    @model_validator(mode="after")
    def _names_models(self) -> NetManifest:
        """The one task whose words nobody knows beforehand."""
        if self.task is not Task.NAME_MODEL:
            return self
        if not self.classes(MODEL_OUTPUT):
            raise ValueError(f"task {self.task} needs an output {MODEL_OUTPUT} that names its classes")
        if self.input.resize != "stretch":
            raise ValueError(f'task {self.task} needs resize = "stretch"')
        return self

    def _answers(self, golden: NetGolden) -> bool:
        """Whether every expectation is about an output of this net, and a class of it."""
        named = {read.output for read in golden.texts} | {value.output for value in golden.values}
        named |= {one.output for one in golden.vectors} | {one.output for one in golden.points}
        named |= {"boxes", "scores"} if golden.boxes else set()
        classed = [("scores", box.kind) for box in golden.boxes]
        classed += [(value.output, value.kind) for value in golden.values if value.kind]
        classed += [(read.output, char) for read in golden.texts for char in read.text]
        outputs = {output.name for output in self.outputs}
        return named <= outputs and all(kind in self.classes(output) for output, kind in classed)

    def chosen(self, wanted: Precision | None) -> Precision:
        """The wanted precision where this net has it, else its default."""
        return wanted if wanted in self.precisions else self.default

    def classes(self, output: str) -> tuple[str, ...]:
        """The classes of an output, none where it has none."""
        return next((one.classes for one in self.outputs if one.name == output), ())
