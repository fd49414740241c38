"""United Kingdom: the current form, the older ones that are still on the road, Northern Ireland."""

from __future__ import annotations

from .notation import LETTERS, Form, but, form, forms

_SERIAL = but("IQ")
# Letters of a year, with Q for a vehicle of unknown age.
_YEAR = but("IOUZ")

KINDS: dict[str, tuple[str, tuple[Form, ...]]] = {
    "uk-current": ("United Kingdom, since 2001", (form("AA 99 AAA", A=_SERIAL),)),
    "uk-prefix": ("United Kingdom, 1983 to 2001", (form("Y9(9)(9) AAA", Y=_YEAR, A=_SERIAL),)),
    "uk-suffix": ("United Kingdom, 1963 to 1983", (form("AAA 9(9)(9) Y", Y=but("IOQUZ"), A=_SERIAL),)),
    "uk-dateless": (
        "United Kingdom, before 1963 and personal",
        forms(
            "AAA 9(9)(9) / A(A) 9(9)(9)(9) / 9(9)(9)(9) A(A) / 9(9)(9) AAA",
            A=_SERIAL,
        ),
    ),
    "uk-ni": (
        "Northern Ireland",
        forms(
            "A[IZ]A 9(9)(9)(9) / AA[IZ] 9(9)(9)(9) / [I]A 9(9)(9)(9) / A[IZ] 9(9)(9)(9)"
            " / 9(9)(9)(9) A[IZ] / 9(9)(9)(9) [I]A / 9(9)(9)(9) A[IZ]A",
            A=LETTERS,
        ),
    ),
}

UNION = tuple(form for _, kind in KINDS.values() for form in kind)
