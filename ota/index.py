#!/usr/bin/env python3
"""Write the index of a folder of bundles, which gates poll (update.source = "folder").

  ota/index.py FOLDER --keyring KEYRING [--ring N]

New bundles are given to rings up to N (0: those gates that take updates first); bundles that the index
has keep their ring unless --ring is given with --file. Raise it with:
ota/index.py FOLDER --keyring K --file NAME --ring 9

A bundle that the gates would not trust is named and left out; the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FORMAT = 1
CONF = """\
[system]
compatible=any
bootloader=noop
bundle-formats=verity

[keyring]
path={}
check-crl=true
use-bundle-signing-time=true
check-purpose=codesign
"""


class Refused(Exception):
    """A bundle that is not put on offer."""


def main() -> int:
    words = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=words)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keyring", type=Path, required=True, help="what the gates trust (ota/keys.sh)")
    parser.add_argument("--ring", type=int, default=0, help="how far to roll out: 0 first gates, 9 all")
    parser.add_argument("--file", default="", help="only this bundle's ring is changed")
    args = parser.parse_args()
    place = args.folder / "index.json"
    known = {one["file"]: one for one in json.loads(place.read_text())["bundles"]} if place.exists() else {}
    entries, code = [], 0
    for bundle in sorted(args.folder.glob("*.raucb")):
        try:
            entry = described(bundle, args.keyring)
        except Refused as refusal:
            print(f"index.py: {bundle.name} is left out: {refusal}", file=sys.stderr)
            code = 1
            continue
        kept = known.get(bundle.name, {}).get("ring")
        entry["ring"] = args.ring if kept is None or args.file == bundle.name else kept
        entries.append(entry)
    fresh = place.with_suffix(".new")
    fresh.write_text(json.dumps({"format": FORMAT, "bundles": entries}, indent=1) + "\n", encoding="utf-8")
    os.replace(fresh, place)
    print(f"{place}: {len(entries)} bundles")
    return code


def described(bundle: Path, keyring: Path) -> dict[str, object]:
    """A bundle's entry but for its ring. Raises Refused where the gates would not trust it."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
        # As the boards verify: their keys, for signing code, at the time of signing, and who was revoked.
        conf.write(CONF.format(keyring.resolve()))
        conf.flush()
        words = ["rauc", f"--conf={conf.name}", "info", "--output-format=json", str(bundle)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused((done.stderr.strip().splitlines() or ["rauc says nothing"])[-1])
    said = json.loads(done.stdout)
    digest = hashlib.sha256(bundle.read_bytes()).hexdigest()
    return {
        "file": bundle.name,
        "compatible": said["compatible"],
        "version": said["version"],
        "size": bundle.stat().st_size,
        "sha256": digest,
    }


if __name__ == "__main__":
    sys.exit(main())
