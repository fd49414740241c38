"""The `gatehouse` command: finds the subcommand, and turns a fault into a line and an exit code."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

from . import __version__
from .faults import ConfigFault, GateFault

FINE, WANTING, CANNOT_RUN = 0, 1, 2
LIBRARIES = {
    # What their lines on stderr would say, a fault says in its one.
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    # It would look through every installed package for plugins of its own before the buttons are served.
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
}
"""Settings that are read when a library is loaded."""
INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""
PIPE_CLOSED = 141
"""128 + SIGPIPE: whoever read our output has left."""

COMMANDS = {
    "run": "run the gate on this board",
    "sim": "run the gate against its digital twin: no hardware, nothing moves",
    "read": "read the plates on photos, folders of them, or videos",
    "check": "check configuration and hardware; say what to mend and how",
    "plates": "who may pass: list, add, deny and remove plates",
    "audit": "the record of why the gate opened: show it, verify that nobody changed it",
    "config": "show the configuration in force and where each value comes from",
    "models": "the nets: list, verify, evaluate on your pictures, quantize on your footage",
    "ota": "updates: what runs, install one, mark it good, go back",
    "tune": "find on your footage how seldom the gate may look, and its thresholds",
    "bench": "measure how fast this computer reads and opens",
}

EPILOG = """\
start here:
  gatehouse sim --visits 1                 watch one car come, be read, and pass
  gatehouse read photo.jpg                 read the plate on a photo
  gatehouse check                          is this board ready to move a barrier?
  gatehouse plates add AB12CDE --owner Ada let this plate in

`gatehouse COMMAND --help` explains one command.
exit code: 0 fine, 1 found wanting, 2 cannot run.
"""


class Subcommand(Protocol):
    """What a module `appliance.cli.<name>` offers."""

    HELP: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it; returns 0 fine, 1 found wanting, 2 cannot run. Raises GateFault."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line, without the program's name. Returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except GateFault as fault:
        print(explain(fault), file=sys.stderr)
        return CANNOT_RUN
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _mute()
        return PIPE_CLOSED
    except OSError as error:
        if error.filename is not None:  # a file that a command should have answered for, not stdout
            raise
        _mute()
        print(f"The output cannot be written ({error.strerror}). Send it elsewhere.", file=sys.stderr)
        return CANNOT_RUN
    return code


def _mute() -> None:
    """The interpreter flushes stdout once more on its way out; it must find an open file."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def explain(fault: GateFault) -> str:
    """A fault for the terminal: one line a finding for a configuration, else one line."""
    if isinstance(fault, ConfigFault) and fault.detail:
        return f"{fault.part}: {fault.detail}" if fault.part else fault.detail
    return str(fault)


def _run(arguments: list[str]) -> int:
    parser, subparsers = _parser()
    if not arguments:
        parser.print_help()
        return FINE
    name = arguments[0]
    if name not in COMMANDS:
        parser.parse_args(arguments)  # --help and --version leave here, as everything unknown does
        return FINE
    command = _load(name)
    _describe(subparsers[name], command)
    shared, rest = _shared().parse_known_args(arguments[1:])
    return command.run(parser.parse_args([name, *rest], namespace=shared))


def _load(name: str) -> Subcommand:
    """Only the command that was asked for is imported: the others' engines and drivers are not."""
    for variable, value in LIBRARIES.items():
        os.environ.setdefault(variable, value)
    return cast(Subcommand, importlib.import_module(f"{__package__}.cli.{name}"))


def _parser() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    parser = argparse.ArgumentParser(
        prog="gatehouse",
        description="A gate that reads plates: sees the vehicle, decides, moves the barrier.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"gatehouse {__version__}")
    group = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    return parser, {name: group.add_parser(name, help=text) for name, text in COMMANDS.items()}


def _describe(parser: argparse.ArgumentParser, command: Subcommand) -> None:
    parser.description = command.HELP
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    _add_shared(parser, argparse.SUPPRESS)
    command.configure(parser)


def _shared() -> argparse.ArgumentParser:
    """What every command takes, before or behind its own words: `config show --board sim`."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    _add_shared(parser, None)
    return parser


def _add_shared(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=default,
        help="your file (else $GATEHOUSE_CONFIG, ./gatehouse.toml, /etc/gatehouse/gatehouse.toml)",
    )
    parser.add_argument(
        "--board",
        metavar="NAME",
        default=default,
        help="a board profile: auto, sim, pi4, pi5, jetson-orin-nano, ..., generic",
    )


if __name__ == "__main__":
    sys.exit(main())
