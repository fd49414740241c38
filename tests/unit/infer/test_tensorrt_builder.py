"""What is asked of TensorRT's builder, and how its progress is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.faults import EngineFailed
from appliance.infer.tensorrt_builder import Journey, build
from appliance.infer.tensorrt_order import Order, ranges

from .fake_tensorrt import FREE, GOOD, LEAST, MOST, USUAL, Builder, IBuilderConfig, IProgressMonitor
from .fake_tensorrt import fake_tensorrt as fake


def order(tmp_path: Path, model: bytes = b"net", dla: int = -1) -> Order:
    path = tmp_path / "net.onnx"
    path.write_bytes(model)
    return Order(str(path), str(tmp_path / "net.plan"), str(tmp_path / "timing"), dla)


def built(told: Order) -> IBuilderConfig:
    assert build(fake(), None, told, IProgressMonitor()) == GOOD
    assert Builder.made is not None
    return Builder.made.configs[0]


def test_the_engine_is_strongly_typed(tmp_path: Path) -> None:
    built(order(tmp_path))
    assert Builder.made is not None
    assert Builder.made.networks[0].flags == 2


def test_sizes_from_the_least_to_the_greatest_are_asked_for(tmp_path: Path) -> None:
    config = built(order(tmp_path))
    assert [profile.shapes for profile in config.profiles] == [{"x": (LEAST, USUAL, MOST)}]


@pytest.mark.parametrize(
    ("side", "usual", "most"), [(0, 416, 704), (416, 416, 704), (500, 512, 704), (960, 960, 960)]
)
def test_pictures_as_the_board_looks_at_them_are_served(side: int, usual: int, most: int) -> None:
    assert ranges((-1, 3, -1, -1), fixed=False, side=side) == (
        (1, 3, 32, 32),
        (1, 3, usual, usual),
        (8, 3, most, most),
    )


def test_the_dla_gets_one_size_and_leaves_the_rest_to_the_gpu(tmp_path: Path) -> None:
    config = built(order(tmp_path, dla=0))
    assert (config.default_device_type, config.DLA_core, config.set_flags) == ("DLA", 0, ["GPU_FALLBACK"])
    assert config.profiles[0].shapes == {"x": (USUAL, USUAL, USUAL)}


def test_a_dla_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match=r"infer\.dla"):
        built(order(tmp_path, dla=1))


def test_a_file_that_it_does_not_take_is_refused_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="no such operator"):
        built(order(tmp_path, b"foreign"))


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, b"timed;"), (b"timed;", b"timed;timed;"), (b"damaged", b"timed;"), (b"another GPU's", b"timed;")],
)
def test_times_are_kept_for_the_next_build(tmp_path: Path, before: bytes | None, after: bytes) -> None:
    if before is not None:
        (tmp_path / "timing").write_bytes(before)
    built(order(tmp_path))
    assert (tmp_path / "timing").read_bytes() == after


def test_an_order_reads_as_it_was_written(tmp_path: Path) -> None:
    told = order(tmp_path, dla=1)
    assert Order.of_json(told.as_json()) == told


def test_a_side_that_is_not_free_stays(tmp_path: Path) -> None:
    assert ranges((-1, 3, 64, 192), fixed=False) == ((1, 3, 64, 192), (1, 3, 64, 192), (8, 3, 64, 192))
    assert ranges(FREE, fixed=True) == (USUAL, USUAL, USUAL)


def test_nested_phases_add_up() -> None:
    shares: list[float] = []
    journey = Journey(shares.append)
    journey.start("all", None, 4)
    journey.step("all", 0)
    journey.start("tactics", "all", 2)
    journey.step("tactics", 0)
    journey.step("tactics", 1)
    journey.finish("tactics")
    journey.step("all", 1)
    journey.step("never started", 1)
    assert shares == [0.25, 0.375, 0.5, 0.5, 0.5]
