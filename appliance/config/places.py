"""Where configuration lies: the shipped files, in a checkout or an installed wheel, and the owner's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..faults import ConfigFault
from ..shipped import places as shipped_places

OWNER_VARIABLE = "GATEHOUSE_CONFIG"
HOME_VARIABLE = "GATEHOUSE_HOME"
"""Where an installed gate keeps its data, whatever folder the command is called in."""
OWNER_PLACES = (Path("gatehouse.toml"), Path("/etc/gatehouse/gatehouse.toml"))
MAIN_FILE = "gatehouse.toml"


def find_shipped(places: tuple[Path, ...] | None = None) -> Path:
    """The folder of the shipped configuration. Raises ConfigFault when the installation lacks it."""
    tried = shipped_places("etc") if places is None else places
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
