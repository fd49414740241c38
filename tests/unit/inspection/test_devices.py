"""Permissions, serial ports, the ADC's bus, and the lines as the kernel shows them."""

from __future__ import annotations

import struct
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from appliance.config.schema import Camera, Car, Gate, Input, InputsSection, Osdp, Serial
from appliance.faults import OutputFailed
from appliance.hw.gpio import Pins, make_factory
from appliance.hw.gpiochip import Line
from appliance.hw.gpiochip import lines as lines_of
from appliance.inspection.buses import converter, serial
from appliance.inspection.lines import chips, held, inputs
from appliance.inspection.permissions import devices
from appliance.inspection.report import Level

from .rig import a_config, a_site, levels, put

CAR: dict[str, Any] = {
    "gate": Gate(actuator="car"),
    "car": Car(channel="serial"),
    "serial": Serial(port="/dev/ttyUSB0"),
}


def test_devices_that_may_be_used_are_fine(tmp_path: Path) -> None:
    put(tmp_path, "dev/gpiochip0")

    assert levels(devices(a_site(tmp_path))) == [Level.FINE]


@pytest.mark.parametrize(
    ("device", "group"), [("dev/gpiochip0", "gpio"), ("dev/video0", "video"), ("dev/ttyUSB0", "dialout")]
)
def test_a_device_that_is_refused_names_its_group(tmp_path: Path, device: str, group: str) -> None:
    put(tmp_path, device)
    config = a_config(cameras={"front": Camera(source="0")}, **CAR)
    (refused,) = devices(a_site(tmp_path, config, refused=[device]))

    assert refused.level is Level.WRONG
    assert f"usermod -aG {group} " in refused.remedy


def test_a_serial_port_that_is_free_is_fine(tmp_path: Path) -> None:
    put(tmp_path, "dev/ttyUSB0")
    (tmp_path / "proc/99/fd").mkdir(parents=True)
    (tmp_path / "proc/99/fd/3").symlink_to(put(tmp_path, "dev/ttyUSB1"))

    assert levels(serial(a_site(tmp_path, a_config(**CAR)))) == [Level.FINE]


def test_a_missing_port_names_those_that_there_are(tmp_path: Path) -> None:
    put(tmp_path, "dev/ttyACM0")
    (missing,) = serial(a_site(tmp_path, a_config(**CAR)))

    assert missing.level is Level.WRONG
    assert missing.remedy.endswith("There are: /dev/ttyACM0.")


def test_the_kernel_s_console_is_no_port_for_a_peer(tmp_path: Path) -> None:
    put(tmp_path, "dev/ttyAMA0")
    put(tmp_path, "proc/cmdline", "console=ttyAMA0,115200 root=/dev/mmcblk0p2")
    (taken,) = serial(a_site(tmp_path, a_config(osdp=Osdp(port="/dev/ttyAMA0"))))

    assert taken.level is Level.WRONG


def test_who_holds_a_port_is_named(tmp_path: Path) -> None:
    device = put(tmp_path, "dev/ttyUSB0")
    put(tmp_path, "proc/99/comm", "minicom\n")
    (tmp_path / "proc/99/fd").mkdir()
    (tmp_path / "proc/99/fd/3").symlink_to(device)
    (taken,) = serial(a_site(tmp_path, a_config(**CAR)))

    assert taken.text == "/dev/ttyUSB0 is held by minicom (99)."


def test_a_gate_without_a_serial_peer_needs_no_port(tmp_path: Path) -> None:
    assert list(serial(a_site(tmp_path))) == []


def test_inputs_on_the_adc_need_its_bus(tmp_path: Path) -> None:
    site = a_site(tmp_path, a_config(inputs=InputsSection(loop=Input(pin="ADC0"))))
    without = levels(converter(site))
    put(tmp_path, "dev/spidev0.0")

    assert without == [Level.WRONG]
    assert levels(converter(site)) == [Level.FINE]


def test_a_bus_that_is_refused_is_wrong(tmp_path: Path) -> None:
    put(tmp_path, "dev/spidev0.0")
    config = a_config(inputs=InputsSection(loop=Input(pin="ADC0")))

    assert levels(converter(a_site(tmp_path, config, refused=["dev/spidev0.0"]))) == [Level.WRONG]


def line(pin: str, holder: str = "") -> Line:
    return Line("gpiochip0", "pinctrl-rp1", int(pin.removeprefix("GPIO")), pin, holder, is_output=False)


def test_outputs_are_looked_at_without_being_claimed(tmp_path: Path) -> None:
    kernel = [line("GPIO17"), line("GPIO27", "another program"), line("GPIO22"), line("GPIO23")]
    found = {report.part: report for report in held(a_site(tmp_path), kernel)}

    assert found["output open"].level is Level.FINE
    assert found["output close"].text == "GPIO27 is held by another program."
    assert found["output horn"].text == "No line of this board is named GPIO24."


def test_a_pi_5_s_own_chip_is_not_its_header(tmp_path: Path) -> None:
    inner = [replace(line("GPIO17", "the kernel"), label="gpio-brcmstb@107d508500")]

    assert list(held(a_site(tmp_path), inner)) == []


def test_a_jetson_s_lines_have_other_names(tmp_path: Path) -> None:
    assert list(held(a_site(tmp_path, a_config("jetson-orin-nano")), [])) == []


def test_a_board_without_a_gpio_chip_is_noticed(tmp_path: Path) -> None:
    assert levels(chips(a_site(tmp_path))) == [Level.WRONG]
    put(tmp_path, "dev/gpiochip0")

    assert levels(chips(a_site(tmp_path))) == []


def test_the_inputs_are_read(tmp_path: Path) -> None:
    reports = list(inputs(a_site(tmp_path, a_config("sim")), partial(make_factory, "mock")))

    assert "GPIO5 reads idle" in [report.text for report in reports]
    assert set(levels(reports)) == {Level.FINE}


def test_a_chip_that_cannot_be_opened_is_told_once(tmp_path: Path) -> None:
    def broken() -> Pins:
        raise OutputFailed("the GPIO chip cannot be opened", part="gpio")

    assert levels(inputs(a_site(tmp_path), broken)) == [Level.WRONG]


class Kernel:
    """Answers as the GPIO character device does, with two lines."""

    FLAGS = (1 << 2, 1 << 0 | 1 << 3)

    def ioctl(self, descriptor: int, request: int, buffer: bytearray) -> None:
        if request == 0x8044B401:
            struct.pack_into("32s32sI", buffer, 0, b"gpiochip0", b"pinctrl-rp1", 2)
            return
        (offset,) = struct.unpack_from("I", buffer, 64)
        holder = (b"", b"lg")[offset]
        struct.pack_into("32s32sIIQ", buffer, 0, b"GPIO%d" % offset, holder, offset, 0, self.FLAGS[offset])


def test_the_kernel_tells_name_holder_and_direction(tmp_path: Path) -> None:
    chip = put(tmp_path, "gpiochip0")

    assert list(lines_of([chip], Kernel().ioctl)) == [
        Line("gpiochip0", "pinctrl-rp1", 0, "GPIO0", "", is_output=False),
        Line("gpiochip0", "pinctrl-rp1", 1, "GPIO1", "lg", is_output=True),
    ]


def test_what_is_no_chip_or_cannot_be_opened_has_no_lines(tmp_path: Path) -> None:
    assert list(lines_of([put(tmp_path, "file"), tmp_path / "missing"])) == []
