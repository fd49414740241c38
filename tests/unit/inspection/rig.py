"""A site for the checks: a tree of files, tools that answer what they are told, a configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from appliance.config import Config
from appliance.config.load import load_config
from appliance.hw.board import Board
from appliance.inspection.report import Level, Report
from appliance.inspection.site import Site

PI5 = Board("pi5", "Raspberry Pi 5 Model B Rev 1.0", ("raspberrypi,5-model-b", "brcm,bcm2712"), 7900)
ORIN = Board(
    "jetson-orin-nano",
    "NVIDIA Jetson Orin Nano Developer Kit",
    ("nvidia,p3768-0000+p3767-0005", "nvidia,p3767-0005", "nvidia,tegra234"),
    7471,
    "# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic",
)
OWN_PID = 4242


def a_config(board: str = "pi5", **sections: object) -> Config:
    """The board's shipped profile, with these sections in place of its own."""
    return load_config(None, board, environment={}).config.model_copy(update=sections)


def a_site(
    root: Path,
    config: Config | None = None,
    *,
    board: Board = PI5,
    tools: Mapping[tuple[str, ...], str] | None = None,
    refused: Iterable[str] = (),
) -> Site:
    """`tools` answer by the first words of their command line; `refused` are devices below `root`."""
    answers, closed = dict(tools or {}), {root / place for place in refused}

    def ask(*words: str) -> str | None:
        return next((told for asked, told in answers.items() if words[: len(asked)] == asked), None)

    return Site(config or a_config(), board, root, ask, lambda place: place not in closed, OWN_PID)


def with_memory(board: Board, memory_mb: int) -> Board:
    return replace(board, memory_mb=memory_mb)


def put(root: Path, place: str, text: str = "") -> Path:
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def levels(reports: Iterable[Report]) -> list[Level]:
    return [report.level for report in reports]
