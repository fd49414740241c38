"""Power, heat and board detection on trees of files as the kernel shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.faults import PowerFault, ThermalFault
from appliance.hw.base import PowerMode
from appliance.hw.board import board_model, detect_board
from appliance.hw.fake import FakePower, FakeThermal
from appliance.hw.power import GovernorConfig, GovernorPower, NullPower
from appliance.hw.thermal import NullThermal, SysfsThermal


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def a_cluster(root: Path, number: int, offered: str = "powersave performance") -> Path:
    cluster = root / f"policy{number}"
    put(cluster / "scaling_available_governors", offered)
    return put(cluster / "scaling_governor", "ondemand")


@pytest.mark.parametrize(
    ("mode", "governor"), [(PowerMode.SAVING, "powersave"), (PowerMode.FULL, "performance")]
)
def test_every_cluster_takes_the_modes_governor(tmp_path: Path, mode: PowerMode, governor: str) -> None:
    clusters = [a_cluster(tmp_path, number) for number in (0, 4)]
    GovernorPower(GovernorConfig(tmp_path)).set_mode(mode)
    assert [cluster.read_text() for cluster in clusters] == [governor, governor]


def test_a_kernel_without_governors_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PowerFault, match="no CPU frequency governors"):
        GovernorPower(GovernorConfig(tmp_path)).set_mode(PowerMode.FULL)


def test_a_governor_that_is_refused_is_a_fault(tmp_path: Path) -> None:
    a_cluster(tmp_path, 0).unlink()
    (tmp_path / "policy0" / "scaling_governor").mkdir()
    with pytest.raises(PowerFault) as caught:
        GovernorPower(GovernorConfig(tmp_path)).set_mode(PowerMode.FULL)
    assert isinstance(caught.value.__cause__, OSError)


def test_a_governor_that_is_not_taken_names_those_offered(tmp_path: Path) -> None:
    governor = a_cluster(tmp_path, 0, "schedutil")
    governor.unlink()
    governor.symlink_to("/dev/null")
    with pytest.raises(PowerFault, match='"performance" was not taken; offered: schedutil'):
        GovernorPower(GovernorConfig(tmp_path)).set_mode(PowerMode.FULL)


def a_zone(root: Path, number: int, name: str, temp: str) -> None:
    put(root / f"thermal_zone{number}" / "type", f"{name}\n")
    put(root / f"thermal_zone{number}" / "temp", f"{temp}\n")


def test_temperatures_are_degrees_by_zone(tmp_path: Path) -> None:
    a_zone(tmp_path, 0, "cpu-thermal", "48312")
    a_zone(tmp_path, 1, "gpu-thermal", "-1500")
    assert SysfsThermal(tmp_path).read() == {"cpu-thermal": 48.312, "gpu-thermal": -1.5}


def test_zones_of_one_type_are_told_apart(tmp_path: Path) -> None:
    a_zone(tmp_path, 0, "cpu", "40000")
    a_zone(tmp_path, 1, "cpu", "41000")
    assert SysfsThermal(tmp_path).read() == {"cpu": 40.0, "cpu-1": 41.0}


def test_a_zone_that_says_a_constant_is_ignored(tmp_path: Path) -> None:
    a_zone(tmp_path, 0, "PMIC-Die", "100000")
    a_zone(tmp_path, 1, "tj-thermal", "51000")
    assert SysfsThermal(tmp_path, ["PMIC-Die"]).read() == {"tj-thermal": 51.0}


def test_a_zone_that_does_not_answer_is_left_out(tmp_path: Path) -> None:
    a_zone(tmp_path, 0, "cv0-thermal", "")
    a_zone(tmp_path, 1, "cpu-thermal", "40000")
    assert SysfsThermal(tmp_path).read() == {"cpu-thermal": 40.0}


def test_no_temperature_at_all_is_a_fault(tmp_path: Path) -> None:
    a_zone(tmp_path, 0, "cpu-thermal", "")
    with pytest.raises(ThermalFault) as caught:
        SysfsThermal(tmp_path).read()
    assert isinstance(caught.value.__cause__, ValueError)


def test_null_parts_do_nothing() -> None:
    NullPower().set_mode(PowerMode.FULL)
    assert NullThermal().read() == {}


def test_fake_parts_record_or_raise() -> None:
    power = FakePower()
    power.set_mode(PowerMode.SAVING)
    assert power.history == [PowerMode.SAVING]
    with pytest.raises(PowerFault):
        FakePower(PowerFault("brown-out")).set_mode(PowerMode.FULL)
    assert FakeThermal({"cpu": 50.0}).read() == {"cpu": 50.0}
    with pytest.raises(ThermalFault):
        FakeThermal({}, ThermalFault("hot")).read()


MODELS = [
    ("Raspberry Pi 4 Model B Rev 1.4", "pi4"),
    ("Raspberry Pi 400 Rev 1.0", "pi4"),
    ("Raspberry Pi Compute Module 4 Rev 1.1", "pi4"),
    ("Raspberry Pi 5 Model B Rev 1.0", "pi5"),
    ("Raspberry Pi 500 Rev 1.0", "pi5"),
    ("Raspberry Pi Compute Module 5 Rev 1.0", "pi5"),
    ("NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super", "jetson-orin-nano"),
    ("NVIDIA Jetson Orin NX Engineering Reference Developer Kit", "jetson-orin-nx"),
    ("Jetson AGX Orin", "jetson-agx-orin"),
    ("linux,dummy-virt", "qemu-arm64"),
    ("Raspberry Pi 3 Model B Plus Rev 1.3", "generic"),
    ("NVIDIA Jetson Nano Developer Kit", "generic"),
    ("Acme Gate Board", "generic"),
    ("", "generic"),
]


@pytest.mark.parametrize(("model", "profile"), MODELS)
def test_a_board_is_known_by_its_model_and_never_the_twin(tmp_path: Path, model: str, profile: str) -> None:
    put(tmp_path / "proc/device-tree/model", f"{model}\0")
    assert detect_board(tmp_path) == profile


def test_an_ordinary_computer_is_the_twin(tmp_path: Path) -> None:
    assert detect_board(tmp_path) == "sim"
    assert board_model(tmp_path) == ""


def test_a_jetson_that_does_not_say_which_is_generic(tmp_path: Path) -> None:
    put(tmp_path / "etc/nv_tegra_release", "# R36 (release)")
    assert detect_board(tmp_path) == "generic"


def test_a_model_that_cannot_be_read_is_generic(tmp_path: Path) -> None:
    (tmp_path / "proc/device-tree/model").mkdir(parents=True)
    assert detect_board(tmp_path) == "generic"
