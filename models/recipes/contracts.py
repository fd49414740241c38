"""What each net takes and gives, and where its knowledge is from: the fixed part of its manifest."""

from __future__ import annotations

from typing import Any

from models.recipes.common import ALPHABET, DETECTOR_CLASSES, REGIONS, SLOTS

LICENCE = "Apache-2.0"
SOURCE = "trained with models/recipes"

PHOTOS = [
    "Open Images photographs with plate boxes (CC BY 2.0, boxes CC BY 4.0)",
    "RobertLucian/license-plate-dataset, dashcam (MIT)",
    "Roboflow experiment-plates (MIT as declared)",
    "Roboflow highway-object-detection (CC BY 4.0)",
    "Kaggle face-mask-detection (CC0 as declared)",
]
CROPS = [
    "plate crops of the photographs above, labelled by hand",
    "Kaggle plate crops, labelled by hand",
    "sirius-ai/LPRNet_Pytorch test crops (Apache-2.0)",
    "liuruoze/EasyPR plate crops (crops and trained models free)",
    "plates rendered by models/recipes with free fonts",
]
FACES = ["Labeled Faces in the Wild, aligned (research; teachers' answers only)"]
COLOURS = [
    *("white", "silver", "grey", "black", "red", "blue", "green", "yellow", "orange", "brown", "beige"),
    "other",
]
BODIES = ["sedan", "hatchback", "wagon", "suv", "coupe", "van", "pickup", "truck", "bus", "motorcycle"]

PIXELS = {"layout": "NCHW", "colour": "RGB", "mean": [0.0, 0.0, 0.0], "std": [255.0, 255.0, 255.0]}


def _crop(
    name: str, height: int, width: int, crop: str, margin: tuple[float, float] | None
) -> dict[str, Any]:
    """The input of a net that takes stretched crops, any number at once."""
    shape = {"name": name, "shape": [1, 3, height, width], "dynamic": ["batch"]}
    table = {**shape, **PIXELS, "resize": "stretch", "crop": crop}
    return table if margin is None else {**table, "margin": list(margin)}


def _output(
    name: str, shape: list[int | str], meaning: str, classes: list[str] | None = None
) -> dict[str, Any]:
    table: dict[str, Any] = {"name": name, "shape": shape, "meaning": meaning}
    return table if classes is None else {**table, "classes": classes}


DETECTOR: dict[str, Any] = {
    "task": "detect",
    "title": "vehicles, plates and faces in one pass",
    "input": {
        "name": "image",
        "shape": [1, 3, 416, 416],
        "dynamic": ["batch", "height", "width"],
        "multiple_of": 32,
        **PIXELS,
        "resize": "letterbox",
        "ground": 114,
    },
    "outputs": [
        _output("boxes", ["N", "cells", 4], "x1 y1 x2 y2 in pixels of the input"),
        _output(
            "scores",
            ["N", "cells", 6],
            "0 to 1; not suppressed: IoU 0.5 a class after",
            list(DETECTOR_CLASSES),
        ),
    ],
    "training": {
        "data": PHOTOS,
        "recipe": "models/recipes/train_detector.py",
        "teachers": ["vehicles: PicoDet, YOLOX-nano, OMZ (Apache-2.0)", "faces: YuNet (MIT)"],
    },
}

READER: dict[str, Any] = {
    "task": "read_plate",
    "title": "twelve slots of A-Z 0-9, region and readability of a plate",
    "input": _crop("crop", 64, 192, "the detector's box of a plate, widened", (0.04, 0.07)),
    "outputs": [
        _output(
            "chars",
            ["N", SLOTS, len(ALPHABET) + 1],
            "probabilities a slot, calibrated; the empty class is padding",
            [*ALPHABET, ""],
        ),
        _output("region", ["N", len(REGIONS)], "probabilities", list(REGIONS)),
        _output("readable", ["N", 1], "0 to 1: a plate that can be read"),
        _output("places", ["N", SLOTS, 2], "x y of each slot's character in shares of the crop"),
    ],
    # The rectifier moves the crop by fractions of a pixel. The last block's sum is what the cells read.
    "quantization": {
        "keep_float": [
            *(f"/reader/rectifier/body/body.{n}/body.{n}.0/Conv" for n in (1, 2, 3, 4)),
            *(f"/reader/rectifier/head/head.{n}/Gemm" for n in (0, 2)),
        ],
        "rounded": ["/reader/body/body.7/Relu_output_0"],
    },
    "training": {"data": CROPS, "recipe": "models/recipes/train_reader.py"},
}

LANDMARKS: dict[str, Any] = {
    "task": "find_landmarks",
    "title": "five points of a face, and whether it can be recognised",
    "input": _crop(
        "crop", 64, 64, "a square about the face's box, 1.3 times its longer side; grey 114 outside", None
    ),
    "outputs": [
        _output(
            "points",
            ["N", 5, 2],
            "left eye, right eye, nose tip, left and right mouth corner, shares of the crop",
        ),
        _output("usable", ["N", 1], "0 to 1: sharp and frontal enough to recognise"),
    ],
    "training": {
        "data": [*PHOTOS[:1], *PHOTOS[-1:], *FACES],
        "recipe": "models/recipes/train_landmarks.py",
        "teachers": ["landmarks-regression-retail-0009 (Apache-2.0)", "YuNet (MIT)"],
    },
}

FACE: dict[str, Any] = {
    "task": "embed_face",
    "title": "a face as a vector of 128 numbers",
    "input": _crop("face", 112, 112, "a face aligned by its five points", None),
    "outputs": [
        _output("embedding", ["N", 128], "length 1; the cosine of two tells whether they are one person")
    ],
    "training": {
        "data": [
            "Labeled Faces in the Wild, aligned (research; a teacher's answers, drawn to a person's mean)",
            *PHOTOS[:2],
            *PHOTOS[3:4],
        ],
        "recipe": "models/recipes/train_face.py",
        "teachers": ["face-reidentification-retail-0095 (Apache-2.0)"],
    },
    "quantization": {"share": 0.9999},
}

LIVENESS: dict[str, Any] = {
    "task": "tell_live",
    "title": "a live face, or a print or replay of one",
    "input": _crop(
        "face", 80, 80, "the face's box scaled by 2.7 about its centre, kept inside the picture", None
    ),
    "outputs": [_output("kinds", ["N", 3], "probabilities", ["live", "print", "replay"])],
    "training": {
        "data": [
            *PHOTOS,
            "Labeled Faces in the Wild, aligned (research; faces put into others, identities not used)",
            "prints and replays of these, rendered by models/recipes",
        ],
        "recipe": "models/recipes/train_liveness.py",
        "teachers": ["which boxes are faces: YuNet (MIT)"],
    },
}

VEHICLE: dict[str, Any] = {
    "task": "describe_vehicle",
    "title": "colour and body of a vehicle",
    "input": _crop("vehicle", 96, 128, "the detector's box of a vehicle, widened", (0.04, 0.04)),
    "outputs": [
        _output("colour", ["N", 12], "probabilities, calibrated", COLOURS),
        _output("body", ["N", 10], "probabilities, calibrated", BODIES),
    ],
    "training": {"data": PHOTOS[:4], "recipe": "models/recipes/train_vehicle.py"},
}

NETS = {
    "detector": DETECTOR,
    "reader": READER,
    "landmarks": LANDMARKS,
    "face": FACE,
    "liveness": LIVENESS,
    "vehicle": VEHICLE,
}
"""Part of the set -> the fixed part of its manifest."""
