"""The fault tree as drawn is the fault tree as built."""

from __future__ import annotations

import pickle
import re

import pytest

from appliance import faults
from appliance.faults import Effect, GateFault, every_fault

LINE = re.compile(r"^(?P<indent>[│├└─ ]*)(?P<name>[A-Z]\w+)\s*(?P<rest>.*)$")
CANNOT_RUN = "(cannot run)"


def drawn() -> dict[str, tuple[str, str]]:
    """Name -> (parent's name, what stands behind it), from the drawing in the module's docstring."""
    path: list[tuple[int, str]] = []
    found: dict[str, tuple[str, str]] = {}
    for line in (faults.__doc__ or "").splitlines():
        match = LINE.match(line)
        if match is None or not (match["indent"] or match["name"] == "GateFault"):
            continue
        depth = len(match["indent"])
        path = [step for step in path if step[0] < depth]
        found[match["name"]] = (path[-1][1] if path else "", match["rest"])
        path.append((depth, match["name"]))
    return found


def test_the_drawing_has_every_class_below_its_parent() -> None:
    built = {c.__name__: c.__mro__[1].__name__ for c in every_fault()}

    assert {name: parent for name, (parent, _) in drawn().items() if parent} == built


@pytest.mark.parametrize(
    "fault", [f for f in every_fault() if not f.__subclasses__()], ids=lambda f: f.__name__
)
def test_the_drawing_names_the_effect_of_every_leaf(fault: type[GateFault]) -> None:
    _, said = drawn()[fault.__name__]
    named = [word for word in (e.name for e in Effect) if re.search(rf"\b{word}\b", said)]

    assert named == [fault.effect.name] or CANNOT_RUN in said


@pytest.mark.parametrize("fault", every_fault(), ids=lambda f: f.__name__)
def test_every_fault_has_its_own_sentence_and_a_remedy(fault: type[GateFault]) -> None:
    assert "sentence" in vars(fault)
    assert fault.sentence.endswith(".")
    assert fault.remedy.endswith(".")
    assert fault.remedy != GateFault.remedy


def test_no_two_faults_say_the_same() -> None:
    sentences = [fault.sentence for fault in every_fault()]

    assert len(sentences) == len(set(sentences))


@pytest.mark.parametrize("fault", every_fault(), ids=lambda f: f.__name__)
def test_a_fault_survives_the_way_between_processes(fault: type[GateFault]) -> None:
    copy = pickle.loads(pickle.dumps(fault("seen", part="front")))

    assert (type(copy), copy.detail, copy.part) == (fault, "seen", "front")


def test_what_only_a_person_clears_stops_the_gate() -> None:
    mild = [
        f.__name__
        for f in every_fault()
        if f.latched and f.effect.severity < Effect.FINISH_THEN_STOP.severity
    ]

    assert mild == []
