"""Where the files that come with the appliance lie: in a checkout, or in an installed wheel."""

from __future__ import annotations

import sysconfig
from pathlib import Path


def places(folder: str) -> tuple[Path, ...]:
    """Where `etc` or `models` may lie, first choice first: checkout, environment, `pip --target`."""
    beside_package = Path(__file__).resolve().parents[1]
    return (
        beside_package / folder,
        Path(sysconfig.get_path("data")) / "share" / "gatehouse" / folder,
        beside_package / "share" / "gatehouse" / folder,
    )


def find(folder: str) -> Path:
    """The first of `places` that exists, else the first, so that a message can name it."""
    tried = places(folder)
    return next((place for place in tried if place.is_dir()), tried[0])
