import pytest

from appliance.sight import Box
from appliance.vision.area import around, clipped, covered

TRIANGLE = ((0.0, 0.0), (100.0, 0.0), (0.0, 100.0))


@pytest.mark.parametrize(
    ("box", "share"),
    [
        (Box(10, 10, 20, 20), 1.0),
        (Box(0, 0, 100, 100), 0.5),
        (Box(80, 80, 90, 90), 0.0),
        (Box(-10, -10, 200, 200), 5000 / 44100),
        (Box(5, 5, 5, 9), 0.0),
    ],
)
def test_covered(box: Box, share: float) -> None:
    assert covered(box, TRIANGLE) == pytest.approx(share)


def test_around_and_clipped() -> None:
    assert clipped(around((TRIANGLE,), 10.0), 50, 200) == Box(0, 0, 50, 110)
