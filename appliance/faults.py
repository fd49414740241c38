"""The fault tree: everything that can go wrong, its sentence, its effect and its remedy.

GateFault
├── ConfigFault              the configuration cannot be used             (cannot run)
├── InputDataFault           a file given to a command cannot be used     (cannot run)
├── CameraFault
│   ├── CameraLost           a camera gives no frames                     REFUSE_ENTRY
│   ├── CameraFrozen         a camera repeats one frame                   REFUSE_ENTRY
│   ├── CameraCovered        one is lost, another reads in its place      WARN
│   └── ExposureRefused      a camera's exposure cannot be set            WARN
├── VisionFault
│   ├── EngineFailed         an engine cannot be loaded or run            REFUSE_ENTRY
│   │   ├── ExtraMissing     an optional package is not installed         REFUSE_ENTRY
│   │   └── ManifestBroken   a manifest of nets cannot be used            REFUSE_ENTRY
│   ├── EngineUntrusted      an engine failed its golden frames           REFUSE_ENTRY
│   ├── EngineFallback       a later backend of the chain serves          WARN
│   ├── ModelStale           a net made here is of an older version       WARN
│   ├── LooksFailed          a vehicle's looks cannot be told             WARN
│   ├── ReaderStalled        the reading desk gives no answers            REFUSE_ENTRY
│   ├── LoopStalled          the inference loop does not beat             REFUSE_ENTRY
│   └── EyesClosed           recognition failed too often, and rests      REFUSE_ENTRY
├── GpuLost                  CUDA serves this process no longer           REFUSE_ENTRY
├── RecordFault
│   ├── DiskFull             the data partition is full                   REFUSE_ENTRY
│   ├── RecordLocked         another process holds the database           REFUSE_ENTRY
│   ├── RecordCorrupt        the database is damaged                      REFUSE_ENTRY
│   ├── RecordCut            the audit chain has lost its end             WARN
│   ├── RecordMissing        there is no database yet                     REFUSE_ENTRY
│   └── RecordFailed         the record failed for another reason         REFUSE_ENTRY
├── ListFault                the list of plates cannot take a line        (cannot run)
│   └── ListFileLost         a file of plates cannot be read              (cannot run)
├── BenchFault               the gate could not be measured               (cannot run)
│   ├── BenchRefused         the bench cannot do what was asked for       (cannot run)
│   └── BenchReportUnfit     the report of --against cannot be used       (cannot run)
├── LabelFault               labels of pictures cannot be used            (cannot run)
│   └── VideoLabelFault      labels of videos cannot be used              (cannot run)
├── TuningFault              footage cannot tune the gate                 (cannot run)
├── ParcelFault              given nets cannot be installed               (cannot run)
├── ResultFailed             a result cannot be written                   (cannot run)
├── UpdateFault              an update cannot be made                     (cannot run)
│   ├── BundleRefused        an update is not what this board takes       (cannot run)
│   ├── SlotsUnusable        the boot slots cannot be told or switched    (cannot run)
│   ├── InstallFailed        an update could not be installed             (cannot run)
│   ├── SourceFailed         updates cannot be asked for or fetched       (cannot run)
│   └── TrialsUnkept         what became of updates cannot be kept        (cannot run)
├── OutputFault
│   ├── OutputFailed         a pin write failed or read back wrong        STOP_NOW
│   ├── InterlockBroken      open and close were asked for together       STOP_NOW
│   └── OnTimeExceeded       an output was on longer than it may be       STOP_NOW
├── InputFault
│   ├── SensorLost           a sensor cannot be read                      WARN (reads as present)
│   ├── SensorStuck          a sensor has said present for too long       WARN (reads as present)
│   └── ButtonStuck          a button is held longer than a hand would    WARN
├── MotionFault
│   ├── OpenTimedOut         the arm did not reach its open limit         STOP_NOW
│   ├── CloseTimedOut        the arm did not reach its closed limit       STOP_NOW
│   ├── LimitsDisagree       both limit switches are on                   STOP_NOW
│   ├── ArmStuck             the arm did not leave its limit              STOP_NOW
│   ├── ArmDropped           the arm came down without a command          STOP_NOW
│   ├── ArmForced            the arm left its closed limit by itself      REFUSE_ENTRY
│   └── ReopenedTooOften     the way never stayed clear while closing     FINISH_THEN_STOP
├── LinkFault                the serial link is silent or damaged         STOP_NOW for a car
│   └── PeerRefused          the car's controller cannot be trusted       STOP_NOW
├── HeraldFault              an access controller cannot be told          WARN
├── ClockUntrusted           the time of day is not confirmed             WARN
├── PowerFault
│   ├── PowerModeFailed      the board did not take a power mode          WARN
│   ├── SupplyLow            the board's supply is too low                WARN
│   ├── BoardThrottled       the board holds its own clock down           WARN
│   └── SupplyUnread         nobody knows how the supply is               WARN
├── ThermalFault
│   ├── BoardHot             the board looks less, to cool down           WARN
│   ├── RecognitionRests     the board is too hot to recognise            REFUSE_ENTRY
│   └── ThermometerLost      the board's temperature cannot be read       WARN
├── SeatRefused              a thread cannot have its cores or priority   WARN
├── WatchdogFault            the watchdog cannot be fed                   WARN
├── StatusLedFailed          the status LED does not show what it should  WARN
├── RecoveryFault
│   ├── RecoveryUnkept       what was tried to recover cannot be kept     WARN
│   └── RebootDue            the board reboots as soon as it may          WARN
├── MachineFault             the machine met what its table forbids       STOP_NOW
├── MachineStalled           the machine did not tick in time             STOP_NOW
├── StoppedByHand            STOP was pressed while the gate moved        WARN
└── Maintenance              a person took the gate out of service        FINISH_THEN_STOP

A fault is raised as an exception where it is met, converted from the vendor's error with `from`, and
kept as an `ActiveFault` while it lasts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from .words import Word


class Effect(Word):
    """What a fault does to the gate, mildest first."""

    WARN = "warn"
    """Recorded and shown; the gate works on."""
    REFUSE_ENTRY = "refuse_entry"
    """No opening by recognition; buttons and exit work on as configured."""
    FINISH_THEN_STOP = "finish_then_stop"
    """The cycle under way ends, then the gate is out of service."""
    STOP_NOW = "stop_now"
    """Motion stops at once and nothing moves until the fault is cleared."""

    @property
    def severity(self) -> int:
        return list(Effect).index(self)


class GateFault(Exception):
    """Root of the tree. `part` names the camera, pin or engine concerned, `detail` what was seen."""

    sentence: ClassVar[str] = "Something failed."
    remedy: ClassVar[str] = "See the log."
    effect: ClassVar[Effect] = Effect.WARN
    latched: ClassVar[bool] = False
    """True: only a person clears it (service button held), never time or a retry."""

    def __init__(self, detail: str = "", *, part: str = "") -> None:
        self.detail = detail
        self.part = part
        super().__init__(str(self))

    @classmethod
    @cache
    def kind(cls) -> str:
        """The fault's name in records, metrics and MQTT: the class name in snake case."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __str__(self) -> str:
        return _line(self.part, self.sentence, self.detail, self.remedy)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.detail, self.part)


def _line(part: str, sentence: str, detail: str, remedy: str) -> str:
    where = f"{part}: " if part else ""
    what = f" ({detail})" if detail else ""
    return f"{where}{sentence}{what} {remedy}"


def _rebuild(cls: type[GateFault], detail: str, part: str) -> GateFault:
    return cls(detail, part=part)


class ConfigFault(GateFault):
    sentence = "The configuration cannot be used."
    remedy = "Correct the file and run `gatehouse check`."
    effect = Effect.STOP_NOW


class InputDataFault(GateFault):
    sentence = "The given file cannot be used."
    remedy = "Name an image, a video or a folder of them."


class CameraFault(GateFault):
    sentence = "A camera is in doubt."
    remedy = "Check cable, power and the camera's section in the configuration."
    effect = Effect.REFUSE_ENTRY


class CameraLost(CameraFault):
    sentence = "The camera gives no frames."


class CameraFrozen(CameraFault):
    sentence = "The camera repeats one frame."
    remedy = "Restart the camera; if it returns, replace it."


class CameraCovered(CameraFault):
    sentence = "The camera is in doubt, and another one reads in its place."
    effect = Effect.WARN


class ExposureRefused(CameraFault):
    """Its `part` is not the camera's name: the camera's frames are not in doubt."""

    sentence = "The camera's exposure cannot be set."
    remedy = 'Set a short shutter on the camera itself, and exposure = "auto" here.'
    effect = Effect.WARN


class VisionFault(GateFault):
    sentence = "Recognition is in doubt."
    remedy = "Run `gatehouse check`."
    effect = Effect.REFUSE_ENTRY


class EngineFailed(VisionFault):
    sentence = "An inference engine cannot be loaded or run."


class ExtraMissing(EngineFailed):
    sentence = "An optional package is not installed."
    remedy = "Install it, or choose what does not need it."


class ManifestBroken(EngineFailed):
    sentence = "A manifest of nets cannot be used."
    remedy = "Mend it or delete it."


class EngineUntrusted(VisionFault):
    sentence = "An inference engine did not read its golden frames."


class EngineFallback(VisionFault):
    sentence = "A slower backend of the chain serves."
    effect = Effect.WARN


class ModelStale(VisionFault):
    sentence = "A net that was made here is of an older version and is not used."
    remedy = "Make it anew with `gatehouse models quantize`, or delete its manifest."
    effect = Effect.WARN


class LooksFailed(VisionFault):
    sentence = "The looks of vehicles cannot be told; plates alone decide."
    effect = Effect.WARN


class ReaderStalled(VisionFault):
    sentence = "The plate reader gives no answers."
    remedy = "The loop restarts it; see the log for what it last read."


class LoopStalled(VisionFault):
    sentence = "The inference loop has stopped."
    remedy = "If it stays so, the watchdog starts the gate anew; if it returns, run `gatehouse bench`."


class GpuLost(GateFault):
    """No VisionFault: the threads that meet it end, and after a few of them the process starts anew."""

    sentence = "The GPU serves this process no longer."
    remedy = "The gate starts anew by itself; if it returns, the driver's log (dmesg) says why."
    effect = Effect.REFUSE_ENTRY


class EyesClosed(VisionFault):
    sentence = "Recognition failed too often and rests; buttons and exit work."
    remedy = "See the log for what failed; `systemctl restart gatehouse` tries at once."


class RecordFault(GateFault):
    sentence = "The record cannot be written."
    remedy = "See the log; buttons work as configured."
    effect = Effect.REFUSE_ENTRY


class DiskFull(RecordFault):
    sentence = "The data partition is full."
    remedy = "Free space on it or lower record.retention_days."


class RecordLocked(RecordFault):
    sentence = "Another process holds the database."
    remedy = "Close the program that has it open; the gate retries by itself."


class RecordCorrupt(RecordFault):
    sentence = "The database is damaged."
    remedy = (
        "`gatehouse audit verify` says how far it is good;"
        " `gatehouse audit set-aside` keeps it and begins anew."
    )


class RecordCut(RecordFault):
    sentence = "The audit chain has lost its end."
    remedy = "Run `gatehouse audit verify`; a restored backup does this, and so does tampering."
    effect = Effect.WARN


class RecordMissing(RecordFault):
    sentence = "There is no record here."
    remedy = "`gatehouse run` makes it when it first runs; if yours lies elsewhere, set record.path."


class RecordFailed(RecordFault):
    sentence = "The record cannot be used."


class ListFault(GateFault):
    sentence = "The list of plates was left as it was."
    remedy = "Correct this and try again."


class ListFileLost(ListFault):
    sentence = "The file of plates cannot be read."
    remedy = "Name a file that exists and that you may read."


class BenchFault(GateFault):
    sentence = "The gate could not be measured."
    remedy = "Run `gatehouse check`."


class BenchRefused(BenchFault):
    sentence = "The bench cannot do what was asked for."
    remedy = "`gatehouse bench --help` shows what it can."


class BenchReportUnfit(BenchFault):
    sentence = "The earlier report cannot be compared with."
    remedy = "Name a file that `gatehouse bench --json` of this version wrote."


class LabelFault(GateFault):
    sentence = "The labels of the pictures cannot be used."
    remedy = "docs/models.md shows the forms that labels may have."


class VideoLabelFault(LabelFault):
    sentence = "The labels of the videos cannot be used."
    remedy = "docs/tuning.md shows the columns that they have."


class TuningFault(GateFault):
    sentence = "The footage cannot tune the gate."
    remedy = "Give videos in which vehicles come to the gate; docs/tuning.md says which."


class ParcelFault(GateFault):
    sentence = "The given nets cannot be installed; nothing was changed."
    remedy = "docs/models.md says what a net to install consists of."


class ResultFailed(GateFault):
    sentence = "The result cannot be written."
    remedy = "Name a file in a folder that you may write to."


class UpdateFault(GateFault):
    sentence = "The update cannot be made."
    remedy = "docs/updates.md tells how updates are made; what ran runs on."


class BundleRefused(UpdateFault):
    sentence = "The update is refused."
    remedy = "What ran runs on. Get a bundle for this board from whoever signs yours."


class SlotsUnusable(UpdateFault):
    sentence = "The boot slots cannot be told or switched."
    remedy = "What each kind of board needs stands in docs/updates.md; what ran runs on."


class InstallFailed(UpdateFault):
    sentence = "The update could not be installed."
    remedy = "What ran runs on. Install it again; if it fails again, see the log of RAUC."


class SourceFailed(UpdateFault):
    sentence = "Updates cannot be asked for or fetched."
    remedy = "Check the network and [update]; what was fetched is kept, and goes on from there."


class TrialsUnkept(UpdateFault):
    sentence = "What became of updates cannot be kept or read."
    remedy = "Free space on the data partition, and run it as root."


class OutputFault(GateFault):
    sentence = "An output cannot be trusted."
    remedy = "Check the wiring, then hold SERVICE to reset."
    effect = Effect.STOP_NOW
    latched = True


class OutputFailed(OutputFault):
    sentence = "An output could not be written or reads back wrong."


class InterlockBroken(OutputFault):
    sentence = "Open and close were asked for together."
    remedy = "This is a defect: send the log, then hold SERVICE to reset."


class OnTimeExceeded(OutputFault):
    sentence = "An output was on longer than it may be and was released."


class InputFault(GateFault):
    sentence = "An input is in doubt."
    remedy = "Check the sensor's wiring; until then it counts as present."


class SensorLost(InputFault):
    sentence = "A sensor cannot be read."


class SensorStuck(InputFault):
    sentence = "A sensor has been active for longer than anybody stays."
    remedy = "See whether something stands there; else tune the loop, or clean and align the beam."


class ButtonStuck(InputFault):
    sentence = "A button is held longer than a hand would."
    remedy = "Free the button or check its wiring; until then it is ignored (STOP is not)."


class MotionFault(GateFault):
    sentence = "The arm did not move as it should."
    remedy = "Free the arm, check its switches, then hold SERVICE to reset."
    effect = Effect.STOP_NOW
    latched = True


class OpenTimedOut(MotionFault):
    sentence = "The arm did not reach its open limit in time."


class CloseTimedOut(MotionFault):
    sentence = "The arm did not reach its closed limit in time."


class LimitsDisagree(MotionFault):
    sentence = "Both limit switches are on."


class ArmStuck(MotionFault):
    sentence = "The arm did not leave its limit switch."


class ArmDropped(MotionFault):
    sentence = "The arm came down without a command."
    remedy = "Check spring, brake and closed limit, then hold SERVICE to reset."


class ArmForced(MotionFault):
    sentence = "The arm left its closed limit without a command."
    remedy = "Check the arm and its switch; it clears when the limit is on again."
    effect = Effect.REFUSE_ENTRY
    latched = False


class ReopenedTooOften(MotionFault):
    sentence = "The way never stayed clear while the arm closed."
    remedy = "Clear the way and check loop and beam, then hold SERVICE to reset."
    effect = Effect.FINISH_THEN_STOP


class LinkFault(GateFault):
    sentence = "The serial link is silent or damaged."
    remedy = "Check the cable, the peer's power and [serial] in the configuration."
    effect = Effect.STOP_NOW


class PeerRefused(LinkFault):
    sentence = "The car's controller cannot be trusted with the car."
    remedy = "Load firmware of the gate's protocol into it; docs/hardware/serial-link.md describes it."


class HeraldFault(GateFault):
    sentence = "An access controller cannot be told who was let in."
    remedy = "Check the wires, the controller's power and its section in the configuration."


class ClockUntrusted(GateFault):
    sentence = "The time of day is not confirmed."
    remedy = "Fit a real-time clock or give the gate network time; schedules refuse until then."


class PowerFault(GateFault):
    sentence = "The board's power is in doubt."
    remedy = "Use the supply named in the board's bill of materials."


class PowerModeFailed(PowerFault):
    sentence = "The board did not take a power mode; it works on in the one that it has."
    remedy = 'Correct [power], or set power.mode = "off".'


class SupplyLow(PowerFault):
    sentence = "The board's supply is too low."
    remedy = "Use the 5 A supply (Raspberry Pi 5; 3 A for a 4) on a short cable, and feed USB devices apart."


class BoardThrottled(PowerFault):
    sentence = "The board's firmware holds its clock down."
    remedy = "Shade or ventilate the enclosure; check the supply where supply_low is shown, too."


class SupplyUnread(PowerFault):
    sentence = "Nobody knows whether the supply is good."
    remedy = "Allow the gate to read what the firmware says: docs/hardware/power.md."


class ThermalFault(GateFault):
    sentence = "The board's heat is in doubt."
    remedy = "Shade or ventilate the enclosure."


class BoardHot(ThermalFault):
    sentence = "The board is hot, and looks less to cool down."


class RecognitionRests(ThermalFault):
    sentence = "The board is too hot to recognise: buttons and exit work, and the arm is watched."
    remedy = "Shade or ventilate the enclosure; it clears by itself as the board cools."
    effect = Effect.REFUSE_ENTRY


class ThermometerLost(ThermalFault):
    sentence = "The board's temperature cannot be read; what was eased for heat stays so."
    remedy = "Restart the board; if it returns, set thermal.enabled = false and cool it generously."


class SeatRefused(GateFault):
    sentence = "A thread cannot have the cores or the priority of its section."
    remedy = "Correct the section, or allow it: LimitNICE= in gatehouse.service (priorities below 0)."


class WatchdogFault(GateFault):
    sentence = "The watchdog cannot be fed."
    remedy = "Start the gate from its systemd unit."


class StatusLedFailed(GateFault):
    sentence = "The status LED does not show how the gate is."
    remedy = 'Name an LED that `gatehouse check` finds fit, or set status_led.name = "".'


class RecoveryFault(GateFault):
    sentence = "The gate cannot mend itself as it should."
    remedy = "docs/reliability.md tells what it tries."


class RecoveryUnkept(RecoveryFault):
    sentence = "What was tried to recover cannot be kept over a restart; no reboot is asked for."
    remedy = "Free space on the data partition, and check that the gate may write beside its record."


class RebootDue(RecoveryFault):
    sentence = "The board reboots as soon as nothing moves and nobody waits."
    remedy = "Reboot it by hand, or set recovery.reboot = false."


class MachineFault(GateFault):
    sentence = "The machine met an event that its table forbids."
    remedy = "This is a defect: send the log, then hold SERVICE to reset."
    effect = Effect.STOP_NOW
    latched = True


class MachineStalled(GateFault):
    sentence = "The machine did not tick in time and its outputs were released."
    remedy = "It clears by itself; if it returns, look for what else loads this board."
    effect = Effect.STOP_NOW


class StoppedByHand(GateFault):
    sentence = "STOP was pressed."
    remedy = "Release STOP, then press OPEN or hold SERVICE."


class Maintenance(GateFault):
    sentence = "A person took the gate out of service."
    remedy = "Hold SERVICE to put it back."
    effect = Effect.FINISH_THEN_STOP
    latched = True


@dataclass(frozen=True, slots=True)
class ActiveFault:
    """A fault as a fact: what, where, since when (monotonic seconds), and what would clear it."""

    kind: str
    part: str
    sentence: str
    detail: str
    remedy: str
    effect: Effect
    latched: bool
    since_s: float

    @classmethod
    def of(cls, fault: GateFault, now_s: float) -> ActiveFault:
        return cls(
            kind=fault.kind(),
            part=fault.part,
            sentence=fault.sentence,
            detail=fault.detail,
            remedy=fault.remedy,
            effect=fault.effect,
            latched=fault.latched,
            since_s=now_s,
        )

    def __str__(self) -> str:
        return _line(self.part, self.sentence, self.detail, self.remedy)

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.part


def every_fault(root: type[GateFault] = GateFault) -> list[type[GateFault]]:
    """All classes of the tree below `root`, depth first."""
    return [c for child in root.__subclasses__() for c in (child, *every_fault(child))]
