"""Canada: general forms of each province's and territory's passenger plates in use."""

from __future__ import annotations

from .notation import Form, forms

PROVINCES: dict[str, tuple[str, tuple[Form, ...]]] = {
    "ca-ab": ("Alberta", forms("AAA 9999 / AAA 999")),
    "ca-bc": ("British Columbia", forms("AA9 99A / 999 AAA / AAA 999 / A99 9AA")),
    "ca-mb": ("Manitoba", forms("AAA 999")),
    "ca-nb": ("New Brunswick", forms("AAA 999")),
    "ca-nl": ("Newfoundland and Labrador", forms("AAA 999")),
    "ca-ns": ("Nova Scotia", forms("AAA 999")),
    "ca-nt": ("Northwest Territories", forms("9999(9)(9)")),
    "ca-nu": ("Nunavut", forms("999(9)(9)(9)")),
    "ca-on": ("Ontario", forms("AAAA 999 / AAA 999 / 999 AAA / AA 99999")),
    "ca-pe": ("Prince Edward Island", forms("9999(9)(A)(A) / AA 999")),
    "ca-qc": ("Quebec", forms("A99 AAA / 999 AAA / AAA 999 / [FL]999999")),
    "ca-sk": ("Saskatchewan", forms("999 AAA")),
    "ca-yt": ("Yukon", forms("AAA 99")),
}

UNION = tuple(form for _, province in PROVINCES.values() for form in province)
