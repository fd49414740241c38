"""The bill of materials names every package and wheel, and is the same each time."""

from __future__ import annotations

import json
from pathlib import Path

from imagekit.materials import Material, debian, document, main, wheels

STATUS = """Package: libc6
Status: install ok installed
Maintainer: GNU Libc Maintainers <x@example.org>
Architecture: arm64
Version: 2.41-12
Description: a library
 with a second line

Package: gone
Status: deinstall ok config-files
Maintainer: Nobody <n@example.org>
Architecture: all
Version: 1
"""


def a_wheel(folder: Path, name: str = "numpy", version: str = "2.5.5") -> None:
    place = folder / f"{name}-{version}.dist-info"
    place.mkdir(parents=True)
    (place / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n\nWords.\n")


def test_installed_packages_are_named_and_removed_ones_not() -> None:
    urls = [material.url for material in debian(STATUS)]

    assert urls == ["pkg:deb/debian/libc6@2.41-12?arch=arm64"]


def test_wheels_are_named_by_their_metadata(tmp_path: Path) -> None:
    a_wheel(tmp_path, "pydantic_core", "2.50.4")

    assert [material.url for material in wheels(tmp_path)] == ["pkg:pypi/pydantic-core@2.50.4"]


def test_the_same_materials_give_the_same_document_in_any_order() -> None:
    one, other = Material("a", "1", "pkg:pypi/a@1"), Material("b", "2", "pkg:pypi/b@2")

    assert document("image", 0, [one, other]) == document("image", 0, [other, one])
    assert document("image", 0, [one]) != document("image", 0, [other])


def test_every_package_is_described_and_has_its_own_key() -> None:
    told = json.loads(document("image", 0, [*debian(STATUS), Material("c", "1", "pkg:pypi/c@1")]))

    keys = [package["SPDXID"] for package in told["packages"]]
    assert keys == [relation["relatedSpdxElement"] for relation in told["relationships"]]
    assert len(set(keys)) == 2
    assert told["creationInfo"]["created"] == "1970-01-01T00:00:00Z"


def test_a_root_is_read_where_dpkg_and_the_wheels_lie(tmp_path: Path) -> None:
    status = tmp_path / "var/lib/dpkg/status"
    status.parent.mkdir(parents=True)
    status.write_text(STATUS)
    a_wheel(tmp_path / "opt/gatehouse/lib")
    out = tmp_path / "bill"

    main([str(tmp_path), "image", "0", "--output", str(out)])

    assert {package["name"] for package in json.loads(out.read_text())["packages"]} == {"libc6", "numpy"}
