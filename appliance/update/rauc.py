"""RAUC as the installer, by its command line. Bundles are its own: squashfs with verity, signed by CMS.

Tried with RAUC 1.8 and 1.13. Source: RAUC's manual, "Using RAUC" and "Reference".
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..faults import BundleRefused, InstallFailed
from .admission import kind_of
from .base import BaseInstaller, Bundle, Progress, Version

_REASONS: Mapping[str, str] = {
    r"revoked": "the key that signed it was revoked",
    r"expired|not yet valid": "its signer's certificate is out of date, or this board's clock is wrong",
    r"signature verification failed|Verify error": "no key that this board trusts has signed it",
    r"Compatible mismatch": "it is for another board",
    r"Signature size|signature size|Invalid identifier|Invalid bundle|too small|not a RAUC bundle|squashfs": (
        "it is cut short, or no bundle at all"
    ),
    r"corrupt|verity|data area|Checksum|checksum|Input/output error": "its bytes were changed on the way",
}
"""What RAUC and OpenSSL say, and what it means; the first that fits counts."""
_STEP = re.compile(r"^\s*(\d{1,3})% (.*)$")


@dataclass(frozen=True, slots=True)
class Ran:
    """A program that has ended. `said` is all that it wrote to stderr, `out` to stdout."""

    code: int
    out: str
    said: str


Run = Callable[[Sequence[str], Callable[[str], object]], Ran]
"""Run a program; each line of its stdout is handed on as it comes. Raises InstallFailed where it cannot."""


def run_tool(words: Sequence[str], hear: Callable[[str], object]) -> Ran:
    """Without a deadline: an image of gigabytes takes as long as its card does."""
    lines = []
    # A file takes all of stderr while stdout is read; a second pipe could fill up and stop the program.
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as told:
        try:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=told, text=True
            )
        except OSError as error:
            raise InstallFailed(f"{words[0]} cannot be run: {error.strerror}", part=words[0]) from error
        with process:
            for line in process.stdout or ():
                lines.append(line)
                hear(line)
        told.seek(0)
        return Ran(process.returncode, "".join(lines), told.read())


class RaucInstaller(BaseInstaller):
    """`system_conf` names this board's keys, as the RAUC service reads it. `run` is for tests.

    `serve` starts that service and waits until it answers: it asks our boot slots as it starts, and D-Bus,
    which would start it too, does not wait for a slow board. Raises UpdateFault.
    """

    def __init__(
        self, system_conf: Path, run: Run = run_tool, serve: Callable[[], object] = lambda: None
    ) -> None:
        self._conf = system_conf
        self._run = run
        self._serve = serve

    def inspect(self, path: Path) -> Bundle:
        if not path.is_file():
            raise BundleRefused("there is no such file", part=str(path))
        ran = self._rauc(path, "info", "--output-format=json", str(path))
        try:
            said = json.loads(ran.out)
            compatible, version = str(said["compatible"]), Version.parse(str(said["version"]))
        except (KeyError, TypeError, ValueError) as error:
            raise BundleRefused(f"its manifest cannot be used: {error}", part=path.name) from error
        description = str(said.get("description") or "")
        return Bundle(path, kind_of(compatible), compatible, version, description)

    def install(self, bundle: Bundle, progress: Progress) -> None:
        def hear(line: str) -> None:
            step = _STEP.match(line)
            if step is not None:
                progress(int(step[1]) / 100, step[2].rstrip("."))

        self._serve()
        self._rauc(bundle.path, "install", "--progress", str(bundle.path), hear=hear)

    def unpack(self, bundle: Bundle, folder: Path) -> None:
        self._rauc(bundle.path, "extract", str(bundle.path), str(folder))

    def _rauc(self, bundle: Path, *words: str, hear: Callable[[str], object] = lambda line: None) -> Ran:
        ran = self._run(["rauc", f"--conf={self._conf}", *words], hear)
        if ran.code:
            # Why an install failed stands among the progress on stdout; stderr says only that it did.
            why = [line for line in ran.out.splitlines() if line.startswith("LastError: ")]
            raise _fault(bundle, words[0], "\n".join((ran.said, *why)))
        return ran


def _fault(bundle: Path, verb: str, said: str) -> BundleRefused | InstallFailed:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = lines[-1] if lines else "it said nothing"
    for pattern, reason in _REASONS.items():
        if re.search(pattern, said):
            return BundleRefused(f"{reason}: {last}", part=bundle.name)
    if verb == "info":
        return BundleRefused(last, part=bundle.name)
    return InstallFailed(last, part=bundle.name)
