"""Every deliberately broken law makes its own test fail."""

from pathlib import Path

import pytest

from tests.mutation.broken_laws import LAWS, BrokenLaw, PatchStale, notices, try_tests
from tests.mutation.workspace import ROOT, lay_out


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("laws") / "tree")


def test_with_every_law_in_force_the_named_tests_pass(workspace: Path) -> None:
    assert try_tests(sorted({law.test for law in LAWS}), workspace) == 0


@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"{law.law}: {law.name}")
def test_a_broken_law_is_noticed(law: BrokenLaw, workspace: Path) -> None:
    assert notices(law, workspace)


def test_a_harmless_change_is_not_taken_for_a_broken_law(workspace: Path) -> None:
    law = LAWS[0]
    harmless = BrokenLaw(0, "nothing", law.path, law.old, f"{law.old}  # unchanged", law.test)
    assert not notices(harmless, workspace)


def test_a_change_that_no_longer_applies_is_an_error(workspace: Path) -> None:
    stale = BrokenLaw(0, "gone", LAWS[0].path, "no such line", "", LAWS[0].test)
    with pytest.raises(PatchStale, match="write 'gone' anew"):
        notices(stale, workspace)


def test_the_page_in_docs_names_every_broken_law() -> None:
    page = (ROOT / "docs" / "mutation.md").read_text(encoding="utf-8")
    assert [law.name for law in LAWS if f"| {law.name} |" not in page] == []
