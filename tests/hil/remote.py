"""Run the tests of this folder on a board: `make hil DEVICE=user@host`.

Sends a wheel of this tree and the tests by rsync, runs them there by SSH against the board's own
configuration (board.sh), and brings the reports back. Where GATEHOUSE_HIL_JUMPERS says which pins are joined,
the scenarios of the emulated board follow, played from here at that board.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from tests.hil.outcomes import outcomes, table

ROOT = Path(__file__).resolve().parents[2]
SENT = ("tests", "requirements/build.txt", "requirements/hil.txt", "pyproject.toml")
REPORTS = ("report.xml", "check.json")
PASSED_ON = ("GATEHOUSE_HIL", "GATEHOUSE_HIL_PINS", "GATEHOUSE_CONFIG", "PYTHON")
"""What the board's tests take from this environment, where it is set."""
JUMPERS = "GATEHOUSE_HIL_JUMPERS"
CONFORMANCE, SCENARIOS = "report.xml", "scenarios.xml"
CANNOT_RUN = 2


def main(words: Sequence[str] | None = None) -> int:
    args = _parser().parse_args(words)
    missing = [tool for tool in (args.ssh.split()[0], "rsync", "git") if shutil.which(tool) is None]
    if missing:
        print(f"make hil DEVICE= needs {' and '.join(missing)}: install it.", file=sys.stderr)
        return CANNOT_RUN
    if not (args.yes or _agreed(args.device, os.environ)):
        print("Not confirmed: nothing was sent. Add YES=1 where nobody can be asked.", file=sys.stderr)
        return CANNOT_RUN
    try:
        codes = [_run_there(args.device, args.ssh, args.folder, args.out)]
        if os.environ.get(JUMPERS):
            codes.append(_play(args.device, args.ssh, _reports(args.out, args.device)))
    except subprocess.CalledProcessError as error:
        print(f"{shlex.join(map(str, error.cmd))}: exit code {error.returncode}", file=sys.stderr)
        return CANNOT_RUN
    _tell(_reports(args.out, args.device), (CONFORMANCE, SCENARIOS)[: len(codes)])
    return max(codes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make hil DEVICE=", description=__doc__)
    parser.add_argument("device", metavar="USER@HOST")
    parser.add_argument("--ssh", default="ssh", help='with its options, for one "ssh -p 2222"')
    parser.add_argument("--folder", default=".cache/gatehouse-hil", help="on the board, below its home")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "hil", help="where the reports go")
    return parser


def _agreed(device: str, environment: Mapping[str, str]) -> bool:
    jumper = environment.get("GATEHOUSE_HIL", "")
    print(f"On {device} this stops a gate that runs, and claims every configured output at its start level.")
    print(f"It switches {jumper.replace(':', ', joined to ')}." if jumper else "It switches no pin.")
    if jumpers := environment.get(JUMPERS):
        print(f"Then it plays a gate at lines that are joined: {jumpers}. Nothing else may hang on them:")
        print("no relay board, no barrier.")
    return sys.stdin.isatty() and input("Go on? [y/N] ").strip().lower() == "y"


def _run_there(device: str, ssh: str, there: str, out: Path) -> int:
    """The exit code of the tests: 0 passed, 1 failed. Raises CalledProcessError where they could not run."""
    remote = [*ssh.split(), device]
    place = shlex.quote(there)
    subprocess.run([*remote, f"mkdir -p {place} && rm -f {place}/*.whl"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        _copy(ssh, [str(_wheel(Path(folder)))], f"{device}:{there}/")
    _copy(ssh, ["--relative", "--delete", "--exclude=__pycache__", *SENT], f"{device}:{there}/")
    tested = subprocess.run([*remote, f"cd {place} && {_command(os.environ)}"], check=False)
    if tested.returncode not in (0, 1):
        raise subprocess.CalledProcessError(tested.returncode, tested.args)
    _copy(ssh, [f"{device}:{there}/{name}" for name in REPORTS], f"{_reports(out, device)}/")
    return tested.returncode


def _play(device: str, ssh: str, reports: Path) -> int:
    """The scenarios; the exit code as above. What needs an emulator is skipped."""
    named = {"GATEHOUSE_DEVICE": device, "GATEHOUSE_SSH": ssh}
    limits = {"GATEHOUSE_HIL_SLOWNESS": os.environ.get("GATEHOUSE_HIL_SLOWNESS", "1")}
    words = [sys.executable, "-m", "pytest", "tests/hil/emulated", f"--junitxml={reports / SCENARIOS}"]
    played = subprocess.run(words, check=False, cwd=ROOT, env={**os.environ, **named, **limits})
    if played.returncode not in (0, 1):
        raise subprocess.CalledProcessError(played.returncode, played.args)
    return played.returncode


def _reports(out: Path, device: str) -> Path:
    reports = out / device.rpartition("@")[2]
    reports.mkdir(parents=True, exist_ok=True)
    return reports


def _tell(reports: Path, names: Sequence[str]) -> None:
    """The table of outcomes, and where more is told."""
    found = [outcomes((reports / name).read_text("utf-8")) for name in names]
    print(table(list(chain.from_iterable(found))))
    print(f"Reports: {reports}")


def _command(environment: Mapping[str, str]) -> str:
    given = [f"{name}={environment[name]}" for name in PASSED_ON if name in environment]
    return shlex.join(["env", *given, "sh", "tests/hil/board.sh"])


def _wheel(folder: Path) -> Path:
    """A wheel of what git tracks here: what an earlier build left behind must not get into it."""
    tracked = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], check=True, capture_output=True)
    source = folder / "source"
    copy = ["rsync", "-a", "-0", "--files-from=-", f"{ROOT}/", f"{source}/"]
    subprocess.run(copy, check=True, input=tracked.stdout)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(source)], check=True)
    return next(folder.glob("*.whl"))


def _copy(ssh: str, words: Sequence[str], target: str) -> None:
    subprocess.run(["rsync", "-a", "-e", ssh, *words, target], check=True, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
