"""Load the configuration: the shipped file, what lies over it, and each value's origin."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..faults import ConfigFault
from .checks import Finding, Severity, examine
from .former import modernised
from .home import at_home
from .measured import measured_place, read_measured
from .mistakes import nearest, sentences
from .places import HOME_VARIABLE, MAIN_FILE, board_file, board_names, find_owner, find_shipped
from .schema import Config
from .sheet import Key, Sheet, read_sheet

AUTO = "auto"
UNKNOWN_BOARD = "generic"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: a file and its line, or `source` in words."""

    source: str
    line: int | None = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"


DEFAULT = Origin("default")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration and where it came from. `findings` are what the checks across keys found."""

    config: Config
    origins: Mapping[Key, Origin]
    files: tuple[Path, ...]
    findings: tuple[Finding, ...] = ()

    def origin(self, key: str | Key) -> Origin:
        """Where a value comes from, by its path: ("barrier", "hold_s") or "barrier.hold_s"."""
        return self.origins.get(_path(key), DEFAULT)

    def describe(self, finding: Finding) -> str:
        """One line: where to mend it, what is wrong, and the remedy.

        What may be mended in two places is told at the one that won over more files: the owner's.
        """
        told = finding if finding.mirror is None else max(finding, finding.mirror, key=self._precedence)
        return f"{self._place(told)}: {told}"

    def _precedence(self, finding: Finding) -> int:
        sources = [str(path) for path in self.files]
        source = self._place(finding).source
        return sources.index(source) if source in sources else -1

    def _place(self, finding: Finding) -> Origin:
        return _nearest(self.origins, _path(finding.key)) or Origin(str(self.files[-1]))


def load_config(
    owner: Path | None,
    board: str | None,
    *,
    detect: Callable[[], str] = lambda: UNKNOWN_BOARD,
    regions: Collection[str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Loaded:
    """A configuration that may be armed (law 11). Arguments as for `read_config`.

    Raises ConfigFault, one line a finding, when a file cannot be used or keys contradict each other.
    """
    loaded = read_config(owner, board, detect=detect, regions=regions, environment=environment)
    errors = [f for f in loaded.findings if f.severity is Severity.ERROR]
    if errors:
        raise ConfigFault("\n".join(loaded.describe(error) for error in errors))
    return loaded


def read_config(
    owner: Path | None,
    board: str | None,
    *,
    detect: Callable[[], str] = lambda: UNKNOWN_BOARD,
    regions: Collection[str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Loaded:
    """Merge the shipped file, the board's profile, what was measured on it and the owner's file, the last one
    winning.

    `owner` None looks in $GATEHOUSE_CONFIG, then ./gatehouse.toml, then /etc/gatehouse. `board` None
    takes the files' `board`; "auto" asks `detect`. `regions` are the names that `access.regions` may
    use, None leaves them unchecked. Contradictions between keys stay in `findings`, and keys of older
    versions, which the owner's file may have. Relative paths count from $GATEHOUSE_HOME.

    Raises ConfigFault, one line a mistake, when any file cannot be used.
    """
    surroundings = os.environ if environment is None else environment
    home = Path(surroundings.get(HOME_VARIABLE, ""))
    shipped = find_shipped()
    found = owner if owner is not None else find_owner(surroundings)
    main = read_sheet(shipped / MAIN_FILE)
    mine, older = (None, ()) if found is None else modernised(read_sheet(found))
    name, chosen = _choose_board(board, main, mine, detect)
    profile = read_sheet(_profile(shipped, name, chosen))
    place = measured_place(sheet for sheet in (main, profile, mine) if sheet is not None)
    measured, stale = read_measured(home / place, name)
    sheets = tuple(sheet for sheet in (main, profile, measured, mine) if sheet is not None)
    values, origins = _merge(sheets)
    values["board"], origins[("board",)] = name, chosen
    config = at_home(_validate(values, origins), home)
    if mine is not None:
        origins.update({_path(finding.key): _stand(mine, _path(finding.key)) for finding in older})
    findings = (*older, *stale, *examine(config, regions))
    return Loaded(config, origins, tuple(s.path for s in sheets), findings)


def _choose_board(
    asked: str | None, main: Sheet, mine: Sheet | None, detect: Callable[[], str]
) -> tuple[str, Origin]:
    """The profile's name and who named it: the command line, the owner, the shipped file, the board."""
    name, origin = asked or AUTO, Origin("--board")
    if asked is None:
        sheet = mine if mine is not None and "board" in mine.values else main
        name, origin = sheet.values.get("board", AUTO), _stand(sheet, ("board",))
    if not isinstance(name, str):
        raise ConfigFault(f'{origin}: board: is not text. Write a profile\'s name, for one board = "pi5".')
    return (detect(), Origin("detected")) if name == AUTO else (name, origin)


def _profile(shipped: Path, name: str, chosen: Origin) -> Path:
    known = board_names(shipped)
    if name in known:
        return board_file(shipped, name)
    hint = nearest(name, known) or f"Known profiles: {', '.join((AUTO, *known))}."
    raise ConfigFault(f'{chosen}: board: no profile is named "{name}". {hint}')


def _merge(sheets: tuple[Sheet, ...]) -> tuple[dict[str, Any], dict[Key, Origin]]:
    values: dict[str, Any] = {}
    origins: dict[Key, Origin] = {}
    for sheet in sheets:
        _lay_over(values, sheet.values, (), sheet, origins)
    return values, origins


def _lay_over(
    under: dict[str, Any], over: Mapping[str, Any], at: Key, sheet: Sheet, origins: dict[Key, Origin]
) -> None:
    """Lay one table over another: tables merge, everything else is replaced."""
    for name, value in over.items():
        key = (*at, name)
        if isinstance(value, Mapping):
            table = under.get(name)
            under[name] = dict(table) if isinstance(table, Mapping) else {}
            _lay_over(under[name], value, key, sheet, origins)
        else:
            under[name] = value
        origins[key] = _stand(sheet, key)


def _stand(sheet: Sheet, key: Key) -> Origin:
    """Where a key stands in a file: its own line, or that of the table or inline table around it."""
    around = (key[:length] for length in range(len(key), 0, -1))
    return Origin(str(sheet.path), next((sheet.lines[k] for k in around if k in sheet.lines), None))


def _validate(values: Mapping[str, Any], origins: Mapping[Key, Origin]) -> Config:
    """Strict: "yes" is not true and "12" is no number. JSON is the form in which lists may be tuples."""
    try:
        return Config.model_validate_json(json.dumps(values, default=str), strict=True)
    except ValidationError as error:
        found = [(_nearest(origins, key) or DEFAULT, text) for key, text in sentences(error)]
        found.sort(key=lambda mistake: (mistake[0].source, mistake[0].line or 0))
        raise ConfigFault("\n".join(f"{origin}: {text}" for origin, text in found)) from error


def _path(key: str | Key) -> Key:
    return tuple(key.split(".")) if isinstance(key, str) else key


def _nearest(origins: Mapping[Key, Origin], key: Key) -> Origin | None:
    """The origin of a key, or of the innermost table around it that some file has."""
    around = (key[:length] for length in range(len(key), 0, -1))
    return next((origins[k] for k in around if k in origins), None)
