"""Where configuration lies: the shipped files, in a checkout or an installed wheel, and the owner's."""

from __future__ import annotations

import sysconfig
from collections.abc import Mapping
from pathlib import Path

from ..faults import ConfigFault

OWNER_VARIABLE = "GATEHOUSE_CONFIG"
OWNER_PLACES = (Path("gatehouse.toml"), Path("/etc/gatehouse/gatehouse.toml"))
MAIN_FILE = "gatehouse.toml"


def shipped_places() -> tuple[Path, ...]:
    """Where the shipped `etc` may lie, first choice first: checkout, environment, `pip --target`."""
    beside_package = Path(__file__).resolve().parents[2]
    return (
        beside_package / "etc",
        Path(sysconfig.get_path("data")) / "share" / "gatehouse" / "etc",
        beside_package / "share" / "gatehouse" / "etc",
    )


def find_shipped(places: tuple[Path, ...] | None = None) -> Path:
    """The folder of the shipped configuration. Raises ConfigFault when the installation lacks it."""
    tried = shipped_places() if places is None else places
    for place in tried:
        if (place / MAIN_FILE).is_file():
            return place
    looked = ", ".join(str(place) for place in tried)
    raise ConfigFault(
        f"{MAIN_FILE}: the shipped configuration is missing in {looked}. Install gatehouse again."
    )


def find_owner(environment: Mapping[str, str], places: tuple[Path, ...] = OWNER_PLACES) -> Path | None:
    """The owner's file: the one that the environment names, else the first that exists, else None.

    A file that the environment names is returned even when it does not exist: reading it then says so.
    """
    named = environment.get(OWNER_VARIABLE)
    if named:
        return Path(named)
    return next((place for place in places if place.is_file()), None)


def board_file(shipped: Path, board: str) -> Path:
    return shipped / "boards" / f"{board}.toml"


def board_names(shipped: Path) -> tuple[str, ...]:
    """The profiles that are shipped, sorted."""
    return tuple(sorted(path.stem for path in (shipped / "boards").glob("*.toml")))
