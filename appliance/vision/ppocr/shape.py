"""Which text looks like a plate's: scored without knowing the region."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..align import distance
from .alphabet import normalised

_STAMP = re.compile(r"(?<!\d)\d\d?[:：]\d\d(?!\d)|\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{4}")
_FOREIGN = re.compile(r"[^A-Za-z0-9 \-.·•:*'|]")
_LOWER = re.compile(r"[a-z]")

_WORDS = frozenset(
    [
        "ALABAMA",
        "ALASKA",
        "ARIZONA",
        "ARKANSAS",
        "CALIFORNIA",
        "COLORADO",
        "CONNECTICUT",
        "DELAWARE",
        "FLORIDA",
        "GEORGIA",
        "HAWAII",
        "IDAHO",
        "ILLINOIS",
        "INDIANA",
        "IOWA",
        "KANSAS",
        "KENTUCKY",
        "LOUISIANA",
        "MAINE",
        "MARYLAND",
        "MICHIGAN",
        "MINNESOTA",
        "MISSOURI",
        "MONTANA",
        "NEBRASKA",
        "NEVADA",
        "OHIO",
        "OKLAHOMA",
        "OREGON",
        "TENNESSEE",
        "TEXAS",
        "UTAH",
        "VERMONT",
        "VIRGINIA",
        "WASHINGTON",
        "WISCONSIN",
        "WYOMING",
        "ONTARIO",
        "QUEBEC",
        "ALBERTA",
        "MANITOBA",
        "BRASIL",
        "BRAZIL",
        "MERCOSUL",
        "MERCOSUR",
        "ARGENTINA",
        "ESPANA",
        "FRANCE",
        "ITALIA",
        "CHILE",
        "TOYOTA",
        "HONDA",
        "NISSAN",
        "FORD",
        "CHEVROLET",
        "CHEVY",
        "DODGE",
        "JEEP",
        "BMW",
        "AUDI",
        "MERCEDES",
        "BENZ",
        "VOLVO",
        "MAZDA",
        "SUBARU",
        "HYUNDAI",
        "KIA",
        "LEXUS",
        "ACURA",
        "INFINITI",
        "CADILLAC",
        "BUICK",
        "CHRYSLER",
        "PORSCHE",
        "FERRARI",
        "JAGUAR",
        "LAND",
        "ROVER",
        "MINI",
        "FIAT",
        "RENAULT",
        "PEUGEOT",
        "CITROEN",
        "OPEL",
        "SKODA",
        "SEAT",
        "DACIA",
        "SUZUKI",
        "MITSUBISHI",
        "ISUZU",
        "SCANIA",
        "IVECO",
        "GMC",
        "RAM",
        "TESLA",
        "VOLKSWAGEN",
        "LINCOLN",
        "SMART",
        "COROLLA",
        "CAMRY",
        "CIVIC",
        "ACCORD",
        "PRIUS",
        "MUSTANG",
        "CORVETTE",
        "GOLF",
        "POLO",
        "TURBO",
        "HYBRID",
        "SPORT",
        "DIESEL",
        "LIMITED",
        "QUATTRO",
        "TAXI",
        "POLICE",
        "POLICIA",
        "POLIZEI",
        "POLIZIA",
        "AMBULANCE",
        "SHERIFF",
        "FIRE",
        "RESCUE",
        "SCHOOL",
        "BUS",
        "STOP",
        "EXIT",
        "PARKING",
        "CAUTION",
    ]
)

# Shorter words are one letter away from many a plate.
_LONG_WORD = 6

# Width of a character over the height of its line, spaces and margins included.
_CHARACTER_WIDTHS = (0.28, 1.25)


@dataclass(frozen=True, slots=True)
class ShapeRules:
    """How long a plate may be."""

    min_length: int
    max_length: int


def plate_shape(raw: str, aspect: float, rules: ShapeRules) -> float:
    """How much a line of text looks like a plate's number, 0 to 1. `aspect` is width over height."""
    text = normalised(raw)
    if not rules.min_length <= len(text) <= rules.max_length or is_word(text) or _STAMP.search(raw):
        return 0.0
    return _kinds(text) * _foreign(raw) * _widths(aspect / len(text))


def is_word(text: str) -> bool:
    """A name of a state or a make, or a long one misread in one letter."""
    near = len(text) >= _LONG_WORD and text.isalpha()
    return text in _WORDS or (near and any(distance(text, word) == 1 for word in _WORDS))


def _kinds(text: str) -> float:
    """Letters with digits are a plate's habit; digits alone are often a number, letters alone a word."""
    # Not less for letters: on photographs from America every tenth plate is a vanity plate.
    digits = sum(character.isdigit() for character in text)
    if digits == len(text):
        return 0.6
    return 1.0 if digits else 0.5


def _foreign(raw: str) -> float:
    """Small letters and marks that plates do not carry; one foreign character may be the province's."""
    odd = max(0, len(_FOREIGN.findall(raw)) - 1) + len(_LOWER.findall(raw))
    return max(0.0, 1.0 - odd / max(1, len(raw)) * 1.5)


def _widths(width: float) -> float:
    low, high = _CHARACTER_WIDTHS
    if width < low:
        return max(0.1, width / low - 0.2)
    return 1.0 if width < high else max(0.1, high / width - 0.2)
