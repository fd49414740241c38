"""Plate texts by region: grammars with L letter, D digit; other characters stand for themselves.

A blank is a wide gap, '-' and '.' are drawn and not read, '*' is a crest, seal or map.
"""

from __future__ import annotations

from random import Random

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"

US = (
    "DLLLDDD",
    "DLLLDDD",
    "LLL DDDD",
    "LLL-DDDD",
    "LLL*DDDD",
    "LLLDDDD",
    "LLL DDD",
    "LLL*DDD",
    "DDD LLL",
    "DDD-LLL",
    "DDD*LLL",
    "DDDLLL",
    "LL DDDDD",
    "DDDDDLL",
    "DDD DLL",
    "DLL DDD",
    "LLD DDD",
    "L DDDDDD",
    "LDDDDD",
    "DD LDDDD",
    "DDDDDD",
    "DDD DDD",
    "LLLL DD",
    "LLDDDD",
    "LL-DDDD",
    "DLLDDDD",
    "LLLDDL",
    "LLL-DDL",
    "LDD-DLL",
    "LDD*DLL",
    "LDDLDD",
    "DDDL DD",
    "DLDDDD",
    "LDL DDD",
    "DDDD LL",
    "DDLDDD",
    "DLD LDD",
    "LLD*DLL",
    "LLLL*DDD",
    "LLLL DDD",
    "DDDDD",
    "LLDDLLL",
    "DDDDLL",
    "LDDDDDD",
    "DDD LLD",
    "DDL LDD",
    "DLLLDD",
    "LLD-DDDD",
    "LLDDDDD",
    "DDLLDD",
)
EU = (
    "LL-DDD-LL",
    "LL DDD LL",
    "LLDDDLL",
    "DDDD LLL",
    "LL*DD LLL",
    "LLL DDD",
    "LLL-DDD",
    "L*LL DDDD",
    "LL*LL DDD",
    "LLL*LL DDD",
    "LL*L DDDD",
    "M*LL DDDD",
    "L-LL DDDD",
    "DLD DDDD",
    "DL DDDDD",
    "DLDDDDD",
    "LL DDDDL",
    "LLL DDDD",
    "LL DDDDD",
    "LLDDDDD",
    "DD-LL-DD",
    "DD-LL-LL",
    "LL-LL-DD",
    "DD-LLL-D",
    "D-LLL-DD",
    "LL-DD-LL",
    "LLL-DD-D",
    "L DDD LLL",
    "LL DD LLL",
    "L DD LLL",
    "LL*DDDLL",
    "LL-DDDDD",
    "LL DDDDLL",
    "LLDDDD",
    "LL-DDDD",
    "DDD LLL",
    "LL*DDDDDD",
    "LL DDDDDD",
    "LL*DDD-LL",
    "LL DDD-LL",
    "L DDDDLL",
    "DDL-DDDDD",
    "DDD-L-DDDDD",
    "LLDDDLL",
    "DDDDLLL",
    "L-DDD-LL",
    "D-LLL-DDD",
    "LL DD DDD",
    "LL*DDDDL",
    "LL*DDDLL",
    "L*DDDDDL",
    "L*DDDDLL",
    "LL*DDDD-LL",
    "LL*DD-DLL",
    "LL*LL-DDD",
    "LL*L DDD",
    "LL*LL DDDD",
    "LLL*L DDD",
    "LLL*LL DD",
    "L*LL DDD",
    "LLL*DDD",
    "DLD*DDDD",
    "LL*DDDDL",
    "LLL DDDDL",
    "LL DDDLL",
)
GB = (
    "LLDD LLL",
    "LLDD LLL",
    "LLDD LLL",
    "LDDD LLL",
    "LLL DDDL",
    "LD LLL",
    "LLL D",
    "LDD LLL",
    "DDD LLL",
)
BR_OLD = ("LLL-DDDD", "LLL.DDDD", "LLL.DDDD", "LLL DDDD")
BR_NEW = ("LLLDLDD",)
IN = (
    "LL DD LL DDDD",
    "LL DD L DDDD",
    "LLDDLLDDDD",
    "LL DDLL DDDD",
    "LLD LLL DDDD",
    "LL-DD-LL-DDDD",
    "DL D L DDDD",
)
CN = ("*LDDDDD", "*L.DDDDD", "*L.LDDDD", "*L.DLDDD", "*L.DDDDL")
AU = ("LLL-DDD", "LL-DD-LL", "LLL DDL", "DLL DLL", "LLL*DDL", "DDD LLL", "LDDDLLL", "DDD*LLL")
IL = ("DD-DDD-DD", "DDD-DD-DDD", "DD*DDD*DD")
OTHER = (
    "LLL DDDD",
    "L DDDDD",
    "DDDDD",
    "DD-DDDDD",
    "LLL DDDDL",
    "SLL DDDDL",
    "LL DDDD",
    "LDDDLL*DD",
    "LDDDLL DDD",
    "LL-DDDD",
    "DDDD-LL",
    "LL DDD LL",
    "LLDDDLL",
    "LLL DDD",
    "LLL-DD-DD",
    "DDD-DDD",
    "LL DDDDLL",
)

GRAMMARS: dict[str, tuple[str, ...]] = {
    "us": US,
    "eu": EU,
    "gb": GB,
    "br_old": BR_OLD,
    "br_new": BR_NEW,
    "in": IN,
    "cn": CN,
    "au": AU,
    "il": IL,
    "other": OTHER,
}

_SYLLABLES = (
    (
        "ba be bi bo bu ca ce co da de di do fa fi go ha he hi ho ja jo ka ki la le li lo lu "
        "ma me mi mo na ne no nu pa pe po ra re ri ro sa se si so su ta te ti to tu va ve vi "
        "wa we wi ya yo za zo an en in on un er or ar st sh ch th ck ng"
    )
    .upper()
    .split()
)
_LEET = {"E": "3", "A": "4", "O": "0", "I": "1", "S": "5", "T": "7", "B": "8"}


def from_grammar(rng: Random, grammar: str) -> str:
    """One text of the grammar, separators kept."""
    return "".join(
        rng.choice(LETTERS) if c == "L" else rng.choice(DIGITS) if c == "D" else c for c in grammar
    )


def vanity(rng: Random) -> str:
    """A wish plate of two to eight characters, gaps and dashes sprinkled in."""
    length = rng.choice((2, 3, 4, 5, 5, 6, 6, 6, 7, 7, 7, 7, 8))
    if rng.random() < 0.5:
        text = ""
        while len(text) < length:
            text += rng.choice(_SYLLABLES)
        text = text[:length]
        if rng.random() < 0.3:
            text = "".join(_LEET.get(c, c) if rng.random() < 0.4 else c for c in text)
        if rng.random() < 0.3:
            text = (text + "".join(rng.choices(DIGITS, k=3)))[:length]
        if rng.random() < 0.15:
            i = rng.randrange(len(text))
            text = (text[:i] + text[i] * rng.randint(2, 4) + text[i + 1 :])[:length]
    else:
        pool = rng.choice((LETTERS, LETTERS + DIGITS, LETTERS + LETTERS + DIGITS, DIGITS))
        text = "".join(rng.choices(pool, k=length))
    if len(text) > 3 and rng.random() < 0.35:
        i = rng.randint(1, len(text) - 1)
        text = text[:i] + rng.choice("   -.*") + text[i:]
    return text


def plate_text(rng: Random, family: str) -> str:
    """A text for the family, separators kept."""
    share = {"us": 0.4, "gb": 0.15, "au": 0.25, "br_old": 0.0, "br_new": 0.0, "eu": 0.02}.get(family, 0.05)
    if rng.random() < share:
        return vanity(rng)
    return from_grammar(rng, rng.choice(GRAMMARS[family]))


def readable(text: str) -> str:
    """What is to be read: letters and digits only."""
    return "".join(c for c in text if c.isalnum())
