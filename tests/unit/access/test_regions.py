"""Every preset accepts plates of its region and refuses others."""

from __future__ import annotations

import pytest

from appliance.access.regions import PRESETS, formats_of
from appliance.faults import ConfigFault

# preset: (accepted, refused)
EXAMPLES: dict[str, tuple[str, str]] = {
    "any": ("A ABC123 1234567890123456 ILOVSF", "AB-123 abc123 12345678901234567"),
    "us": ("8ABC123 GRABRRR ABC1234 12MPG", "AB-123 ABCDEFGHI A"),
    "us-al": ("1AB2345 12A3456", "ABC1234"),
    "us-ak": ("GVY123", "123GVY"),
    "us-az": ("ABC1234 CRA1BC ZZA0A1", "ABCD12"),
    "us-ar": ("123ABC ABC12D", "ABC1234"),
    "us-ca": ("8ABC123 5CQX607 12345A1", "ABC1234 ABC8123"),
    "us-co": ("ABCD12 123ABC ABC123", "ABC1234"),
    "us-ct": ("AB12345 123ABC 1ABCD2", "ABC1234"),
    "us-dc": ("AB1234", "ABC123"),
    "us-de": ("123456 C12345 PC123456", "ABC123"),
    "us-fl": ("ABCD12 Y12ABC 123ABC AB12CD", "ABC1234"),
    "us-ga": ("CBA1234", "ABCD12"),
    "us-hi": ("ABC123", "ABC1234"),
    "us-id": ("1A12345 A123456 8BA1234", "ABC1234"),
    "us-il": ("AB12345 A123456 1234567", "ABC1234"),
    "us-in": ("123A 123ABC ABC123", "AB12345"),
    "us-ia": ("ABC123 123ABC", "ABC1234"),
    "us-ks": ("1234ABC 123ABC", "ABC1234"),
    "us-ky": ("ABC123 A1B234", "ABC1234"),
    "us-la": ("123ABC ABC123", "ABC1234"),
    "us-ma": ("1ABC23 123AB4 1234AB", "ABC1234"),
    "us-md": ("1AB2345 5CD1572 ABC123", "ABC1234"),
    "us-me": ("1234AB 123ABC", "ABC1234"),
    "us-mi": ("ABC1234 1ABC23", "123ABC"),
    "us-mn": ("ABC123 123ABC", "ABC1234"),
    "us-mo": ("AB1C2D 123ABC", "ABC1234"),
    "us-ms": ("ABC123 ABC1234", "AB12345"),
    "us-mt": ("112345A 56123456 ABC123", "ABC1234"),
    "us-nc": ("ABC1234", "ABC123"),
    "us-nd": ("123ABC", "ABC123"),
    "us-ne": ("ABC123 1AB234 10A123", "ABC1234"),
    "us-nh": ("1234567 123456", "ABC123"),
    "us-nj": ("A12BCD ABC12D", "ABC1234"),
    "us-nm": ("ABCD12 123ABC", "ABC1234"),
    "us-nv": ("12A345 123A45 123ABC", "ABC1234"),
    "us-ny": ("ABC1234 ABC123", "A12BCD"),
    "us-oh": ("ABC1234 AB12CD", "123ABC"),
    "us-ok": ("ABC123 123ABC", "ABC1234"),
    "us-or": ("123ABC ABC123", "ABC1234"),
    "us-pa": ("ABC1234 ABC123", "123ABC"),
    "us-ri": ("123456 AB123 1AB234", "ABC1234"),
    "us-sc": ("ABC123 1234AB", "ABC1234"),
    "us-sd": ("1AB234 12A345", "ABC1234"),
    "us-tn": ("ABC1234 A1234B 1A23B4", "AB12345"),
    "us-tx": ("ABC1234 AB1C234 AB12345", "8ABC123"),
    "us-ut": ("1A2BC A123BC 123ABC", "ABC1234"),
    "us-va": ("ABC1234 ABC123", "123ABC"),
    "us-vt": ("ABC123", "ABC1234"),
    "us-wa": ("ABC1234 123ABC A12345B", "AB12345"),
    "us-wi": ("ABC1234 123ABC", "AB12345"),
    "us-wv": ("1AB234 OAB234", "AAB234"),
    "us-wy": ("112345 22123A", "ABC1234"),
    "ca": ("ABCD123 AB123C A12BCD", "ABCDEFG"),
    "ca-ab": ("ABC1234", "ABCD123"),
    "ca-bc": ("AB123C ABC123", "ABCD123"),
    "ca-mb": ("ABC123", "ABCD123"),
    "ca-nb": ("ABC123", "ABCD123"),
    "ca-nl": ("ABC123", "ABCD123"),
    "ca-ns": ("ABC123", "ABCD123"),
    "ca-nt": ("123456", "ABC123"),
    "ca-nu": ("123456", "ABC123"),
    "ca-on": ("ABCD123 ABC123", "ABC1234"),
    "ca-pe": ("1234AB 12345", "ABCD123"),
    "ca-qc": ("A12BCD 123ABC L123456", "ABCD123"),
    "ca-sk": ("123ABC", "ABC123"),
    "ca-yt": ("ABC12", "ABC123"),
    "eu": ("MAB1234E AB123CD 1234BCD B172WAW 1ABC123", "AB12CDE1F ABCDEFG"),
    "at": ("W12345A S626VY PDXN1 KU217BI", "WQ1234A ABC12345"),
    "be": ("1ABC234 ABC123", "ABC1234"),
    "bg": ("CA1234AB B1234XH", "CG1234AB"),
    "cy": ("ABC123", "ABC1234"),
    "cz": ("1A23456 1AB2345 EL123AB", "1G23456"),
    "de": ("MAB1234 BAB1E FSLL777 OFPS309E Y123456", "B12345678 1AB234 HHABC1234"),
    "dk": ("AB12345", "ABC123"),
    "ee": ("123ABC", "ABC123"),
    "es": ("3008GWK 1277DPZ M1234AB", "3008GWA 3008QWK"),
    "fi": ("ABC123 AB1", "123ABC"),
    "fr": ("AB123CD 123ABC75 1234AB2A", "AI123CD AB123C"),
    "gr": ("ABE1234", "ABC1234"),
    "hr": ("ZG1234AB RI123A", "ZG12AB"),
    "hu": ("ABC123 AABC123", "AB1234"),
    "ie": ("03D39592 09D20823 131D1234 12WX1", "03Q39592 133D1234"),
    "it": ("AB123CD", "AQ123CD AB12CD"),
    "lt": ("ABC123 EA1234", "AB123"),
    "lu": ("AB1234 12345", "ABC123"),
    "lv": ("AB1234 AB1", "ABC123"),
    "mt": ("ABC123", "ABC12"),
    "nl": ("12GBDF GB123X 12GBX3 AB1234", "ABC1234 AE123X"),
    "pl": ("WA12345 KR1AC23 WPI1234A PO1234S W1ABC", "WA1234O WA123"),
    "pt": ("AB12CD 12AB34 1234AB", "ABC123"),
    "ro": ("B172WAW B21GSB TR05RBG IF82EVA SB90TZI", "XX12ABC B1721AW B12IAB"),
    "se": ("ABC123 ABC12D", "ABC12O ABI123"),
    "si": ("LJAB123 MB123AB", "XYAB123"),
    "sk": ("BA123AB", "BA12ABC"),
    "al": ("AA123BB", "AA12BB"),
    "ba": ("A12E345", "B12E345"),
    "by": ("1234AB7", "1234AG7"),
    "ch": ("ZH123456 GE1", "XX123456 ZH1234567"),
    "ge": ("AB123CD", "AB1234"),
    "is": ("AB123 ABD12 AB12D", "AB1234"),
    "li": ("FL12345", "FX12345"),
    "md": ("ABC123", "AB123"),
    "me": ("PGAB123", "PG123"),
    "mk": ("SK1234AB", "SK12AB"),
    "no": ("AB12345", "AO12345"),
    "rs": ("BG123AB BG1234AB", "BG12AB"),
    "ru": ("A123BC77 A123BC777", "D123BC77"),
    "tr": ("34ABC123 06A1234", "ABC123"),
    "ua": ("AA1234BB", "AA1234BD"),
    "xk": ("01123AB", "08123AB"),
    "uk": ("MW57FKN V969HBD ABC123D ABC123 WLZ8436", "ABCDEFG AQ12ABC"),
    "uk-current": ("MW57FKN CZ17KOD", "MI57FKN MW57FQN A123BCD"),
    "uk-prefix": ("V969HBD Y11AAY Q123ABC", "I969HBD MW57FKN"),
    "uk-suffix": ("CGE13N ABC123D", "ABC123Z V969HBD"),
    "uk-dateless": ("ABC123 1A 1234AB 613SZY", "ABC1234 A123BCD"),
    "uk-ni": ("WLZ8436 AIA1 1234AZ", "ABC1234"),
    "br": ("ABC1D23 ABC1234", "ABC1DE3"),
    "br-mercosur": ("ABC1D23", "ABC1234"),
    "br-old": ("ABC1234", "ABC1D23"),
    "au": ("ABC12D 1AB2CD 123AB4 S123ABC", "ABCD123"),
    "au-act": ("YAB12C", "AAB12C"),
    "au-nsw": ("ABC12D AB12CD", "1AB2CD"),
    "au-nt": ("CB12AB", "AB12AB"),
    "au-qld": ("123AB4 123ABC", "1AB2CD"),
    "au-sa": ("S123ABC", "T123ABC"),
    "au-tas": ("A12BC", "1AB2CD"),
    "au-vic": ("1AB2CD ABC123", "123AB4"),
    "au-wa": ("1ABC234", "ABC1234"),
    "ar": ("AB123CD ABC123", "ABC1234"),
    "cl": ("BCDF12 AB1234", "ABCD12"),
    "co": ("ABC123 ABC12D", "ABC1234"),
    "il": ("1234567 12345678", "123456"),
    "in": ("HR26DK8337 MH12AB1234 DL8CX4850 TN99F2378 22BH1234AB", "H26DK8337 ABC1234"),
    "mx": ("ABC123D ABC1234 A12BCD", "AIC123D"),
    "nz": ("ABC123 AB1234", "ABC1234"),
    "py": ("ABCD123", "ABC1234"),
    "uy": ("ABC1234", "ABC123"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_preset_accepts_the_plates_of_its_region(name: str) -> None:
    formats = formats_of([name])
    unfit = [plate for plate in EXAMPLES[name][0].split() if not formats.fits(plate)]
    assert unfit == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_preset_refuses_what_no_plate_of_its_region_is(name: str) -> None:
    formats = formats_of([name])
    fit = [plate for plate in EXAMPLES[name][1].split() if formats.fits(plate)]
    assert fit == []


def test_every_preset_has_examples() -> None:
    assert set(EXAMPLES) == set(PRESETS)


@pytest.mark.parametrize(("union", "parts"), [("us", "us-"), ("ca", "ca-"), ("uk", "uk-"), ("br", "br-")])
def test_a_union_accepts_whatever_its_parts_accept(union: str, parts: str) -> None:
    formats = formats_of([union])
    plates = [p for name in EXAMPLES if name.startswith(parts) for p in EXAMPLES[name][0].split()]
    assert [plate for plate in plates if not formats.fits(plate)] == []


def test_regions_named_together_accept_both() -> None:
    formats = formats_of(["uk-current", "br-old"])
    assert (formats.fits("MW57FKN"), formats.fits("ABC1234"), formats.fits("V969HBD")) == (True, True, False)


@pytest.mark.parametrize(("wrong", "meant"), [("US-TX", "us-tx"), ("br-mercosul", "br-mercosur")])
def test_an_unknown_region_is_refused_with_the_nearest_name(wrong: str, meant: str) -> None:
    with pytest.raises(ConfigFault, match=f"'{wrong}'.*did you mean '{meant}'"):
        formats_of([wrong])
