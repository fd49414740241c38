"""Renders the golden frames and writes the cards of the exported nets: what they take, give and reach.

    python -m models.recipes.golden --fonts FONTS --models models --report report.json

Everything in the frames is drawn, so they may be shipped. Expected outputs are what the exported
nets say on ONNX Runtime, FP32, one core.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.recipes.common import ALPHABET, DETECTOR_CLASSES, PLATE_CLASS, REGIONS, SLOTS
from models.recipes.pipeline import Detector, Reader
from models.recipes.plates import Renderer

Image = NDArray[np.uint8]
DATA = (
    "Open Images photographs with plate boxes (CC BY 2.0, boxes CC BY 4.0)",
    "RobertLucian/license-plate-dataset, dashcam (MIT)",
    "Roboflow experiment-plates (MIT as declared)",
    "Roboflow highway-object-detection (CC BY 4.0)",
    "Kaggle face-mask-detection (CC0 as declared)",
)
CROPS = (
    "plate crops of the photographs above, labelled by hand",
    "Kaggle plate crops, labelled by hand",
    "sirius-ai/LPRNet_Pytorch test crops (Apache-2.0)",
    "liuruoze/EasyPR plate crops (crops and trained models free)",
    "plates rendered by models/recipes with free fonts",
)


def scene(plate: Image) -> Image:
    """A drawn car from behind with the plate on it, 416 x 312 RGB."""
    image = np.zeros((312, 416, 3), np.uint8)
    image[:170] = np.linspace((150, 180, 215), (205, 215, 225), 170).astype(np.uint8)[:, None]
    image[170:] = np.linspace((120, 120, 118), (85, 85, 86), 142).astype(np.uint8)[:, None]
    body, dark, glass = (150, 30, 35), (25, 25, 28), (60, 75, 85)
    cv2.ellipse(image, (208, 276), (150, 14), 0, 0, 360, (50, 50, 50), -1, cv2.LINE_AA)
    for x in (92, 284):
        cv2.rectangle(image, (x, 232), (x + 40, 278), dark, -1)
    roof = np.array([[130, 92], [286, 92], [322, 160], [94, 160]])
    cv2.fillPoly(image, [roof], body, cv2.LINE_AA)
    pane = np.array([[142, 102], [274, 102], [302, 154], [114, 154]])
    cv2.fillPoly(image, [pane], glass, cv2.LINE_AA)
    cv2.rectangle(image, (78, 158), (338, 226), body, -1)
    cv2.rectangle(image, (74, 220), (342, 258), (115, 24, 28), -1)
    for x in (82, 300):
        cv2.rectangle(image, (x, 166), (x + 34, 196), (225, 60, 50), -1)
        cv2.rectangle(image, (x + 4, 188), (x + 30, 194), (250, 210, 170), -1)
    cv2.line(image, (118, 206), (298, 206), (110, 20, 24), 2, cv2.LINE_AA)
    cv2.rectangle(image, (158, 172), (258, 220), (90, 16, 20), -1)
    small = cv2.resize(plate, (84, 42), interpolation=cv2.INTER_AREA)
    image[175:217, 166:250] = small
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 0.7), np.uint8)


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _toml(value: Any) -> str:
    """A value as TOML: strings, numbers, booleans, lists."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def write_toml(path: Path, tables: list[tuple[str, dict[str, Any]]]) -> None:
    """Tables in order; a name in double brackets is an array's entry."""
    lines = []
    for name, table in tables:
        if name:
            lines.append(f"\n{name}")
        lines += [f"{k} = {_toml(v)}" for k, v in table.items()]
    path.write_text("\n".join(lines).lstrip("\n") + "\n", encoding="utf-8")


def save(image: Image, path: Path) -> None:
    """RGB picture as PNG."""
    cv2.imwrite(str(path), image[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])


def reader_frames(fonts: Path, folder: Path, reader: Reader) -> list[dict[str, Any]]:
    """Three rendered crops and what the reader says."""
    frames = []
    for name, family, text, seed in (
        ("plate_us", "us", "4QZT582", 5),
        ("plate_eu", "eu", "WL-582-XB", 3),
        ("plate_br", "br_old", "KZT-4903", 4),
    ):
        image = Renderer(fonts, seed).of(family, text).image
        image = cv2.resize(image, (192, 64), interpolation=cv2.INTER_AREA)
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.6), np.uint8)
        path = folder / f"{name}.png"
        save(image, path)
        read = reader.read(image)
        expected = {
            "text": read.text,
            "chars": [round(c, 4) for c in read.chars],
            "score": round(read.score, 4),
            "region": read.region,
            "readable": round(read.readable, 4),
        }
        if read.text != "".join(c for c in text if c.isalnum()):
            print(f"golden frame {name} is misread as {read.text}")
        frames.append({"file": f"golden/{path.name}", "sha256": _sha(path), **expected, "tolerance": 0.03})
    return frames


def detector_frame(fonts: Path, folder: Path, detector: Detector) -> dict[str, Any]:
    """The drawn car and the plate and vehicle found on it."""
    image = scene(Renderer(fonts, 5).of("us", "4QZT582").image)
    path = folder / "car_rear.png"
    save(image, path)
    boxes, scores = detector.find(image, PLATE_CLASS, 0.25)
    print("golden scene:", len(boxes), "plates", scores[:3], boxes[:1])
    return {
        "file": f"golden/{path.name}",
        "sha256": _sha(path),
        "class": "plate",
        "box": [round(float(v), 1) for v in boxes[0]] if len(boxes) else [],
        "score": round(float(scores[0]), 4) if len(boxes) else 0.0,
        "tolerance": 0.05,
        "tolerance_px": 2.0,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--fonts", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--temperature", type=float, default=1.0)
    args = parser.parse_args()
    weights, folder, cards = (args.models / part for part in ("weights", "golden", "cards"))
    folder.mkdir(exist_ok=True)
    cards.mkdir(exist_ok=True)
    report = json.loads(args.report.read_text())
    detector, reader = Detector(weights / "detector.onnx"), Reader(weights / "reader.onnx")
    by_width = report["detection"]["by_width"]
    write_toml(
        cards / "detector.toml",
        [
            (
                "",
                {
                    "name": "detector",
                    "version": 1,
                    "task": "detect",
                    "file": "weights/detector.onnx",
                    "sha256": _sha(weights / "detector.onnx"),
                    "precision": "fp32",
                    "opset": 17,
                },
            ),
            (
                "[input]",
                {
                    "name": "image",
                    "shape": [1, 3, 416, 416],
                    "dynamic": ["height", "width"],
                    "multiple_of": 32,
                    "layout": "NCHW",
                    "colour": "RGB",
                    "mean": [0.0, 0.0, 0.0],
                    "std": [255.0, 255.0, 255.0],
                    "resize": "letterbox, top left, ground 114",
                },
            ),
            (
                "[output]",
                {
                    "names": ["boxes", "scores"],
                    "boxes": "(1, N, 4) x1 y1 x2 y2 in input pixels",
                    "scores": "(1, N, 6) in [0, 1]; not suppressed: IoU 0.5 a class after",
                    "classes": list(DETECTOR_CLASSES),
                },
            ),
            (
                "[metrics]",
                {
                    "held_out_plates_found_3_to_8_percent": by_width["all, 3 to 8 %"]["found"],
                    "held_out_plates_found_8_to_20_percent": by_width["all, 8 to 20 %"]["found"],
                    "held_out_plates_found_over_20_percent": by_width["all, over 20 %"]["found"],
                    "held_out_readable_plates_found": report["end_to_end"]["found"],
                    "least_score": report["detection"]["least"],
                    "false_plates_a_photo": report["detection"]["false_per_photo"],
                },
            ),
            (
                "[training]",
                {
                    "data": list(DATA),
                    "recipe": "models/recipes/train_detector.py",
                    "pseudo_labels": [
                        "vehicles: PicoDet, YOLOX-nano, OMZ (Apache-2.0)",
                        "faces: YuNet (MIT)",
                    ],
                },
            ),
            ("[[golden]]", detector_frame(args.fonts, folder, detector)),
        ],
    )
    crops, whole = report["reader_on_crops"]["all"], report["end_to_end"]
    write_toml(
        cards / "reader.toml",
        [
            (
                "",
                {
                    "name": "reader",
                    "version": 1,
                    "task": "read_plate",
                    "file": "weights/reader.onnx",
                    "sha256": _sha(weights / "reader.onnx"),
                    "precision": "fp32",
                    "opset": 17,
                },
            ),
            (
                "[input]",
                {
                    "name": "crop",
                    "shape": [1, 3, 64, 192],
                    "dynamic": ["crops"],
                    "layout": "NCHW",
                    "colour": "RGB",
                    "mean": [0.0, 0.0, 0.0],
                    "std": [255.0, 255.0, 255.0],
                    "resize": "stretch",
                    "margin": [0.04, 0.07],
                },
            ),
            (
                "[output]",
                {
                    "names": ["chars", "region", "readable", "places"],
                    "chars": "(N, 12, 37) probabilities a slot, calibrated; class 36 is blank",
                    "region": "(N, 9) probabilities",
                    "readable": "(N, 1) in [0, 1]",
                    "places": "(N, 12, 2) x y of each slot's character in shares of the crop",
                    "alphabet": ALPHABET,
                    "blank": len(ALPHABET),
                    "slots": SLOTS,
                    "regions": list(REGIONS),
                    "temperature": args.temperature,
                },
            ),
            (
                "[metrics]",
                {
                    "held_out_crops_right_folded": crops["right"],
                    "held_out_crops": crops["plates"],
                    "held_out_characters_right": crops["characters"],
                    "calibration_error": crops["calibration_error"],
                    "end_to_end_right_folded": whole["right"],
                    "end_to_end_plates": whole["plates"],
                    "end_to_end_second_look_right_folded": report["end_to_end_second_look"]["right"],
                },
            ),
            ("[training]", {"data": list(CROPS), "recipe": "models/recipes/train_reader.py"}),
            *[("[[golden]]", f) for f in reader_frames(args.fonts, folder, reader)],
        ],
    )


if __name__ == "__main__":
    main()
