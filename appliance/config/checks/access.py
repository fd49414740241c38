"""Checks of regions, lists and schedules."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from zoneinfo import ZoneInfo, available_timezones

from ..mistakes import nearest
from ..schema import Config
from .finding import Finding, error, warn

WITNESS_FRAMES = 2
"""So many frames must show a vehicle before its looks count (`vision/looks.py`)."""


def known_regions(config: Config, regions: Collection[str]) -> Iterator[Finding]:
    for name in config.access.regions:
        if name not in regions:
            hint = nearest(name, regions) or "See `gatehouse plates regions`."
            yield error("access.regions", f'no region is named "{name}".', hint)


def time_zone(config: Config) -> Iterator[Finding]:
    name = config.access.timezone
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, ill-formed, a folder's name
        hint = nearest(name, available_timezones()) or 'Write an IANA name, for one "Europe/Berlin".'
        yield error("access.timezone", f'no time zone is named "{name}".', hint)


def schedule_windows(config: Config) -> Iterator[Finding]:
    for name, windows in config.access.schedules.items():
        if not windows:
            yield error(
                f"access.schedules.{name}", "has no window: it never allows.", "Add one, or remove it."
            )
        for index, window in enumerate(windows):
            key = f"access.schedules.{name}.{index}"
            if not window.days:
                yield error(f"{key}.days", "names no day.", "Name days, or remove the key for all of them.")
            if window.start == window.end:
                yield error(
                    f"{key}.end", "equals start: the window is empty.", 'For a whole day write end = "24:00".'
                )


def witness_heard(config: Config) -> Iterator[Finding]:
    """The looks of a vehicle are agreed on by two frames at least."""
    if config.access.witness == "refuse" and config.vote.min_reads < WITNESS_FRAMES:
        yield warn(
            "vote.min_reads",
            'opens before the witness of access.witness = "refuse" has seen the vehicle.',
            f"Write {WITNESS_FRAMES} or more.",
        )


def plate_spelling(config: Config) -> Iterator[Finding]:
    access = config.access
    for table, plates in (("known_plates", access.known_plates), ("denied_plates", access.denied_plates)):
        first: dict[str, str] = {}
        for plate in plates:
            text = plain(plate)
            if not text:
                yield error(
                    f"access.{table}.{plate}", "has no letter and no digit.", "Write the plate's characters."
                )
            elif text in first:
                yield error(
                    f"access.{table}.{plate}", f'is the same plate as "{first[text]}".', "Keep one of them."
                )
            first.setdefault(text, plate)


def plate_on_both_lists(config: Config) -> Iterator[Finding]:
    known = {plain(plate) for plate in config.access.known_plates}
    for plate in config.access.denied_plates:
        if plain(plate) in known:
            yield error(
                f"access.denied_plates.{plate}",
                "is known as well as denied.",
                "Remove it from one of the lists.",
            )


def thresholds(config: Config) -> Iterator[Finding]:
    if config.access.sure_threshold < config.access.recognition_threshold:
        yield error(
            "access.sure_threshold",
            "is below access.recognition_threshold: every character that counts would be sure.",
            "Set it above, for one to 0.8.",
        )


def plain(plate: str) -> str:
    """A plate without separators, in upper case: two spellings of one plate become the same."""
    return "".join(c for c in plate.upper() if c.isascii() and c.isalnum())
