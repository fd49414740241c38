"""What a threshold costs: visits made of held-out photographs, against lists of 10, 100 and 1,000 plates.

    python -m models.recipes.false_opens DATA --out DIR [--page docs/thresholds.md] [--visits N] [--draws N]

DATA holds `annotations.csv`, `ocr.csv`, `origin_map.csv` and the images that they name; only photographs that
no recipe trained on are used. Each drives up N times through the appliance's own loop, vote and decision.
Writes false_opens.md, false_opens.json and false_opens.svg to DIR. No plate's text is in them. `--page` puts
the tables behind the heading "Figures" of that page, and the chart beside it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tqdm import tqdm

from appliance.config.load import load_config
from appliance.evaluate.canvas import SvgCanvas
from appliance.evaluate.labels import Label, Picture, plain
from appliance.evaluate.visits import report
from appliance.evaluate.visits.costs import costs
from appliance.evaluate.visits.photos import Approach
from appliance.hw.cameras.footage import read_image
from appliance.sight import Box
from appliance.vision.factory import build_recognition
from models.recipes import common

HEADING = "## Figures\n"


def held_out(data: Path, limit: int) -> list[Picture]:
    """Photographs that were held out, with their labelled Latin plates."""
    fate = common.hold_out(data)
    found: dict[str, list[Label]] = {}
    for box in common.read_boxes(data):
        if box.kind == "plate" and fate[box.image] and box.text.isascii() and plain(box.text):
            corners = Box(box.x1, box.y1, box.x2, box.y2)
            found.setdefault(box.image, []).append(Label("plate", corners, plain(box.text), ""))
    return [Picture(data / name, tuple(found[name])) for name in sorted(found)[:limit]]


def publish(page: Path, found: report.Costs, chart: str) -> None:
    """Replace what stands behind the page's heading, and the chart of its name."""
    kept, heading, _ = page.read_text(encoding="utf-8").partition(HEADING)
    if not heading:
        raise SystemExit(f"{page} has no line {HEADING.strip()!r}")
    picture = page.with_suffix(".svg")
    picture.write_text(chart, encoding="utf-8")
    shown = f"![What a threshold costs]({picture.name})"
    page.write_text(f"{kept}{heading}\n{shown}\n\n{report.as_text(found)}\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--page", type=Path, metavar="FILE")
    parser.add_argument("--visits", type=int, default=2, help="of each photograph")
    parser.add_argument("--draws", type=int, default=3, help="lists of each size for each plate")
    parser.add_argument("--images", type=int, default=1000, help="at most so many")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    config = load_config(None, "generic", environment={}).config
    recognition = build_recognition(config.vision, config.infer)
    pictures = held_out(args.data, args.images)
    with tqdm(total=len(pictures), unit="photo", disable=None) as bar:
        how = Approach(visits=args.visits)
        found, complaints = costs(
            config,
            recognition,
            pictures,
            read_image,
            how=how,
            draws=args.draws,
            driven=bar.update,
            tried=bar.refresh,
        )
    canvas = SvgCanvas(report.WIDTH, report.HEIGHT)
    report.draw(found, canvas)
    (args.out / "false_opens.json").write_text(json.dumps(report.as_json(found), indent=1) + "\n")
    (args.out / "false_opens.md").write_text(report.as_text(found) + "\n")
    (args.out / "false_opens.svg").write_text(canvas.text())
    if args.page is not None:
        publish(args.page, found, canvas.text())
    print(report.as_text(found), *complaints, sep="\n")


if __name__ == "__main__":
    main()
