"""`gatehouse plates` and `gatehouse audit`, as the shell sees them."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest

from appliance.__main__ import main


class Shell:
    """Runs command lines against a record of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.database = folder / "g.db"
        self._config = folder / "gatehouse.toml"
        self._config.write_text(
            f'[record]\npath = "{self.database}"\n'
            '[access]\ntimezone = "Europe/Berlin"\n[access.known_plates]\n"KA PA 7" = "Config"\n'
        )
        self._capsys = capsys
        self.out = ""
        self.err = ""

    def __call__(self, *words: object) -> int:
        shared = ["--config", str(self._config), "--board", "sim"]
        try:
            code = main([*map(str, words), *shared])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        self.out, self.err = self._capsys.readouterr()
        return code


@pytest.fixture
def shell(folder: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(folder, capsys)


def listed(shell: Shell) -> list[str]:
    shell("plates", "list", "--json")
    return [json.loads(line)["plate"] for line in shell.out.splitlines()]


def test_the_configuration_is_listed_before_there_is_a_record(shell: Shell) -> None:
    assert listed(shell) == ["KAPA7"]
    assert not shell.database.exists()


@pytest.mark.parametrize("typed", ["AB12CDE", "ab-12 cde", "ÄB·12.CDE"])
def test_a_plate_is_listed_as_readers_give_it(shell: Shell, typed: str) -> None:
    assert shell("plates", "add", typed) == 0
    assert listed(shell) == ["AB12CDE", "KAPA7"]


@pytest.mark.parametrize("typed", ["", "...", "\u0410B12", "AB12!", "A" * 17])
def test_what_is_no_plate_is_refused(shell: Shell, typed: str) -> None:
    assert shell("plates", "add", typed) == 2
    assert "left as it was" in shell.err
    assert listed(shell) == ["KAPA7"]


def test_a_neighbour_is_warned_of(shell: Shell) -> None:
    shell("plates", "add", "AB12CDE")
    assert "looks like" not in shell.err
    shell("plates", "add", "AB12CDF")
    assert "AB12CDF looks like AB12CDE" in shell.err


def test_an_unknown_schedule_is_refused(shell: Shell) -> None:
    assert shell("plates", "add", "AB12", "--schedule", "nights") == 2
    assert "no schedule 'nights'" in shell.err


def test_a_validity_that_ends_before_it_begins_is_refused(shell: Shell) -> None:
    assert shell("plates", "add", "AB12", "--from", "2026-03-02", "--until", "2026-03-01") == 2
    assert "expire before" in shell.err


def test_removing_says_what_was_not_there(shell: Shell) -> None:
    shell("plates", "add", "AB12")
    assert shell("plates", "remove", "AB12") == 0
    assert shell("plates", "remove", "AB12", "KAPA7") == 1
    assert "KAPA7 stands in the configuration" in shell.out


def test_import_is_all_or_nothing(shell: Shell) -> None:
    file = shell.folder / "list.csv"
    file.write_text("plate,until\nAB12,2026-12-31\nCD34,never\n")
    assert shell("plates", "import", file) == 2
    assert "line 3: 'never'" in shell.err
    assert listed(shell) == ["KAPA7"]


def test_an_export_is_imported_again(shell: Shell) -> None:
    file = shell.folder / "list.csv"
    shell("plates", "add", "AB12", "--owner", "Ada", "--until", "2026-12-31", "--deny")
    assert shell("plates", "export", file) == 0
    assert shell("plates", "import", file) == 0
    assert shell.out == "0 added, 0 changed, 1 were listed like this already.\n"


def test_regions_are_named(shell: Shell) -> None:
    assert shell("plates", "regions", "--json") == 0
    assert "any" in json.loads(shell.out)


def test_a_whole_chain_is_fine(shell: Shell) -> None:
    shell("plates", "add", "AB12")
    assert shell("audit", "verify", "--json") == 0
    verdict = json.loads(shell.out)
    assert (verdict["ok"], verdict["entries"], verdict["findings"]) == (True, 2, [])


def test_a_changed_chain_is_found_wanting(shell: Shell) -> None:
    shell("plates", "add", "AB12")
    with sqlite3.connect(shell.database) as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET subject = 'CD34' WHERE seq = 1")
    connection.close()
    assert shell("audit", "verify") == 1
    assert "Entry 1 was edited." in shell.out


def test_an_anchor_is_held_against_the_chain(shell: Shell) -> None:
    shell("plates", "add", "AB12")
    shell("audit", "verify")
    anchor = re.search(r"Anchor: (\S+)", shell.out)
    assert anchor is not None
    assert shell("audit", "verify", "--anchor", anchor[1]) == 0
    assert shell("audit", "verify", "--anchor", "1:" + "0" * 64) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("verify",),
        ("show",),
        ("set-aside",),
        ("verify", "--anchor", "1:xyz"),
        ("show", "--since", "yesterday"),
        ("backup", "/nowhere/at/all.db"),
    ],
)
def test_what_cannot_run_says_so(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell("audit", *words) == 2
    assert len(shell.err) > 0


def test_entries_are_shown_by_kind_and_time(shell: Shell) -> None:
    shell("plates", "add", "AB12")
    shell("audit", "show", "--since", "1h", "--kind", "list_changed")
    assert len(shell.out.splitlines()) == 1
    shell("audit", "show", "--since", "2999-01-01")
    assert shell.out == ""


def test_a_backup_stands_alone(shell: Shell) -> None:
    shell("plates", "add", "AB12")
    copy = shell.folder / "copy.db"
    assert shell("audit", "backup", copy) == 0
    assert shell("audit", "verify", "--file", copy) == 0
    assert shell("audit", "backup", copy) == 2


def test_setting_aside_keeps_the_list(shell: Shell) -> None:
    shell("plates", "add", "AB12")
    assert shell("audit", "set-aside") == 0
    assert listed(shell) == ["AB12", "KAPA7"]
    assert shell("audit", "verify") == 0
