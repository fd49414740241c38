"""Europe: general forms by ISO code. Umlauts and accents are read, and listed, as their base letter."""

from __future__ import annotations

from .notation import Form, but, form, forms

_CONSONANTS = "BCDFGHJKLMNPRSTVWXYZ"
# Letters that look alike in Latin and Cyrillic, the only ones that such plates bear.
_CYRILLIC = "ABCEHKMOPTXY"
_GREEK = "ABEHIKMNOPTXYZ"
_NL = "BDFGHJKLMNPRSTVXZ"
_PL = but("BDIOQZ")

_IE = "{C|CE|CN|CW|D|DL|G|KE|KK|KY|L|LD|LH|LK|LM|LS|MH|MN|MO|OY|RN|SO|T|TN|TS|W|WD|WH|WW|WX}"
_CH = "{AG|AI|AR|BE|BL|BS|FR|GE|GL|GR|JU|LU|NE|NW|OW|SG|SH|SO|SZ|TG|TI|UR|VD|VS|ZG|ZH}"
_RO = (
    "{AB|AG|AR|BC|BH|BN|BR|BT|BV|BZ|CJ|CL|CS|CT|CV|DB|DJ|GJ|GL|GR|HD|HR|IF|IL|IS"
    "|MH|MM|MS|NT|OT|PH|SB|SJ|SM|SV|TL|TM|TR|VL|VN|VS}"
)
_SI = "{CE|GO|KK|KP|KR|LJ|MB|MS|NM|PO|SG}"

MEMBERS: dict[str, tuple[str, tuple[Form, ...]]] = {
    "at": (
        "Austria",
        (
            form("A(A) 9(9)(9)(9)(9) A(A)(A)", longest=8, A=but("Q")),
            form("A(A) A(A)(A)(A) 9(9)(9)(9)", longest=8, A=but("Q")),
            form("A(A) 999(9)(9)(9)", longest=8, A=but("Q")),
        ),
    ),
    "be": ("Belgium", forms("9 AAA 999 / AAA 999 / 999 AAA")),
    "bg": ("Bulgaria", forms("A(A) 9999 A(A)", A=_CYRILLIC)),
    "cy": ("Cyprus", forms("AAA 999")),
    "cz": ("Czechia", forms("9A* 9999 / [E][L]9 99AA / AAA 9999", A=but("GOQW"))),
    "de": (
        "Germany",
        (
            form("A(A)(A) A(A) 9(9)(9)(9) ([EH])", longest=8),
            form("[Y] 99999(9)"),
            form("A(A)(A) [0][34567] 99(9)(9)", longest=8),
        ),
    ),
    "dk": ("Denmark", forms("AA 99999 / AA 999", A=but("IOQ"))),
    "ee": ("Estonia", forms("999 AAA / 99 AAA")),
    "es": (
        "Spain",
        (form("9999 CCC", C=_CONSONANTS), form("A(A) 9999 A(A)"), form("A(A) 9999(9)(9)")),
    ),
    "fi": ("Finland", forms("AA(A) 9(9)(9)")),
    "fr": (
        "France",
        (form("AA 999 AA", A=but("IOU")), form("9(9)(9)(9) A(A)(A) 99"), form("999(9) A(A) [2][AB]")),
    ),
    "gr": ("Greece", forms("AAA 9999 / AAA 999", A=_GREEK)),
    "hr": ("Croatia", forms("AA 999(9) A(A)", A=but("QWXY"))),
    "hu": ("Hungary", forms("AA AA 999 / AAA 999")),
    "ie": ("Ireland", forms(f"99 {_IE} 9(9)(9)(9)(9)(9) / 99[12] {_IE} 9(9)(9)(9)(9)(9)")),
    "it": (
        "Italy",
        (
            form("AA 999 AA", A=but("IOQU")),
            form("AA 99999", A=but("IOQU")),
            form("[X]A 999 AA", A=but("IOQU")),
        ),
    ),
    "lt": ("Lithuania", forms("AAA 999 / [E]A 9999")),
    "lu": ("Luxembourg", forms("AA 9999 / 9999(9)")),
    "lv": ("Latvia", forms("AA 9(9)(9)(9)")),
    "mt": ("Malta", forms("AAA 999")),
    "nl": (
        "Netherlands",
        (
            *forms("AA 99 99 / 99 99 AA / 99 AA 99"),
            *forms(
                "NN 99 NN / NN NN 99 / 99 NN NN / 99 NNN 9 / 9 NNN 99 / NN 999 N / N 999 NN"
                " / NNN 99 N / 9 NN 999 / 999 NN 9 / N 99 NNN",
                N=_NL,
            ),
        ),
    ),
    "pl": (
        "Poland",
        forms(
            "AA 99999 / AA 9999S / AA 999SS / AA 9S999 / AA 9SS99 / AAA S999 / AAA 99SS / AAA 9S99 / AAA 99S9"
            " / AAA 9SS9 / AAA SS99 / AAA 99999 / AAA 9999S / AAA 999SS / AAA S99S / AAA S9SS / A9 AAA(*)(*)",
            S=_PL,
        ),
    ),
    "pt": ("Portugal", forms("AA 99 AA / 99 AA 99 / 99 99 AA / AA 99 99")),
    "ro": (
        "Romania",
        (
            *forms(f"{_RO} 99 FAA / [B] 99(9) FAA", F=but("IOQ"), A=but("Q")),
            *forms(f"{_RO} 9999(9)(9) / [B] 9999(9)(9)"),
        ),
    ),
    "se": ("Sweden", forms("AAA 99E", A=but("IQV"), E="0123456789" + but("IOQV"))),
    "si": ("Slovenia", forms(f"{_SI} *****", A=but("Q"))),
    "sk": ("Slovakia", forms("AA 999 AA")),
}

OTHERS: dict[str, tuple[str, tuple[Form, ...]]] = {
    "al": ("Albania", forms("AA 999 AA")),
    "ba": ("Bosnia and Herzegovina", forms("B99 B 999", B="AEJKMOT")),
    "by": ("Belarus", forms("9999 AA 9 / 9 AAA 9999", A=_CYRILLIC + "I")),
    "ch": ("Switzerland", forms(f"{_CH} 9(9)(9)(9)(9)(9)")),
    "ge": ("Georgia (Caucasus)", forms("AA 999 AA / AAA 999")),
    "is": ("Iceland", forms("AA *99 / AA 99A", A=but("CQW"))),
    "li": ("Liechtenstein", forms("[F][L] 9(9)(9)(9)(9)")),
    "md": ("Moldova", forms("AAA 999 / A(A) AA 999")),
    "me": ("Montenegro", forms("AA AA 999")),
    "mk": ("North Macedonia", forms("AA 9999 AA / AA 999 AA")),
    "no": ("Norway", forms("AA 99999 / AA 9999", A=but("GIMOQ"))),
    "rs": ("Serbia", forms("AA 999(9) AA")),
    "ru": ("Russia", forms("A 999 AA 99(9)", A=_CYRILLIC)),
    "tr": ("Turkey", forms("99 A 9999(9) / 99 AA 999(9) / 99 AAA 99(9)", A=but("QWX"))),
    "ua": ("Ukraine", forms("AA 9999 AA", A=_CYRILLIC + "I")),
    "xk": ("Kosovo", forms("[0][1234567] 999 AA")),
}

UNION = tuple(form for _, country in MEMBERS.values() for form in country)
