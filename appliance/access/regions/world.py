"""Latin America, Oceania, India and others: general forms."""

from __future__ import annotations

from .notation import Form, but, forms

BRAZIL: dict[str, tuple[str, tuple[Form, ...]]] = {
    "br-mercosur": ("Brazil, since 2018", forms("AAA 9A99")),
    "br-old": ("Brazil, before 2018", forms("AAA 9999")),
}

AUSTRALIA: dict[str, tuple[str, tuple[Form, ...]]] = {
    "au-act": ("Australian Capital Territory", forms("[Y]AA 99A / [Y]AA 999")),
    "au-nsw": ("New South Wales", forms("AAA 99A / AA 99 AA / AAA 999")),
    "au-nt": ("Northern Territory", forms("[C]A 99 AA / 999 999")),
    "au-qld": ("Queensland", forms("999 AA9 / 999 AAA / AAA 999")),
    "au-sa": ("South Australia", forms("[S]999 AAA / AAA 999")),
    "au-tas": ("Tasmania", forms("A99 AA / AA 9999 / AAA 999")),
    "au-vic": ("Victoria", forms("9AA 9AA / AAA 999")),
    "au-wa": ("Western Australia", forms("9AAA 999 / 9AA 999")),
}

OTHERS: dict[str, tuple[str, tuple[Form, ...]]] = {
    "ar": ("Argentina", forms("AA 999 AA / AAA 999")),
    "cl": ("Chile", forms("CCCC 99 / AA 9999", C="BCDFGHJKLPRSTVWXYZ")),
    "co": ("Colombia", forms("AAA 999 / AAA 99A")),
    "il": ("Israel", forms("99 999 99 / 999 99 999")),
    "in": ("India", forms("AA 9(9) (A)(A)(A) 999(9) / 99 [B][H] 9999 A(A)")),
    "mx": (
        "Mexico",
        forms("AAA 999 A / AAA 99 99 / A99 AAA / 999 AAA / A 9999 A / AA 9999 A / AA 99999", A=but("IOQ")),
    ),
    "nz": ("New Zealand", forms("AAA 999 / AA 9999")),
    "py": ("Paraguay", forms("AAAA 999 / AAA 999")),
    "uy": ("Uruguay", forms("AAA 9999")),
}

BRAZIL_UNION = tuple(form for _, kind in BRAZIL.values() for form in kind)
AUSTRALIA_UNION = tuple(form for _, state in AUSTRALIA.values() for form in state)
