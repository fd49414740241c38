"""What boards tell of their supply and load, on trees of files as their kernels show them."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.faults import SupplyUnread
from appliance.hw.jetson_vitals import JetsonGauges, JetsonSupply
from appliance.hw.pi_supply import PiConfig, PiSupply, decode
from appliance.hw.vitals import Gauges, NullGauges, NullSupply, Rail, Supply, Trouble

from .board_tools import VCGENCMD, a_tool, put

PI4 = "devices/platform/soc/soc:firmware/get_throttled"
PI5 = "devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled"
LOW = frozenset([Trouble.UNDERVOLTAGE])
SLOW = frozenset([Trouble.THROTTLED])
NO_TOOL = "/nowhere/vcgencmd"


@pytest.mark.parametrize(
    ("word", "supply"),
    [
        ("0", Supply()),
        ("0x50005", Supply(LOW | SLOW, LOW | SLOW)),
        ("50000", Supply(frozenset(), LOW | SLOW)),
        ("8", Supply(frozenset([Trouble.SOFT_LIMIT]))),
        ("e0002", Supply(frozenset([Trouble.CAPPED]), frozenset(Trouble) - LOW)),
        ("80000000", Supply()),
    ],
)
def test_the_firmware_s_word_is_decoded(word: str, supply: Supply) -> None:
    assert decode(word, "test") == supply


@pytest.mark.parametrize("path", [PI4, PI5])
def test_the_kernel_s_file_is_read(tmp_path: Path, path: str) -> None:
    put(tmp_path / path, "50005\n")
    assert PiSupply(PiConfig(tmp_path, NO_TOOL)).read().now == LOW | SLOW


def test_without_the_file_the_tool_is_asked(tmp_path: Path) -> None:
    put(tmp_path / "throttled", "0x10001")
    supply = PiSupply(PiConfig(tmp_path, a_tool(tmp_path, "vcgencmd", VCGENCMD))).read()
    assert supply == Supply(LOW, LOW)


@pytest.mark.parametrize(("alarm", "now"), [("0\n", frozenset()), ("1\n", LOW)])
def test_without_both_the_voltage_alarm_is_read(tmp_path: Path, alarm: str, now: frozenset[Trouble]) -> None:
    put(tmp_path / "class/hwmon/hwmon0/name", "cpu_thermal\n")
    put(tmp_path / "class/hwmon/hwmon1/name", "rpi_volt\n")
    put(tmp_path / "class/hwmon/hwmon1/in0_lcrit_alarm", alarm)
    assert PiSupply(PiConfig(tmp_path, NO_TOOL)).read().now == now


def test_a_pi_that_says_nothing_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SupplyUnread, match="no get_throttled, no rpi_volt"):
        PiSupply(PiConfig(tmp_path, NO_TOOL)).read()


def test_a_word_that_is_no_number_is_a_fault(tmp_path: Path) -> None:
    put(tmp_path / PI4, "error\n")
    with pytest.raises(SupplyUnread, match='says "error"') as caught:
        PiSupply(PiConfig(tmp_path, NO_TOOL)).read()
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / PI4).mkdir(parents=True)
    with pytest.raises(SupplyUnread) as caught:
        PiSupply(PiConfig(tmp_path, NO_TOOL)).read()
    assert isinstance(caught.value.__cause__, OSError)


def a_meter(root: Path, number: int, channel: int, label: str, millivolts: str, milliamperes: str) -> None:
    monitor = root / f"class/hwmon/hwmon{number}"
    put(monitor / "name", "ina3221\n")
    put(monitor / f"in{channel}_label", f"{label}\n")
    put(monitor / f"in{channel}_input", f"{millivolts}\n")
    put(monitor / f"curr{channel}_input", f"{milliamperes}\n")


def test_rails_are_volts_and_amperes_by_name(tmp_path: Path) -> None:
    a_meter(tmp_path, 3, 1, "VDD_IN", "5072", "1200")
    a_meter(tmp_path, 3, 2, "VDD_CPU_GPU_CV", "5064", "400")
    rails = JetsonGauges(tmp_path).read().rails
    assert rails == {"VDD_IN": Rail(5.072, 1.2), "VDD_CPU_GPU_CV": Rail(5.064, 0.4)}
    assert rails["VDD_IN"].watts == pytest.approx(6.0864)


@pytest.mark.parametrize("broken", ["", "n/a"])
def test_a_rail_that_does_not_answer_is_left_out(tmp_path: Path, broken: str) -> None:
    a_meter(tmp_path, 3, 1, "VDD_IN", broken, "1200")
    a_meter(tmp_path, 3, 2, "VDD_SOC", "5000", "100")
    assert JetsonGauges(tmp_path).read().rails == {"VDD_SOC": Rail(5.0, 0.1)}


@pytest.mark.parametrize(
    "path",
    ["devices/platform/gpu.0/load", "devices/platform/bus@0/17000000.gpu/load", "devices/gpu.0/load"],
)
def test_the_gpu_s_load_is_a_share(tmp_path: Path, path: str) -> None:
    put(tmp_path / path, "437\n")
    assert JetsonGauges(tmp_path).read().gpu_load == 0.437


def test_a_board_without_meters_shows_none(tmp_path: Path) -> None:
    assert JetsonGauges(tmp_path).read() == NullGauges().read() == Gauges()
    assert NullSupply().read() == Supply()


def test_an_over_current_event_throttles_until_none_comes(tmp_path: Path) -> None:
    put(tmp_path / "class/hwmon/hwmon5/name", "soctherm_oc\n")
    counter = put(tmp_path / "class/hwmon/hwmon5/oc1_event_cnt", "2\n")
    supply = JetsonSupply(tmp_path)
    first = supply.read()
    counter.write_text("3\n")
    assert [first, supply.read(), supply.read()] == [
        Supply(frozenset(), SLOW),
        Supply(SLOW, SLOW),
        Supply(frozenset(), SLOW),
    ]


def test_a_jetson_without_counters_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SupplyUnread, match="soctherm_oc"):
        JetsonSupply(tmp_path).read()
