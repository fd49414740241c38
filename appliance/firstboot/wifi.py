"""The owner's wifi.toml, turned into what wpa_supplicant reads."""

from __future__ import annotations

import re
from pathlib import Path

from ..config.sheet import Sheet, read_sheet
from ..faults import ConfigFault

KEYS = frozenset({"ssid", "password", "country"})


def wpa_supplicant(path: Path) -> str:
    """The text of wpa_supplicant.conf. Raises ConfigFault, one line with the remedy.

    Lengths are those of IEEE 802.11: a name of 1 to 32 bytes, a passphrase of 8 to 63 characters, without
    which the network is open.
    """
    sheet = read_sheet(path)
    for unknown in sorted(set(sheet.values) - KEYS):
        raise ConfigFault(f"{path}: {unknown}: unknown key. It may hold: {', '.join(sorted(KEYS))}.")
    ssid = _text(sheet, "ssid", r".{1,32}", 'Write ssid = "the network\'s name", 1 to 32 bytes.')
    country = _text(sheet, "country", r"[A-Z]{2}", 'Write country = "DE", or yours: two capitals (ISO 3166).')
    if len(ssid.encode()) > 32:
        raise ConfigFault(f"{path}: ssid: is longer than 32 bytes. Give the network a shorter name.")
    network = (f"\tssid={ssid.encode().hex()}", _key(sheet))
    return "\n".join((f"country={country}", "network={", *network, "}", ""))


def _key(sheet: Sheet) -> str:
    if "password" not in sheet.values:
        return "\tkey_mgmt=NONE"
    allowed = r"[ !#-~]{8,63}"
    password = _text(sheet, "password", allowed, 'It has 8 to 63 characters of ASCII, without ".')
    return f'\tkey_mgmt=WPA-PSK SAE\n\tpsk="{password}"\n\tieee80211w=1'


def _text(sheet: Sheet, key: str, pattern: str, remedy: str) -> str:
    value = sheet.values.get(key)
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ConfigFault(f"{sheet.path}: {key}: missing, or of the wrong form. {remedy}")
    return value
