from typing import Any

import numpy as np
import pytest

from appliance.infer.lane import TensorSpec
from appliance.infer.manifest import NetManifest
from appliance.infer.models import load_manifest
from appliance.vision.shapes import misshapen, undeclared, unfit

from .test_proof import ANSWER, OUTPUTS, PLATE, POINTS, TEXT, golden, net, specs

FLOAT = np.dtype(np.float32)
KINDS = {"name": "kinds", "shape": ["N", 3], "meaning": "", "classes": ["live", "print", "replay"]}


def misses(answer: dict[str, Any], **expected: Any) -> list[str]:
    return list(misshapen(net(), golden(**expected), {**ANSWER, **answer}))


def outputs(*tables: dict[str, Any]) -> NetManifest:
    return net(outputs=tables)


def test_the_shipped_nets_fit_their_parts() -> None:
    nets = load_manifest("gatehouse").nets
    assert [wrong for part in nets for wrong in unfit(part, nets[part])] == []


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({**KINDS, "name": "kind"}, "the manifest has no output kinds"),
        ({**KINDS, "shape": ["N", 4]}, "kinds has sides N x 4 instead of 1 x 3"),
        ({**KINDS, "classes": ["print", "live", "replay"]}, "live, print, replay, in this order"),
    ],
)
def test_a_manifest_that_does_not_fit_its_part_is_named(table: dict[str, Any], said: str) -> None:
    (wrong,) = unfit("liveness", outputs(table))
    assert said in wrong


def test_a_file_with_the_declared_outputs_is_right() -> None:
    assert list(undeclared(net(), specs())) == []


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (TensorSpec("kind", (None, 3), FLOAT), "the file has no output kinds"),
        (TensorSpec("kinds", (None, 2), FLOAT), "kinds has sides ? x 2 instead of N x 3"),
        (TensorSpec("kinds", (None, 3, 1), FLOAT), "kinds has sides ? x 3 x 1 instead of N x 3"),
    ],
)
def test_a_file_with_other_outputs_is_named(spec: TensorSpec, said: str) -> None:
    assert list(undeclared(outputs(KINDS), [spec])) == [said]


def test_classes_are_counted_where_the_manifest_leaves_the_side_free() -> None:
    free = outputs({**KINDS, "shape": ["N", "C"]})
    (wrong,) = undeclared(free, [TensorSpec("kinds", (None, 34), FLOAT)])
    assert wrong == "kinds has 34 classes, and the manifest names 3"


def test_an_answer_of_the_declared_shapes_can_be_compared() -> None:
    assert len(OUTPUTS) == len(ANSWER)
    assert misses({}, boxes=[PLATE], texts=[TEXT], points=[POINTS]) == []


@pytest.mark.parametrize(
    ("answer", "expected", "said"),
    [
        ({"scores": np.zeros((1, 0, 2))}, {"boxes": [PLATE]}, "scores has sides 1 x 0 x 2"),
        (
            {"boxes": np.zeros((1, 1, 4))},
            {"boxes": [PLATE]},
            "boxes has sides 1 x 1 x 4 instead of 1 x 2 x 4",
        ),
        ({"points": np.zeros((1, 2))}, {"points": [POINTS]}, "points has sides 1 x 2"),
        (
            {},
            {"points": [{**POINTS, "points": [[0.2, 0.3]]}]},
            "points has sides 1 x 2 x 2 instead of 1 x 1 x 2",
        ),
        ({"chars": np.zeros((1, 3))}, {"texts": [TEXT]}, "chars has sides 1 x 3"),
    ],
)
def test_an_answer_of_another_shape_is_named(answer: Any, expected: Any, said: str) -> None:
    assert said in misses(answer, **expected)[0]
