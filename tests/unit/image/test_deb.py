"""The package's scripts know what the units and rules that they bring ask of a system that runs already."""

from __future__ import annotations

import re

from tests.unit.house.tree import ROOT

RULES = ROOT / "etc" / "udev" / "70-gatehouse.rules"
LAYING = (ROOT / "image-build" / "app.sh", ROOT / "image-build" / "deb" / "build.sh")
POSTINST = ROOT / "image-build" / "deb" / "postinst"


def test_the_rules_are_applied_to_every_kind_of_device_that_is_there_already() -> None:
    ruled = set(re.findall(r'^SUBSYSTEM=="(\w+)"', RULES.read_text(), re.MULTILINE))
    triggered = set(re.findall(r"--subsystem-match=(\w+)", POSTINST.read_text()))

    assert ruled == triggered


def test_what_a_rule_does_for_new_devices_alone_is_asked_as_for_a_new_one() -> None:
    added = set(re.findall(r'^SUBSYSTEM=="(\w+)".*ACTION=="add"', RULES.read_text(), re.MULTILINE))
    asked = set(re.findall(r"--action=add --subsystem-match=(\w+)", POSTINST.read_text()))

    assert added == asked != set()


def test_image_and_package_lay_down_the_same_folders() -> None:
    image, package = (set(re.findall(r"\betc/([\w./]+)/[*$]", path.read_text())) for path in LAYING)
    files = [path.relative_to(ROOT / "etc").parent for path in (ROOT / "etc").rglob("*") if path.is_file()]
    # Read where the appliance lies, and laid down by the installer of that board.
    elsewhere = {".", "boards", "systemd/jetson/gatehouse.service.d"}

    assert image == package == {str(folder) for folder in files} - elsewhere
