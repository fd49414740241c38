"""Settings that work and waste the board, each beside one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config import Config
from appliance.config.schema import Camera, Infer, Power, Seat, Threads, Vision
from appliance.hw.board import Board
from appliance.inspection import power, waste
from appliance.inspection.report import Level

from .rig import ORIN, PI5, a_config, a_site, levels, put


def seeing(**camera: object) -> Config:
    return a_config(cameras={"front": Camera.model_validate(camera)})


@pytest.mark.parametrize(("side", "expected"), [(1280, []), (1312, [Level.WASTE])])
def test_a_detector_finer_than_the_camera(tmp_path: Path, side: int, expected: list[Level]) -> None:
    site = a_site(tmp_path, a_config(vision=Vision(detect_side=side)))

    assert levels(waste.detector_side(site)) == expected


@pytest.mark.parametrize(("rate", "expected"), [(15.0, []), (20.0, [Level.WASTE])])
def test_recognising_faster_than_the_camera_gives(tmp_path: Path, rate: float, expected: list[Level]) -> None:
    site = a_site(tmp_path, a_config(vision=Vision(recognise_fps=rate)))

    assert levels(waste.recognise_rate(site)) == expected


@pytest.mark.parametrize(("rate", "expected"), [(2.0, []), (15.0, [Level.WASTE])])
def test_never_resting(tmp_path: Path, rate: float, expected: list[Level]) -> None:
    assert levels(waste.idle_rate(a_site(tmp_path, a_config(vision=Vision(idle_fps=rate))))) == expected


@pytest.mark.parametrize(("fps", "expected"), [(30.0, []), (60.0, [Level.WASTE])])
def test_decoding_frames_that_nobody_looks_at(tmp_path: Path, fps: float, expected: list[Level]) -> None:
    assert levels(waste.camera_rate(a_site(tmp_path, seeing(fps=fps)))) == expected


@pytest.mark.parametrize(("width", "expected"), [(1920, []), (3840, [Level.WASTE])])
def test_more_pixels_than_the_detector_can_use(tmp_path: Path, width: int, expected: list[Level]) -> None:
    assert levels(waste.camera_size(a_site(tmp_path, seeing(width=width, height=1080)))) == expected


@pytest.mark.parametrize(
    ("cores", "threads", "expected"),
    [
        ((1, 2, 3), 3, []),
        ((), 0, []),
        ((1, 2, 3), 0, [Level.WASTE]),
        ((1, 2), 4, [Level.WASTE]),
    ],
)
def test_threads_that_fight_over_seats(
    tmp_path: Path, cores: tuple[int, ...], threads: int, expected: list[Level]
) -> None:
    config = a_config(threads=Threads(vision=Seat(cores=cores)), infer=Infer(threads=threads))

    assert levels(waste.seats_and_threads(a_site(tmp_path, config))) == expected


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        (("tensorrt", "onnxruntime"), []),
        (("onnxruntime", "tensorrt"), [Level.WASTE]),
        (("onnxruntime",), [Level.WASTE]),
    ],
)
def test_a_jetson_whose_gpu_is_left_idle(
    tmp_path: Path, chain: tuple[str, ...], expected: list[Level]
) -> None:
    config = a_config("jetson-orin-nano", infer=Infer(chain=chain))

    assert levels(waste.accelerator(a_site(tmp_path, config, board=ORIN))) == expected
    assert levels(waste.accelerator(a_site(tmp_path, config, board=PI5))) == []


@pytest.mark.parametrize(
    ("flags", "precision", "expected"),
    [
        ("fp asimd asimdhp asimddp", "fp32", [Level.WASTE]),
        ("fp asimd asimdhp asimddp", "auto", []),
        ("fp asimd", "fp32", []),
    ],
)
def test_fp32_where_int8_is_proven(tmp_path: Path, flags: str, precision: str, expected: list[Level]) -> None:
    put(tmp_path, "proc/cpuinfo", f"Features\t: {flags}\n")
    config = a_config(infer=Infer.model_validate({"precision": precision}))

    assert levels(waste.precision(a_site(tmp_path, config))) == expected


@pytest.mark.parametrize(
    ("mode", "expected"), [("auto", []), ("saving", []), ("off", [Level.WASTE]), ("full", [Level.WASTE])]
)
def test_full_clocks_while_nobody_is_there(tmp_path: Path, mode: str, expected: list[Level]) -> None:
    config = a_config(power=Power.model_validate({"mode": mode}))

    assert levels(waste.saving_mode(a_site(tmp_path, config))) == expected
    assert levels(waste.saving_mode(a_site(tmp_path, config, board=Board("sim")))) == []


@pytest.mark.parametrize(("every", "expected"), [(0, []), (10, [Level.WASTE])])
def test_timing_that_nobody_reads(tmp_path: Path, every: int, expected: list[Level]) -> None:
    assert levels(waste.timing(a_site(tmp_path, a_config(vision=Vision(timing_every=every))))) == expected


@pytest.mark.parametrize("board", ["pi4", "pi5", "jetson-orin-nano", "jetson-agx-orin", "sim", "generic"])
def test_no_shipped_profile_wastes_its_board(tmp_path: Path, board: str) -> None:
    site = a_site(tmp_path, a_config(board), board=ORIN if board.startswith("jetson") else PI5)
    looks = (
        *(waste.detector_side, waste.recognise_rate, waste.idle_rate, waste.camera_rate, waste.camera_size),
        *(waste.seats_and_threads, waste.accelerator, waste.precision, waste.timing),
    )

    assert [report.text for look in looks for report in look(site)] == []


@pytest.mark.parametrize("board", ["pi4", "pi5"])
def test_a_raspberry_pi_s_profile_saves_and_is_eased(tmp_path: Path, board: str) -> None:
    site = a_site(tmp_path, a_config(board))

    assert [*waste.saving_mode(site), *power.easing(site)] == []


@pytest.mark.parametrize("board", ["jetson-orin-nano", "jetson-orin-nx", "jetson-agx-orin"])
def test_a_jetson_s_profile_is_eased(tmp_path: Path, board: str) -> None:
    assert list(power.easing(a_site(tmp_path, a_config(board), board=ORIN))) == []
