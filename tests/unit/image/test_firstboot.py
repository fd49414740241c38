"""First boot: keys and good files are taken once, bad ones bar the gate, a reset leaves nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.config.load import load_config
from appliance.config.schema import Config
from appliance.faults import ConfigFault
from appliance.firstboot.held import RESET_HOLD_S, held
from appliance.firstboot.in_force import coming
from appliance.firstboot.lamp import Lamp
from appliance.firstboot.places import Places
from appliance.firstboot.prepare import Helpers, prepare
from appliance.firstboot.reset import wanted, wipe
from appliance.hw.base import InputSpec
from appliance.hw.fake import FakeInput, FakePins
from appliance.hw.led import FakeStatusLed
from appliance.hw.signs import Sign
from tests.unit.image.times import NOON

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKq owner@laptop\n"


@dataclass
class Rig:
    """A board in a folder; programs that would make keys only write files."""

    places: Places
    lines: list[str] = field(default_factory=list)
    pressed: bool = False
    signs: list[Sign] = field(default_factory=list)

    def card(self, name: str, text: str) -> None:
        (self.places.card / name).write_text(text)

    def run(self, words: Sequence[str]) -> None:
        for word, after in pairwise(words):
            if word in ("-f", "-keyout", "-out"):
                Path(after).write_text(f"key {len(self.lines)}")
            if word == "-f":
                Path(f"{after}.pub").write_text("public")

    def check(self, path: Path) -> None:
        if "bad" in path.read_text():
            raise ConfigFault(f"{path}: bad: unknown key. Remove it.")

    def start(self) -> bool:
        helpers = Helpers(self.run, self.check, lambda: self.pressed, self.lines.append, self.signs.append)
        return prepare(self.places, "gatehouse", helpers)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    places = Places(*(tmp_path / name for name in ("data", "card", "run", "machine-id")))
    places.card.mkdir()
    places.machine_id.write_text("0123456789abcdef0123456789abcdef\n")
    return Rig(places)


def test_the_first_start_makes_what_the_board_needs(rig: Rig) -> None:
    ready = rig.start()

    assert ready
    assert rig.lines == ["made: machine-id", "made: SSH host key", "made: certificate"]
    assert (rig.places.system / "machine-id").read_text() == rig.places.machine_id.read_text()
    assert (rig.places.system / "tls" / "key.pem").stat().st_mode & 0o077 == 0


def test_the_second_start_makes_nothing_anew(rig: Rig) -> None:
    rig.start()
    rig.lines.clear()
    rig.places.machine_id.write_text("another\n")

    rig.start()

    assert rig.lines == []
    assert (rig.places.system / "machine-id").read_text() != "another\n"


def test_a_key_that_a_cut_left_half_made_is_made_anew(rig: Rig) -> None:
    half = rig.places.system / "ssh" / "ssh_host_ed25519_key.new"
    half.parent.mkdir(parents=True)
    half.write_text("hal")

    rig.start()

    assert (half.parent / "ssh_host_ed25519_key").read_text() != "hal"
    assert not half.exists()


def test_a_good_configuration_is_taken_from_the_card(rig: Rig) -> None:
    rig.card("gatehouse.toml", "good = 1")

    assert rig.start()
    assert (rig.places.owner / "gatehouse.toml").read_text() == "good = 1"
    assert not rig.places.refused.exists()


def test_a_bad_configuration_is_named_and_keeps_the_gate_unarmed(rig: Rig) -> None:
    rig.card("gatehouse.toml", "good = 1")
    rig.start()
    rig.card("gatehouse.toml", "bad = 1")

    assert not rig.start()
    assert (
        rig.places.refused.read_text() == f"{rig.places.card}/gatehouse.toml: bad: unknown key. Remove it.\n"
    )
    assert "REFUSED" in rig.lines[-1]
    assert (rig.places.owner / "gatehouse.toml").read_text() == "good = 1"


def test_a_mended_configuration_arms_again(rig: Rig) -> None:
    rig.card("gatehouse.toml", "bad = 1")
    rig.start()
    rig.card("gatehouse.toml", "good = 1")

    assert rig.start()
    assert not rig.places.refused.exists()


def test_what_was_changed_on_the_board_is_not_overwritten_by_the_same_card(rig: Rig) -> None:
    rig.card("gatehouse.toml", "good = 1")
    rig.start()
    (rig.places.owner / "gatehouse.toml").write_text("good = 2")

    rig.start()

    assert (rig.places.owner / "gatehouse.toml").read_text() == "good = 2"


def test_an_ssh_key_is_taken_and_a_private_one_refused(rig: Rig) -> None:
    rig.card("authorized_keys", f"# mine\n{KEY}")
    assert rig.start()
    assert (rig.places.system / "ssh" / "authorized_keys").read_text() == KEY
    rig.card("authorized_keys", "-----BEGIN OPENSSH PRIVATE KEY-----\n")

    assert not rig.start()
    assert "line 1 is no public SSH key" in rig.lines[-1]


def test_wifi_is_taken_without_a_way_to_smuggle_lines_in(rig: Rig) -> None:
    rig.card("wifi.toml", 'ssid = "Tor \\"1\\""\npassword = "geheim12"\ncountry = "DE"\n')

    assert rig.start()
    kept = (rig.places.system / "wpa_supplicant.conf").read_text()
    assert '\tssid=546f7220223122\n\tkey_mgmt=WPA-PSK SAE\n\tpsk="geheim12"\n' in kept


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('ssid = "a"\ncountry = "de"', "country"),
        ('country = "DE"', "ssid"),
        ('ssid = "a"\ncountry = "DE"\npassword = "short"', "password"),
        ('ssid = "a"\ncountry = "DE"\npsk = "12345678"', "psk: unknown key"),
        (f'ssid = "{"ä" * 17}"\ncountry = "DE"', "longer than 32 bytes"),
        ("ssid", "is not TOML"),
    ],
)
def test_bad_wifi_is_refused_with_the_reason(rig: Rig, text: str, reason: str) -> None:
    rig.card("wifi.toml", text)

    assert not rig.start()
    assert reason in rig.lines[-1]


def test_a_file_of_absurd_size_is_refused(rig: Rig) -> None:
    rig.card("gatehouse.toml", "#" * 300_000)

    assert not rig.start()
    assert "larger than 256 KiB" in rig.lines[-1]


def test_a_reset_leaves_no_release_and_keeps_the_folder_that_is_mounted(rig: Rig) -> None:
    rig.start()
    (rig.places.updates / "application").mkdir(parents=True)
    rig.pressed = True

    rig.start()

    assert list(rig.places.updates.iterdir()) == []


def test_the_outputs_at_rest_are_those_of_the_file_that_is_about_to_be_taken(rig: Rig) -> None:
    read: list[Path | None] = []

    def load(owner: Path | None) -> Config:
        if owner is not None:
            rig.check(owner)
        read.append(owner)
        return load_config(Path(os.devnull), None, environment={}).config

    offered, mine = rig.places.card / "gatehouse.toml", rig.places.owner / "gatehouse.toml"
    coming(rig.places, load)
    rig.card("gatehouse.toml", "good = 1")
    coming(rig.places, load)
    rig.start()
    coming(rig.places, load)
    rig.card("gatehouse.toml", "bad = 1")
    coming(rig.places, load)
    assert read == [None, offered, mine, mine]
    mine.write_text("bad = 2")

    with pytest.raises(ConfigFault):
        coming(rig.places, load)


def test_a_card_that_cannot_be_read_leaves_the_outputs_to_the_file_in_force(rig: Rig) -> None:
    rig.card("gatehouse.toml", "good = 1")
    board = load_config(Path(os.devnull), None, environment={}).config

    def load(owner: Path | None) -> Config:
        if owner is not None:
            raise OSError(5, "Input/output error")
        return board

    assert coming(rig.places, load) is board


def leave_traces(rig: Rig) -> None:
    rig.start()
    (rig.places.gate / "data").mkdir()
    (rig.places.gate / "data" / "gatehouse.db").write_text("people")
    (rig.places.owner / "gatehouse.toml").write_text("good = 1")


def test_a_reset_by_button_leaves_nothing_of_the_owner(rig: Rig) -> None:
    leave_traces(rig)
    rig.pressed = True

    rig.start()

    assert list(rig.places.gate.iterdir()) == list(rig.places.owner.iterdir()) == []
    assert "factory reset, asked for by the button" in rig.lines


def test_a_reset_by_the_card_is_done_once(rig: Rig) -> None:
    leave_traces(rig)
    rig.card("factory-reset", "")
    rig.start()
    (rig.places.owner / "gatehouse.toml").write_text("good = 3")

    rig.start()

    assert (rig.places.owner / "gatehouse.toml").read_text() == "good = 3"
    assert rig.lines.count("factory reset, asked for by the card") == 1


def fill_card(rig: Rig) -> None:
    rig.card("gatehouse.toml", "good = 1")
    rig.card("wifi.toml", 'ssid = "a"\ncountry = "DE"\n')
    rig.card("authorized_keys", KEY)


def kept(rig: Rig) -> list[Path]:
    """What was made of the card's files."""
    owner, system = rig.places.owner, rig.places.system
    made = (owner / "gatehouse.toml", system / "wpa_supplicant.conf", system / "ssh" / "authorized_keys")
    return [path for path in made if path.exists()]


@pytest.mark.parametrize("by_card", [False, True])
def test_a_reset_does_not_let_the_last_owner_back_in(rig: Rig, by_card: bool) -> None:
    fill_card(rig)
    rig.start()
    assert len(kept(rig)) == 3
    rig.pressed = not by_card
    if by_card:
        rig.card("factory-reset", "")

    assert rig.start()
    rig.pressed = False
    assert rig.start()
    assert kept(rig) == []
    assert "not taken again until it changes: authorized_keys" in " ".join(rig.lines)


def test_what_changes_on_the_card_with_a_reset_or_after_it_is_taken(rig: Rig) -> None:
    fill_card(rig)
    rig.start()
    rig.card("factory-reset", "")
    rig.card("authorized_keys", KEY.replace("IKq", "INe"))
    rig.start()
    assert [path.name for path in kept(rig)] == ["authorized_keys"]
    rig.card("gatehouse.toml", "good = 2")

    rig.start()

    assert [path.name for path in kept(rig)] == ["gatehouse.toml", "authorized_keys"]


def test_what_no_longer_lies_on_the_card_leaves_no_mark_behind_a_reset(rig: Rig) -> None:
    fill_card(rig)
    rig.start()
    (rig.places.card / "wifi.toml").unlink()
    rig.pressed = True

    rig.start()

    assert sorted(path.name for path in rig.places.system.glob("taken_*")) == [
        "taken_authorized_keys",
        "taken_gatehouse.toml",
    ]


def test_without_a_request_nothing_is_removed(rig: Rig) -> None:
    leave_traces(rig)

    rig.start()

    assert (rig.places.gate / "data" / "gatehouse.db").read_text() == "people"


def test_a_reset_is_shown_while_it_lasts(rig: Rig) -> None:
    leave_traces(rig)
    rig.pressed = True

    rig.start()

    assert rig.signs == [Sign.RESET, Sign.STARTING]


def test_the_reasons_may_be_read_without_root(rig: Rig) -> None:
    rig.card("wifi.toml", "ssid")
    rig.start()

    assert rig.places.refused.stat().st_mode & 0o777 == 0o644
    assert rig.places.run.stat().st_mode & 0o777 == 0o755


def test_a_reset_gives_the_board_another_identity(rig: Rig) -> None:
    leave_traces(rig)
    rig.pressed = True

    rig.start()

    kept = (rig.places.system / "machine-id").read_text()
    assert (len(kept), kept.endswith("\n")) == (33, True)
    assert kept != rig.places.machine_id.read_text()


class PowerCut(BaseException):
    """Nothing in the code under test may answer it."""


def cut_after(count: int) -> Callable[[Path], None]:
    """Removes so many entries, then the power goes."""
    left = iter(range(count))

    def remove(entry: Path) -> None:
        if next(left, None) is None:
            raise PowerCut
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    return remove


@pytest.mark.parametrize("removed", range(5))
def test_a_reset_that_is_cut_off_goes_on_at_the_next_start(rig: Rig, removed: int) -> None:
    leave_traces(rig)
    with pytest.raises(PowerCut):
        wipe(rig.places, cut_after(removed))

    rig.start()

    assert "factory reset, asked for by a reset that was cut off" in rig.lines
    assert list(rig.places.gate.iterdir()) == list(rig.places.owner.iterdir()) == []
    assert wanted(rig.places, lambda: False) == ""


@pytest.mark.parametrize("removed", range(5))
def test_a_reset_that_is_cut_off_does_not_let_the_last_owner_back_in(rig: Rig, removed: int) -> None:
    fill_card(rig)
    rig.start()
    with pytest.raises(PowerCut):
        wipe(rig.places, cut_after(removed))

    rig.start()

    assert kept(rig) == []


def test_a_reset_by_the_card_that_is_cut_off_is_done_once(rig: Rig) -> None:
    leave_traces(rig)
    rig.card("factory-reset", "")
    with pytest.raises(PowerCut):
        wipe(rig.places, cut_after(1))
    rig.start()
    (rig.places.owner / "gatehouse.toml").write_text("good = 3")

    rig.start()

    assert (rig.places.owner / "gatehouse.toml").read_text() == "good = 3"


@pytest.mark.parametrize(
    ("let_go_s", "resets"), [(RESET_HOLD_S + 1, True), (RESET_HOLD_S - 1, False), (0, False)]
)
def test_only_a_button_held_long_resets(let_go_s: float, resets: bool) -> None:
    pins, clock = FakePins(), ManualClock(NOON)
    button = FakeInput(InputSpec("service_button", "GPIO13"), pins)

    def wait(seconds: float) -> None:
        clock.advance(seconds)
        pins.wires["GPIO13"] = clock.monotonic() < let_go_s

    pins.wires["GPIO13"] = let_go_s > 0
    counted: list[Sign] = []

    assert held(button, clock, wait, lambda: counted.append(Sign.RESET_COUNTED)) is resets
    assert len(counted) == (let_go_s > 0)


def test_the_led_before_the_gate_shows_each_sign_once() -> None:
    led = FakeStatusLed()
    lamp = Lamp(led, print)
    for sign in (Sign.STARTING, Sign.STARTING, Sign.REFUSED):
        lamp.show(sign)

    assert led.history == [Sign.STARTING, Sign.REFUSED]


def test_an_led_that_is_not_ready_is_told_once_and_tried_again() -> None:
    led, said = FakeStatusLed(), list[str]()
    lamp = Lamp(led, said.append)
    led.broken = "no file"
    lamp.show(Sign.STARTING)
    lamp.show(Sign.REFUSED)
    led.broken = ""
    lamp.show(Sign.REFUSED)

    assert led.history == [Sign.REFUSED]
    assert len(said) == 1
