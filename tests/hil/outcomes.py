"""The outcomes of a run as a table for the documents: python -m tests.hil.outcomes REPORT.xml

Reads what pytest's --junitxml has written. Exit code 0: every test has passed, and there were some; 1: one
has failed, or was skipped, so that the run was no whole one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

_KINDS = (("failure", "failed"), ("error", "failed"), ("skipped", "skipped"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test; its time includes what it had to set up."""

    part: str
    name: str
    result: str
    took_s: float

    def row(self) -> str:
        return f"| {self.part} | {self.name} | {self.result} | {self.took_s:.0f} s |"


def outcomes(report: str) -> Iterator[Outcome]:
    """The tests of a JUnit report, in their order."""
    for case in ElementTree.fromstring(report).iter("testcase"):
        result = next((word for kind, word in _KINDS if case.find(kind) is not None), "passed")
        yield Outcome(
            _words(case.get("classname", "").rpartition(".")[2]),
            _words(case.get("name", "")),
            result,
            float(case.get("time", 0)),
        )


def table(found: Sequence[Outcome]) -> str:
    """Markdown, one row a test, and the sum."""
    head = ("| part | what it shows | result | time |", "|---|---|---|---|")
    total_s = sum(outcome.took_s for outcome in found)
    last = f"| all | {len(found)} tests | {_summary(found)} | {total_s / 60:.0f} min |"
    return "\n".join((*head, *(outcome.row() for outcome in found), last))


def _summary(found: Sequence[Outcome]) -> str:
    results = [outcome.result for outcome in found]
    return ", ".join(
        f"{results.count(word)} {word}" for word in ("passed", "failed", "skipped") if word in results
    )


def _words(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def main(words: Sequence[str]) -> int:
    found = list(outcomes(Path(words[0]).read_text("utf-8")))
    print(table(found))
    return int(not found or any(outcome.result != "passed" for outcome in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
