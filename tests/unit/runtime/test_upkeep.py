"""The board's upkeep around a live gate: drivers by configuration, faults in the record, and its deaths."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config import Config
from appliance.events import Presence
from appliance.faults import ThermometerLost
from appliance.hw.base import PowerMode
from appliance.hw.fake import FakePower, FakeThermal
from appliance.hw.jetson_power import JetsonPower
from appliance.hw.jetson_vitals import JetsonGauges, JetsonSupply
from appliance.hw.pi_supply import PiSupply
from appliance.hw.power import GovernorPower, NullPower
from appliance.hw.thermal import NullThermal, SysfsThermal
from appliance.hw.vitals import NullGauges, NullSupply
from appliance.runtime.seats import Seats
from appliance.runtime.upkeep import SILENT_S, Meters, Upkeep, meters_of
from appliance.sight import Easing, Effort
from appliance.upkeep.heat import Rung

from .rig import CLOSE, OPEN, OPEN_BUTTON, Heard, LiveRig, a_clock, a_config, subjects, wait_for

HOT = {"enabled": True}
AUTO = {"mode": "auto", "driver": "cpufreq"}


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, (NullPower, NullThermal, NullSupply, NullGauges)),
        ({"power": AUTO, "thermal": HOT}, (GovernorPower, SysfsThermal, NullSupply, NullGauges)),
        ({"power": {"supply": "raspberry"}}, (NullPower, NullThermal, PiSupply, NullGauges)),
        (
            {"power": {"mode": "auto", "driver": "nvpmodel", "supply": "jetson"}},
            (JetsonPower, NullThermal, JetsonSupply, JetsonGauges),
        ),
    ],
)
def test_drivers_are_those_that_the_configuration_names(
    changes: dict[str, object], kinds: tuple[type, ...]
) -> None:
    meters = meters_of(Config.model_validate(changes))
    assert tuple(map(type, (meters.power, meters.thermal, meters.supply, meters.gauges))) == kinds


class Eyes:
    effort = Effort.WATCH
    sees = True

    def __init__(self) -> None:
        self.eased: list[Easing] = []

    def ease(self, easing: Easing) -> None:
        self.eased.append(easing)


class Rig:
    def __init__(self, thermal: FakeThermal) -> None:
        self.clock, self.heard, self.eyes = a_clock(), Heard(), Eyes()
        self.power = FakePower()
        config = a_config(power=AUTO, thermal=HOT)
        mouth = self.heard.mouth
        seats = Seats(config.threads, mouth)
        self.upkeep = Upkeep(config, self.clock, self.eyes, mouth, seats, Meters(self.power, thermal))


def test_an_automatic_mode_is_measured_at_the_start() -> None:
    rig = Rig(FakeThermal({"cpu": 40.0}))
    rig.upkeep.start()
    wait_for(lambda: rig.power.history[:2] == [PowerMode.SAVING, PowerMode.FULL])
    rig.upkeep.stop()
    assert set(rig.upkeep.readings.switch_s) <= set(PowerMode)


class DyingThermal(FakeThermal):
    """Ends its reader once."""

    dies = True

    def read(self) -> dict[str, float]:
        if self.dies:
            self.dies = False
            raise RuntimeError("a defect")
        return super().read()


def test_a_keeper_that_died_says_why_and_goes_on_when_restarted() -> None:
    rig = Rig(DyingThermal({"cpu": 82.0}))
    rig.upkeep.start()
    wait_for(lambda: bool(rig.upkeep.check()))
    why = rig.upkeep.check()
    rig.upkeep.restart()
    wait_for(lambda: rig.upkeep.readings.rung is Rung.REST)
    rig.upkeep.stop()
    assert why == "upkeep: RuntimeError('a defect')"


@pytest.mark.parametrize(("later_s", "lines"), [(SILENT_S, []), (SILENT_S + 1.0, ["+thermometer_lost"])])
def test_a_keeper_that_hangs_in_the_kernel_is_a_fault(later_s: float, lines: list[str]) -> None:
    rig = Rig(FakeThermal({"cpu": 40.0}))
    rig.clock.advance(later_s)
    rig.upkeep.check()
    assert rig.heard.lines == lines


def of_heat(rig: LiveRig, kind: str) -> list[str]:
    """The rig's clock runs ahead of the keeper's rounds, which others take for a hang."""
    return [name for name in subjects(rig.links(), kind) if name in ("board_hot", "recognition_rests")]


def test_a_board_too_hot_refuses_entry_and_the_record_says_when(tmp_path: Path) -> None:
    thermal = FakeThermal({"cpu": 82.0})
    rig = LiveRig(tmp_path, meters=Meters(thermal=thermal), thermal={**HOT, "dwell_s": 0.5})

    def cool() -> bool:
        thermal.zones["cpu"] = 50.0
        return True

    def faulty(kind: str) -> bool:
        return rig.live.gate.inputs.has_fault(kind)

    ended = rig.run(
        lambda: faulty("recognition_rests"),
        cool,
        lambda: not faulty("recognition_rests"),
        lambda: not faulty("board_hot"),
    )
    assert ended
    assert of_heat(rig, "fault_raised") == ["board_hot"] * 3 + ["recognition_rests"]
    assert of_heat(rig, "fault_cleared") == ["recognition_rests"] + ["board_hot"] * 3


def test_a_thermometer_that_is_lost_is_a_warning_of_a_gate_that_works(tmp_path: Path) -> None:
    thermal = FakeThermal({}, ThermometerLost(part="thermal"))
    rig = LiveRig(tmp_path, meters=Meters(thermal=thermal), thermal=HOT)
    assert rig.run(
        lambda: rig.live.gate.inputs.has_fault("thermometer_lost"), lambda: rig.state == "recognize"
    )


KNOWN = {"known_plates": {"AB12CDE": "Ada"}}


def test_a_resting_gate_opens_for_nobody_it_knows_until_it_is_cool_again(tmp_path: Path) -> None:
    thermal = FakeThermal({"cpu": 82.0})
    rig = LiveRig(tmp_path, meters=Meters(thermal=thermal), thermal={**HOT, "dwell_s": 0.5}, access=KNOWN)
    turns = iter(range(200))

    def cool() -> bool:
        thermal.zones["cpu"] = 50.0
        return True

    opened: list[bool] = []

    def look() -> bool:
        opened.append(rig.level(OPEN))
        return True

    rig.run(
        lambda: rig.live.gate.inputs.has_fault("recognition_rests"),
        lambda: next(turns, None) is None,
        look,
        cool,
        lambda: rig.level(OPEN),
    )
    assert opened == [False]
    assert subjects(rig.links(), "opening") == ["AB12CDE"]


def test_a_resting_gate_opens_at_a_button_and_never_closes_on_a_vehicle(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path, meters=Meters(thermal=FakeThermal({"cpu": 82.0})), thermal=HOT)
    turns = iter(range(3000))
    ended = rig.run(
        lambda: rig.live.gate.inputs.has_fault("recognition_rests") and rig.state == "recognize",
        lambda: rig.press(OPEN_BUTTON),
        lambda: rig.level(OPEN),
        lambda: next(turns, None) is None,
    )
    assert ended
    assert rig.live.gate.inputs.zone is Presence.PRESENT
    assert not rig.level(CLOSE)
