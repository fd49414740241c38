"""Whom the board trusts with updates, and updates that are half done."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.inspection.report import Level
from appliance.inspection.updates import pending, trusted

from .rig import a_site, levels, put

CONF = Path("/etc/rauc/system.conf")
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(("keyring", "level"), [(CERTIFICATE, Level.FINE), ("", Level.WRONG)])
def test_a_keyring_without_a_certificate_is_wrong(tmp_path: Path, keyring: str, level: Level) -> None:
    put(tmp_path, "etc/rauc/system.conf", "[keyring]\npath=/etc/rauc/keyring.pem\n")
    put(tmp_path, "etc/rauc/keyring.pem", keyring)

    assert levels(trusted(a_site(tmp_path), CONF)) == [level]


@pytest.mark.parametrize(
    ("text", "level"), [("[system]\n", Level.WRONG), ("path", Level.WRONG), ("", Level.FINE)]
)
def test_a_configuration_without_a_keyring_is_wrong(tmp_path: Path, text: str, level: Level) -> None:
    put(tmp_path, "etc/rauc/system.conf", text)

    assert levels(trusted(a_site(tmp_path), CONF)) == [level]


def test_both_keys_of_a_rotation_are_counted(tmp_path: Path) -> None:
    put(tmp_path, "etc/rauc/system.conf", "[keyring]\npath=/etc/rauc/keyring.pem\n")
    put(tmp_path, "etc/rauc/keyring.pem", 2 * CERTIFICATE)

    assert "2 CAs" in str(next(trusted(a_site(tmp_path), CONF)))


@pytest.mark.parametrize(("update", "found"), [("system 2.1 is on trial", [Level.WARN]), ("", [])])
def test_an_update_that_is_half_done_is_told(update: str, found: list[Level]) -> None:
    assert levels(pending(update)) == found
