"""`gatehouse check --pulse`: asks, records, and pulses one output."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from time import sleep

from ..config import Config
from ..config.load import Loaded
from ..config.schema import Outputs
from ..events import EntryKind
from ..faults import ConfigFault
from ..hw.adc import make_input
from ..hw.gpio import GpioOutput, Pins, make_factory
from ..hw.outputs import OutputBank
from ..hw.specs import input_specs, output_specs
from ..hw.system_clock import SystemClock
from ..inspection.pulse import WATCHED, Pulser, announcement, length_of
from ..inspection.report import Report
from ..inspection.service import running_gates
from ..inspection.site import Site
from ..record.audit import Told
from ..record.ledger import Ledger
from .records import operator, system_stamper


def pulse_output(loaded: Loaded, site: Site, name: str, *, agreed: bool) -> Report:
    """Raises ConfigFault where it may not be done, and the faults of the record and of the outputs."""
    config = site.config
    _refuse_broken(loaded)
    _refuse_unknown(config, name)
    for pid in running_gates(site):
        raise ConfigFault(
            f"a gate runs on this board (process {pid}) and owns its lines: sudo systemctl stop gatehouse."
        )
    length_s = length_of(config, name)
    _ask(announcement(config, name, length_s), name, agreed)
    _tell_record(config, name, length_s)
    with _unwound_by_sigterm(), closing(make_factory(config.pin_factory)) as pins:
        return _pulser(config, pins).pulse(name, length_s, config.barrier.dead_time_s)


def _refuse_broken(loaded: Loaded) -> None:
    """Law 11: nothing moves by a configuration that would not arm."""
    errors = [loaded.describe(f) for f in loaded.findings if f.severity == "error"]
    if errors:
        raise ConfigFault("\n".join(errors))


def _refuse_unknown(config: Config, name: str) -> None:
    fitted = [output for output in Outputs.model_fields if getattr(config.outputs, output) is not None]
    if name not in fitted:
        raise ConfigFault(f'--pulse: no output is named "{name}". Fitted: {", ".join(fitted) or "none"}.')


def _ask(said: str, name: str, agreed: bool) -> None:
    print(said, flush=True)
    if agreed:
        return
    if not sys.stdin.isatty():
        raise ConfigFault("--pulse: nobody is here to be asked. Add --yes if you can see that all is clear.")
    if input(f'Type "{name}" to go on: ').strip() != name:
        raise ConfigFault("--pulse: not confirmed, nothing moved. Type the output's name to confirm.")


def _tell_record(config: Config, name: str, length_s: float) -> None:
    """Law 10: why it moved is durable before it moves."""
    stamper = system_stamper(config)
    sentence = f"{operator()} pulses {name} for {length_s:g} s by gatehouse check."
    with closing(Ledger.open(config.record, stamper)) as ledger, ledger.store.transaction():
        ledger.audit.append([Told(stamper.stamp(), str(EntryKind.COMMAND), name, sentence)])


@contextmanager
def _unwound_by_sigterm() -> Iterator[None]:
    """SIGTERM interrupts as Ctrl-C does, so that the line falls to its shutdown level."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _pulser(config: Config, pins: Pins) -> Pulser:
    clock = SystemClock()
    outputs = [GpioOutput(spec, pins) for spec in output_specs(config.outputs, config.barrier)]
    watched = [spec for spec in input_specs(config.inputs, config.buttons) if spec.name in WATCHED]
    inputs = {spec.name: make_input(spec, pins, config.end_of_line) for spec in watched}
    bank = OutputBank(outputs, clock, dead_time_s=config.barrier.dead_time_s)
    return Pulser(bank, inputs, clock, sleep)
