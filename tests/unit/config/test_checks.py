"""Each check across keys: what it finds, and what it leaves in peace."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.config import Config
from appliance.config.checks import CHECKS, Severity, examine
from appliance.config.checks.sight import area

OPEN = {"pin": "GPIO17", "max_on_s": 10.0}
CLOSE = {"pin": "GPIO27", "max_on_s": 10.0}
GUARD = {"active_high": True, "normally_closed": True}
SOUND: dict[str, Any] = {
    "board": "pi5",
    "pin_factory": "lgpio",
    "cameras": {"front": {}},
    "outputs": {"open": OPEN, "close": CLOSE},
    "inputs": {
        "stop_button": {"pin": "GPIO6", **GUARD},
        "loop": {"pin": "GPIO26", **GUARD},
        "exit": {"pin": "GPIO19"},
    },
}


def found(**changes: Any) -> list[tuple[str, str]]:
    """Severity and key of each finding about a sound configuration with sections changed."""
    config = Config.model_validate({**SOUND, **changes})
    return [(finding.severity.value, finding.key) for finding in examine(config)]


def outputs(**changes: Any) -> dict[str, Any]:
    return {"outputs": {**SOUND["outputs"], **changes}}


def inputs(**changes: Any) -> dict[str, Any]:
    return {"inputs": {**SOUND["inputs"], **changes}}


def test_a_sound_configuration_has_no_findings() -> None:
    assert found() == []


def on_a_jetson(pull: str, *, armed: bool = True) -> list[tuple[str, str]]:
    wired = {name: {**given, "pull": pull} for name, given in SOUND["inputs"].items()}
    return found(pin_factory="jetson", inputs=wired, gate={"armed": armed})


def test_a_jetson_s_inputs_need_resistors_outside() -> None:
    keys = [f"inputs.{name}.pull" for name in ("stop_button", "exit", "loop")]

    assert on_a_jetson("external") == []
    assert on_a_jetson("board") == [("error", key) for key in keys]
    assert on_a_jetson("board", armed=False) == [("warn", key) for key in keys]


ERRORS: list[tuple[dict[str, Any], str]] = [
    (outputs(lights={"pin": "17"}), "outputs.lights.pin"),
    (inputs(beam={"pin": "BOARD13", **GUARD}), "inputs.beam.pin"),
    ({"pin_factory": "mock"}, "pin_factory"),
    ({"board": "sim"}, "pin_factory"),
    (outputs(horn={"pin": "GPIO22", "max_on_s": 1.0, "start": True}), "outputs.horn.start"),
    (outputs(horn={"pin": "GPIO22", "max_on_s": 1.0, "shutdown": True}), "outputs.horn.start"),
    (outputs(horn={"pin": "GPIO22", "max_on_s": 1.0, "start": True, "shutdown": True}), "outputs.horn.start"),
    (outputs(enable={"pin": "GPIO22", "shutdown": True}), "outputs.enable.shutdown"),
    (outputs(enable={"pin": "GPIO22", "start": True}), "outputs.enable.start"),
    ({"outputs": {"close": CLOSE}}, "outputs.open"),
    (outputs(open={"pin": "GPIO17"}), "outputs.open.max_on_s"),
    (outputs(close={"pin": "GPIO27"}), "outputs.close.max_on_s"),
    (outputs(open={"pin": "GPIO17", "max_on_s": 8.0}), "outputs.open.max_on_s"),
    ({"gate": {"actuator": "car"}}, "outputs.enable"),
    ({"gate": {"actuator": "pulse"}}, "outputs.stop"),
    (
        {**outputs(stop={"pin": "GPIO22", "max_on_s": 1.0}), "gate": {"actuator": "pulse"}},
        "outputs.stop.max_on_s",
    ),
    ({"gate": {"actuator": "reader"}}, "gate.actuator"),
    (inputs(beam={"pin": "ADC8"}), "inputs.beam.pin"),
    ({"wiegand": {"data0": "GPIO17", "data1": "GPIO22"}}, "wiegand.data0"),
    ({"cards": {"numbers": {"AB123": 2**24}}}, "cards.numbers.AB123"),
    ({"barrier": {"motion_limit_s": 4.0, "open_s": 4.0, "close_s": 3.0}}, "barrier.motion_limit_s"),
    ({"barrier": {"leave_limit_s": 8.0}}, "barrier.leave_limit_s"),
    ({"buttons": {"reset_hold_s": 3.0}}, "buttons.reset_hold_s"),
    ({"buttons": {"stuck_s": 8.0}}, "buttons.stuck_s"),
    ({"vision": {"loop_limit_s": 0.5}}, "vision.loop_limit_s"),
    ({"watchdog": {"loop_limit_s": 5.0}}, "watchdog.loop_limit_s"),
    ({"cameras": {}}, "cameras"),
    ({"cameras": {"front": {"driver": "sim"}}}, "cameras.front.driver"),
    ({"cameras": {"front": {"roi": ((0, 0), (1, 1), (0.5, 0.5))}}}, "cameras.front.roi"),
    ({"cameras": {"front": {"veto_zone": ((0, 0), (0, 0), (1, 0))}}}, "cameras.front.veto_zone"),
    ({"cameras": {"front": {"frame_limit_s": 0.5}}}, "cameras.front.frame_limit_s"),
    ({"cameras": {"front": {"fps": 0.5}}}, "cameras.front.frozen_s"),
    ({"cameras": {"front": {"role": "overview"}}}, "cameras.front.role"),
    ({**inputs(loop=None), "cameras": {"rear": {"role": "plates"}}}, "inputs.loop"),
    ({"vote": {"min_reads": 20, "window_s": 1.0}}, "vote.window_s"),
    ({"vote": {"min_reads": 20}, "access": {"evidence_limit_s": 1.0}}, "access.evidence_limit_s"),
    ({"vision": {"min_plate_length": 11}}, "vision.min_plate_length"),
    ({"access": {"timezone": "Europe/Berln"}}, "access.timezone"),
    ({"access": {"timezone": "../etc/passwd"}}, "access.timezone"),
    ({"access": {"schedules": {"day": ()}}}, "access.schedules.day"),
    ({"access": {"schedules": {"day": ({"days": ()},)}}}, "access.schedules.day.0.days"),
    ({"access": {"schedules": {"day": ({"start": "07:00", "end": "07:00"},)}}}, "access.schedules.day.0.end"),
    ({"access": {"known_plates": {"--": "Ada"}}}, "access.known_plates.--"),
    ({"access": {"known_plates": {"AB12": "Ada", "ab 12": "Bo"}}}, "access.known_plates.ab 12"),
    (
        {"access": {"known_plates": {"AB12": "Ada"}, "denied_plates": {"AB-12": "x"}}},
        "access.denied_plates.AB-12",
    ),
    ({"access": {"sure_threshold": 0.5}}, "access.sure_threshold"),
    ({"thermal": {"act_c": 80.0}}, "thermal.degrade_c"),
    ({"thermal": {"enabled": True, "idle_fps": 0.6}}, "thermal.idle_fps"),
    ({"thermal": {"enabled": True, "recognise_fps": 0.1}}, "thermal.recognise_fps"),
    ({"thermal": {"enabled": True}, "infer": {"chain": ("tensorrt",), "dla": 0}}, "thermal.detect_side"),
]


@pytest.mark.parametrize(("changes", "key"), ERRORS)
def test_a_contradiction_is_an_error_at_the_key_that_mends_it(changes: dict[str, Any], key: str) -> None:
    assert found(**changes) == [("error", key)]


WARNINGS: list[tuple[dict[str, Any], str]] = [
    ({"outputs": {"open": OPEN}}, "outputs.close"),
    (outputs(open={**OPEN, "pin": "GPIO4"}), "outputs.open.pin"),
    (outputs(open={**OPEN, "active_high": False}), "outputs.open.pin"),
    (inputs(stop_button=None), "inputs.stop_button"),
    ({**outputs(stop={"pin": "GPIO22"}), "gate": {"actuator": "pulse"}}, "outputs.stop.shutdown"),
    (inputs(loop={"pin": "GPIO26"}), "inputs.loop.normally_closed"),
    (inputs(exit=None), "inputs.exit"),
    (inputs(loop=None), "inputs.loop"),
    ({"cameras": {"front": {"driver": "rtsp", "exposure": "plates"}}}, "cameras.front.exposure"),
    ({"cameras": {"front": {"source_low": "rtsp://10.0.0.9/sub"}}}, "cameras.front.source_low"),
    ({"barrier": {"record_timeout_s": 1.0}}, "barrier.record_timeout_s"),
    ({"power": {"mode": "auto"}}, "power.mode"),
]


@pytest.mark.parametrize(("changes", "key"), WARNINGS)
def test_what_works_but_should_be_known_is_a_warning(changes: dict[str, Any], key: str) -> None:
    assert found(**changes) == [("warn", key)]


PEACE: list[dict[str, Any]] = [
    outputs(open={**OPEN, "pin": "GPIO4", "active_high": False}),
    outputs(lights={"pin": "GPIO22", "start": True}),
    outputs(lights={"pin": "GPIO22", "start": True, "shutdown": True}),
    {"exit": {"mode": "none"}, **inputs(exit=None)},
    {**outputs(stop={"pin": "GPIO22", "shutdown": True}), "gate": {"actuator": "pulse"}},
    {"gate": {"actuator": "car"}, "car": {"channel": "serial"}},
    {"gate": {"actuator": "car"}, **outputs(enable={"pin": "GPIO22"})},
    {"access": {"timezone": "America/New_York"}},
    {"access": {"schedules": {"night": ({"start": "22:00", "end": "06:00"},)}}},
    {"access": {"known_plates": {"AB12": "Ada"}, "denied_plates": {"AB13": "sold"}}},
    {"watchdog": {"enabled": False, "loop_limit_s": 1.0}},
]


@pytest.mark.parametrize("changes", PEACE)
def test_what_is_sound_is_left_in_peace(changes: dict[str, Any]) -> None:
    assert found(**changes) == []


def test_a_gate_that_nobody_watches_is_an_error() -> None:
    errors = found(cameras={}, **inputs(loop=None))

    assert ("error", "inputs.loop") in errors


def test_an_unarmed_gate_needs_neither_pins_nor_buttons() -> None:
    unarmed = {"gate": {"armed": False}, "outputs": {}, "inputs": {}, "pin_factory": "mock"}

    assert found(**unarmed) == []


def test_regions_are_checked_against_the_names_given() -> None:
    config = Config.model_validate({**SOUND, "access": {"regions": ("us", "ukk")}})

    assert [str(finding) for finding in examine(config, regions=("us", "uk"))] == [
        'access.regions: no region is named "ukk". Did you mean "uk"?'
    ]


def test_every_finding_says_what_and_how_to_mend_it() -> None:
    findings = [
        f for changes, _ in (*ERRORS, *WARNINGS) for f in examine(Config.model_validate({**SOUND, **changes}))
    ]

    assert [f for f in findings if not f.sentence.endswith(".") or not f.remedy.endswith((".", "?"))] == []


def test_no_check_stands_twice() -> None:
    assert len(set(CHECKS)) == len(CHECKS)


def test_errors_and_warnings_are_the_two_severities() -> None:
    assert {str(severity) for severity in Severity} == {"error", "warn"}


@pytest.mark.parametrize(
    ("polygon", "size"),
    [
        (((0, 0), (1, 0), (1, 1), (0, 1)), 1.0),
        (((0, 0), (0, 1), (1, 0)), 0.5),
        (((0, 0), (1, 1), (0.5, 0.5)), 0.0),
    ],
)
def test_the_area_of_a_zone(polygon: tuple[tuple[float, float], ...], size: float) -> None:
    assert area(polygon) == pytest.approx(size)


@pytest.mark.parametrize(
    ("chain", "hint"),
    [(["opnvino"], 'Did you mean "openvino"?'), (["openvino", "abacus"], "Known: onnxruntime, ")],
)
def test_a_backend_that_nobody_knows_gets_the_nearest(chain: list[str], hint: str) -> None:
    config = Config.model_validate({**SOUND, "infer": {"chain": chain}})
    (finding,) = examine(config)
    assert (finding.key, hint in finding.remedy) == ("infer.chain", True)


def test_known_backends_are_no_finding() -> None:
    assert found(infer={"chain": ["openvino", "onnxruntime"], "fallback": "never"}) == []


@pytest.mark.parametrize(
    ("driver", "backend", "keys"),
    [
        ("nvdec", "onnxruntime", ["cameras.front.driver"]),
        ("nvdec", "onnxruntime-cuda", []),
        ("rtsp", "onnxruntime", []),
    ],
)
def test_pictures_are_on_the_gpu_where_the_nets_are(driver: str, backend: str, keys: list[str]) -> None:
    cameras = {"front": {"driver": driver, "source": "a.mp4"}}
    assert found(cameras=cameras, infer={"chain": [backend]}) == [("warn", key) for key in keys]


def test_a_witness_that_may_refuse_wants_two_reads() -> None:
    refusing = {"access": {"witness": "refuse"}}
    assert found(**refusing, vote={"min_reads": 1}) == [("warn", "vote.min_reads")]
    assert found(**refusing, vote={"min_reads": 2}) == []


def test_a_witness_that_reports_wants_none() -> None:
    assert found(vote={"min_reads": 1}) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"thermal": {"enabled": True}},
        {"thermal": {"enabled": True, "idle_fps": 0.7}},
        {"thermal": {"idle_fps": 0.1, "recognise_fps": 0.1}},
        {"thermal": {"enabled": True, "detect_side": 0}, "infer": {"dla": 0, "chain": ("tensorrt",)}},
        {"power": {"mode": "auto", "driver": "cpufreq"}},
    ],
)
def test_an_easing_that_leaves_a_working_gate_is_left_in_peace(changes: dict[str, Any]) -> None:
    assert found(**changes) == []
