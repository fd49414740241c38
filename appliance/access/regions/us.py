"""United States: general forms of each state's passenger plates in use, and personal plates."""

from __future__ import annotations

from .notation import Form, form, forms

VANITY = form("**(*)(*)(*)(*)(*)(*)")
"""Personal plates: two to eight of anything. Each is a plate of its own, so nothing is solved by it."""

STATES: dict[str, tuple[str, tuple[Form, ...]]] = {
    "us-al": ("Alabama", forms("9(9) A *999(9) / 9(9) AA 999(9)")),
    "us-ak": ("Alaska", forms("AAA 999")),
    "us-az": ("Arizona", forms("AAA 9999 / ***9**")),
    "us-ar": ("Arkansas", forms("999 AAA / AAA 99A")),
    "us-ca": ("California", forms("9 AAA 999 / 9A99999 / 99999A9 / 999 AAA")),
    "us-co": ("Colorado", forms("AAA A99 / 999 AAA / AAA 999")),
    "us-ct": ("Connecticut", forms("AA 99999 / 999 AAA / 9A AAA9")),
    "us-dc": ("District of Columbia", forms("AA 9999")),
    "us-de": ("Delaware", forms("9(9)(9)(9)(9)(9) / [C]9(9)(9)(9)(9)(9) / [P][C]9(9)(9)(9)(9)(9)")),
    "us-fl": ("Florida", forms("AAA A99 / A99 9AA / 999 AAA / AAA 999 / A99 AAA / AA99 AA / 99A AAA")),
    "us-ga": ("Georgia", forms("AAA 9999 / 999 AAA")),
    "us-hi": ("Hawaii", forms("AAA 999")),
    "us-id": (
        "Idaho",
        forms("9A 99999 / 9A 9999A / A999999 / A99999A / 9A A9999 / 9A A999A / A(9)9(9)(9)(9)(9)"),
    ),
    "us-il": ("Illinois", forms("AA 99999 / A99 9999 / A9 99999 / 999 999(9) / 99999")),
    "us-in": ("Indiana", forms("999A(A)(A) / AAA 999(9)")),
    "us-ia": ("Iowa", forms("AAA 999 / 999 AAA")),
    "us-ks": ("Kansas", forms("9999 AAA / 999 AAA")),
    "us-ky": ("Kentucky", forms("AAA 999 / 999 AAA / A9A 999")),
    "us-la": ("Louisiana", forms("999 AAA / AAA 999")),
    "us-ma": ("Massachusetts", forms("9AA A99 / 999 AA9 / 99AA 99 / 9999 AA / 999 AAA / 9A9 999 / 999 999")),
    "us-md": ("Maryland", forms("9AA 9999 / AAA 999 / 99999AA / A99 99A")),
    "us-me": ("Maine", forms("9999 A(A) / 999 AA(A) / 99 AAA / AAA 999")),
    "us-mi": ("Michigan", forms("AAA 9999 / 9AAA 99 / AAA 999")),
    "us-mn": ("Minnesota", forms("AAA 999 / 999 AAA")),
    "us-mo": ("Missouri", forms("AA9 A9A / 999 AAA / 99A A99")),
    "us-ms": ("Mississippi", forms("AAA 999(9) / 999 AAA")),
    "us-mt": ("Montana", forms("9(9) 999(9)(9)A / 9(9) 9999(9)(9) / 999 999A / AAA 999")),
    "us-nc": ("North Carolina", forms("AAA 9999")),
    "us-nd": ("North Dakota", forms("999 AAA")),
    "us-ne": ("Nebraska", forms("AAA 999 / 9(9) A(A)9(9)(9)(9)")),
    "us-nh": ("New Hampshire", forms("999 9999 / 999 999 / 99999")),
    "us-nj": ("New Jersey", forms("A99 AAA / AAA 99A / AAA 999 / AA 999A")),
    "us-nm": ("New Mexico", forms("AAA A99 / 999 AAA / AAA 999")),
    "us-nv": ("Nevada", forms("999 AAA / 99A 999 / 999 A99 / AAA 999")),
    "us-ny": ("New York", forms("AAA 9999 / AAA 999")),
    "us-oh": ("Ohio", forms("AAA 9999 / AA99 AA")),
    "us-ok": ("Oklahoma", forms("AAA 999 / 999 AAA")),
    "us-or": ("Oregon", forms("999 AAA / AAA 999")),
    "us-pa": ("Pennsylvania", forms("AAA 9999 / AAA 999")),
    "us-ri": ("Rhode Island", forms("999 999 / 99999 / AA 99(9) / 9AA 999")),
    "us-sc": ("South Carolina", forms("AAA 999 / 999 AAA / 9999 AA")),
    "us-sd": ("South Dakota", forms("9(9)A 999 / 9AA 999 / 9(9)A 99A / 9(9) 9999")),
    "us-tn": ("Tennessee", forms("AAA 9999 / A99 99A / 9A9 9A9 / 999 AAA")),
    "us-tx": ("Texas", forms("AAA 9999 / AA9 A999 / AA9 9999 / A99 AAA / 999 AAA / AAA 99A")),
    "us-ut": ("Utah", forms("9A9 AA / A99 9AA / 999 AAA / 9A9 9AA")),
    "us-va": ("Virginia", forms("AAA 9999 / AAA 999")),
    "us-vt": ("Vermont", forms("AAA 999 / AAA 99 / 999A999")),
    "us-wa": ("Washington", forms("AAA 9999 / 999 AAA / A99999A")),
    "us-wi": ("Wisconsin", forms("AAA 9999 / 999 AAA")),
    "us-wv": ("West Virginia", forms("9AA 999 / [OND]AA 999 / 99A 999")),
    "us-wy": ("Wyoming", forms("9(9) 9999(9) / 9(9) 999A(A) / 9(9) 99AA")),
}

UNION = tuple(form for _, state in STATES.values() for form in state)
