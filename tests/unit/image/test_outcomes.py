"""The table of a run's outcomes, and whether it was a whole green one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hil.outcomes import main, outcomes, table

PASSED = '<testcase classname="tests.hil.emulated.test_boot" name="test_no_unit_has_failed" time="61.4" />'
FAILED = '<testcase classname="a.test_gate" name="test_stop" time="2"><failure>why</failure></testcase>'
BROKEN = '<testcase classname="a.test_gate" name="test_veto" time="0"><error>why</error></testcase>'
SKIPPED = '<testcase classname="a.test_gate" name="test_loop" time="0"><skipped>why</skipped></testcase>'


def report(*cases: str) -> str:
    return f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"


def test_each_test_is_a_row_and_the_last_one_sums_up() -> None:
    rows = table(list(outcomes(report(PASSED, FAILED, SKIPPED)))).splitlines()

    assert rows[2:] == [
        "| boot | no unit has failed | passed | 61 s |",
        "| gate | stop | failed | 2 s |",
        "| gate | loop | skipped | 0 s |",
        "| all | 3 tests | 1 passed, 1 failed, 1 skipped | 1 min |",
    ]


def test_a_run_is_whole_when_all_have_passed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "report.xml"
    place.write_text(report(PASSED))

    assert main([str(place)]) == 0
    assert "1 passed" in capsys.readouterr().out


@pytest.mark.parametrize("cases", [(PASSED, FAILED), (PASSED, BROKEN), (PASSED, SKIPPED), ()])
def test_a_run_with_anything_else_is_not(cases: tuple[str, ...], tmp_path: Path) -> None:
    place = tmp_path / "report.xml"
    place.write_text(report(*cases))

    assert main([str(place)]) == 1
