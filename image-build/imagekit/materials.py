"""The bill of materials of an image, in SPDX 2.3: each Debian package of its root, and each wheel.

Source of the format: https://spdx.github.io/spdx-spec/v2.3/.
"""

from __future__ import annotations

import argparse
import email.parser
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

STATUS = "var/lib/dpkg/status"
WHEELS = "opt/gatehouse/lib"
_NAMESPACE = "https://spdx.org/spdxdocs/gatehouse-"


@dataclass(frozen=True, slots=True, order=True)
class Material:
    """One thing that the image holds; `url` is its package URL (purl)."""

    name: str
    version: str
    url: str
    supplier: str = "NOASSERTION"

    @property
    def key(self) -> str:
        """SPDX allows letters, digits, dots and dashes."""
        return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]", "-", self.url.removeprefix("pkg:"))

    def as_json(self) -> dict[str, Any]:
        locator = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl"}
        return {
            "SPDXID": self.key,
            "name": self.name,
            "versionInfo": self.version,
            "supplier": self.supplier,
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False,
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "NOASSERTION",
            "copyrightText": "NOASSERTION",
            "externalRefs": [{**locator, "referenceLocator": self.url}],
        }


def debian(status: str) -> Iterator[Material]:
    """The installed packages of a dpkg status file, given as text."""
    for paragraph in status.split("\n\n"):
        fields = email.parser.HeaderParser().parsestr(paragraph.strip())
        if fields["Status"] != "install ok installed":
            continue
        name, version, arch = fields["Package"], fields["Version"], fields["Architecture"]
        maker = f"Organization: {fields['Maintainer']}"
        yield Material(name, version, f"pkg:deb/debian/{name}@{version}?arch={arch}", maker)


def wheels(folder: Path) -> Iterator[Material]:
    """The Python packages below a folder, by their metadata."""
    for metadata in folder.glob("*.dist-info/METADATA"):
        fields = email.parser.HeaderParser().parsestr(metadata.read_text(encoding="utf-8"))
        name, version = fields["Name"], fields["Version"]
        yield Material(name, version, f"pkg:pypi/{name.lower().replace('_', '-')}@{version}")


def document(name: str, epoch: int, materials: Sequence[Material]) -> str:
    """The whole document; the same materials and epoch (seconds since 1970) give the same bits."""
    packages = [material.as_json() for material in sorted(materials)]
    seal = hashlib.sha256(json.dumps([name, epoch, packages]).encode()).hexdigest()
    contents = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": _NAMESPACE + seal,
        "creationInfo": {
            "created": datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: gatehouse-image"],
        },
        "packages": packages,
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": package["SPDXID"],
            }
            for package in packages
        ],
    }
    return json.dumps(contents, indent=1) + "\n"


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("name")
    parser.add_argument("epoch", type=int)
    parser.add_argument("--output", type=Path, required=True)
    asked = parser.parse_args(words)
    status = (asked.root / STATUS).read_text(encoding="utf-8")
    found = [*debian(status), *wheels(asked.root / WHEELS)]
    asked.output.write_text(document(asked.name, asked.epoch, found), encoding="utf-8")


if __name__ == "__main__":
    main()
