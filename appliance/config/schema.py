"""The typed configuration: every key, its unit, its bounds and its default (law 11)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Point = tuple[
    Annotated[float, Field(ge=0.0, le=1.0)],
    Annotated[float, Field(ge=0.0, le=1.0)],
]
Polygon = Annotated[tuple[Point, ...], Field(min_length=3)]
Seconds = Annotated[float, Field(gt=0.0, le=3600.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Plate = Annotated[str, Field(min_length=1, max_length=16)]

WHOLE_FRAME: Polygon = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


class Section(BaseModel):
    """A frozen table of the configuration; an unknown key in it is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Gate(Section):
    name: str = Field("gate", min_length=1, max_length=64, description="shown in records and topics")
    actuator: Literal["barrier", "pulse", "car", "reader"] = Field(
        "barrier",
        description="barrier: open and close are held; pulse: short impulses; reader: only wiegand or osdp",
    )
    armed: bool = Field(True, description="false: sees and records, moves nothing")
    tick_s: float = Field(0.02, ge=0.005, le=0.2, description="longest time between two machine ticks")


class Barrier(Section):
    open_s: Seconds = Field(4.0, description="opening takes this long where no open limit is fitted")
    close_s: Seconds = Field(4.0, description="closing takes this long where no closed limit is fitted")
    motion_limit_s: Seconds = Field(8.0, description="longer motion is a fault (law 6)")
    leave_limit_s: Seconds = Field(1.5, description="the arm has left its limit switch by then")
    dead_time_s: Seconds = Field(0.5, description="rest between open and close (law 4)")
    pulse_s: float = Field(0.5, ge=0.05, le=5.0, description="length of an impulse; gate.actuator pulse")
    hold_s: Seconds = Field(2.0, description="clear for this long before closing (law 2)")
    pass_timeout_s: Seconds = Field(30.0, description="close, if clear, when nobody drives through")
    confirm_s: Seconds = Field(1.0, description="the closed limit must stay on this long")
    max_reopens: int = Field(5, ge=1, le=100, description="reopenings in one cycle before a fault")
    record_timeout_s: Seconds = Field(2.0, description="an unrecorded opening is refused after this")
    button_needs_record: bool = Field(False, description="true: buttons open only when recorded")
    restore: Literal["close", "stay"] = Field("close", description="an open arm at start or after a fault")


class Car(Section):
    channel: Literal["gpio", "serial"] = "gpio"
    lost_s: Seconds = Field(3.0, description="release when the person is unseen for this long")
    lights_s: Seconds = Field(3.0, description="lights stay on after enabling")
    horn_s: float = Field(0.2, ge=0.0, le=2.0, description="length of the greeting; 0 is silent")


class Buttons(Section):
    debounce_s: float = Field(0.03, ge=0.0, le=0.5)
    maintenance_hold_s: Seconds = Field(3.0, description="hold SERVICE this long for maintenance")
    reset_hold_s: Seconds = Field(8.0, description="hold SERVICE this long to reset a fault")
    stuck_s: Seconds = Field(60.0, description="a button held longer counts as stuck")
    open_expires_s: Seconds = Field(5.0, description="a press opens within this time or never")


class Exit(Section):
    mode: Literal["none", "button", "free"] = Field(
        "button", description="free: the exit input opens by itself; button: a person presses it"
    )
    in_fault: bool = Field(True, description="exit works while entry is refused or out of service")


class Camera(Section):
    driver: Literal["sim", "v4l2", "rtsp", "file", "nvdec", "picamera2", "argus"] = Field(
        "v4l2",
        description="picamera2, argus: a ribbon camera of a Pi, of a Jetson; nvdec: a file or an address, "
        "decoded by an NVIDIA GPU and kept on it",
    )
    source: str = Field("0", description="device index, address or file")
    source_low: str | None = Field(
        None, description="rtsp: address of the same view in a small stream, for when the way is bad"
    )
    role: Literal["both", "plates", "overview"] = Field(
        "both",
        description="plates: reads, and does not show where the arm comes down; overview: shows that, and "
        "reads nothing",
    )
    width: int = Field(1280, ge=64, le=8192)
    height: int = Field(720, ge=64, le=8192)
    fps: float = Field(15.0, gt=0.0, le=240.0)
    small_width: int = Field(
        640, ge=0, le=2048, description="picamera2: width of the stream while the gate only watches; 0: none"
    )
    exposure: Literal["auto", "plates"] = Field(
        "auto", description="auto: as the camera does; plates: a short shutter, and gain by the plate's light"
    )
    max_shutter_s: float = Field(
        0.002, ge=0.00005, le=0.1, description="of plates; docs/hardware/cameras.md computes it"
    )
    max_gain: float = Field(8.0, ge=1.0, le=64.0, description="of plates; more of it hides them in noise")
    roi: Polygon = Field(WHOLE_FRAME, description="where a vehicle is recognised, shares of the frame")
    veto_zone: Polygon | None = Field(
        None, description="where a vehicle vetoes closing; the ROI where not given"
    )
    approach: Literal["towards", "away", "any"] = Field("any", description="direction that may enter")
    frame_limit_s: Seconds = Field(1.0, description="an older frame decides nothing (law 8)")
    frozen_s: Seconds = Field(1.5, description="no new frame for this long puts the camera in doubt")

    @property
    def guards(self) -> bool:
        """It shows where the arm comes down: its sight vetoes closing."""
        return self.role != "plates"

    @property
    def reads(self) -> bool:
        """Its plates may open."""
        return self.role != "overview"


class Vision(Section):
    reader: str = Field("gatehouse", description="the model set that finds and reads plates; or ppocr")
    idle_fps: float = Field(2.0, gt=0.0, le=60.0, description="rate of watching the ROI")
    settled_fps: float = Field(
        5.0, gt=0.0, le=240.0, description="rate once every plate in the ROI is settled; not under idle_fps"
    )
    guard_fps: float = Field(4.0, gt=0.0, le=60.0, description="rate while the arm moves")
    recognise_fps: float = Field(15.0, gt=0.0, le=240.0)
    detect_side: int = Field(
        640, ge=160, le=2048, description="long side of the detector's input; finer finds smaller plates"
    )
    detection_threshold: Share = 0.5
    min_plate_length: int = Field(3, ge=1, le=12)
    max_plate_length: int = Field(10, ge=2, le=16)
    read_queue: int = Field(2, ge=1, le=64, description="plates waiting to be read; the rest is dropped")
    read_limit_s: Seconds = Field(3.0, description="a read that takes longer has hung")
    track_lost_s: Seconds = Field(1.5, description="a track unseen for this long is gone")
    loop_limit_s: Seconds = Field(5.0, description="an inference loop silent for this long has stopped")
    timing_every: int = Field(
        0, ge=0, le=100_000, description="take the time of every so many frames and reads; 0: of none"
    )


class Vote(Section):
    min_reads: int = Field(3, ge=1, le=50, description="agreeing reads that a decision needs")
    min_agreement: Share = Field(0.6, description="share of a track's reads that must agree")
    window_s: Seconds = Field(10.0, description="older reads of a track do not vote")


class Schedule(Section):
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = (
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
    )
    start: str = Field("00:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    end: str = Field("24:00", pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")


class Access(Section):
    regions: tuple[str, ...] = Field(("any",), min_length=1, description="see `gatehouse plates regions`")
    match_distance: int = Field(1, ge=0, le=3, description="edits between a read and a listed plate")
    recognition_threshold: Share = Field(0.6, description="a vote below this decides nothing")
    sure_threshold: Share = Field(0.8, description="characters that tell neighbours apart (law 7)")
    decision_expires_s: Seconds = Field(5.0, description="a decision opens within this time or never")
    evidence_limit_s: Seconds = Field(10.0, description="agreeing reads older than this do not count")
    anti_passback: bool = Field(False, description="refuse a plate that is already inside")
    witness: Literal["off", "report", "refuse"] = Field(
        "report", description="when a plate comes on another vehicle than always: an ALERT, or no entry"
    )
    timezone: str = Field("UTC", description="of the schedules, an IANA name")
    known_plates: dict[Plate, str] = Field(
        default_factory=dict, description="plate = owner; more with `gatehouse plates add`"
    )
    denied_plates: dict[Plate, str] = Field(default_factory=dict, description="plate = why")
    schedules: dict[str, tuple[Schedule, ...]] = Field(default_factory=dict)


class Record(Section):
    path: Path = Field(Path("data/gatehouse.db"), description="the database, on the data partition")
    retention_days: int = Field(30, ge=1, le=3650)
    min_free_mb: int = Field(64, ge=1, description="less free space is a fault before it is too late")
    busy_timeout_s: Seconds = Field(1.0, description="wait for another process's lock")


class Output(Section):
    pin: str = Field(min_length=1, description='gpiozero pin name, for one "GPIO17" or "BOARD11"')
    active_high: bool = True
    start: bool = False
    shutdown: bool = False
    max_on_s: Seconds | None = Field(None, description="released by itself after this time (law 5)")


class Input(Section):
    pin: str = Field(min_length=1, description='as of an output, or "ADC0" to "ADC7" of an MCP3008')
    active_high: bool = Field(False, description="false: a contact to ground, with a pull-up")
    debounce_s: float = Field(0.02, ge=0.0, le=1.0)
    normally_closed: bool = Field(False, description="true: a broken wire reads as active; for STOP")
    pull: Literal["board", "external"] = Field(
        "board", description="what holds an open wire: the board, or your resistor; a Jetson has none"
    )
    stuck_s: Seconds | None = Field(
        None, description="active for longer is reported; loop and beam: 1800; buttons: buttons.stuck_s"
    )


class Outputs(Section):
    open: Output | None = None
    close: Output | None = None
    stop: Output | None = None
    enable: Output | None = None
    lights: Output | None = None
    horn: Output | None = None


class InputsSection(Section):
    open_button: Input | None = None
    stop_button: Input | None = None
    service_button: Input | None = None
    exit: Input | None = None
    loop: Input | None = None
    beam: Input | None = None
    limit_open: Input | None = None
    limit_closed: Input | None = None


class EndOfLine(Section):
    """Resistors of inputs on the ADC: a pull-up at the board, the other two at the contact."""

    pull_up_ohm: float = Field(4700.0, gt=0.0, le=1e6, description="from the channel to 3.3 V")
    series_ohm: float = Field(4700.0, gt=0.0, le=1e6, description="in line with the contact")
    parallel_ohm: float = Field(10_000.0, gt=0.0, le=1e6, description="across the contact")
    tolerance: float = Field(0.05, gt=0.0, le=0.2, description="around each state, of the ADC's range")


class Serial(Section):
    port: str = "/dev/ttyUSB0"
    baud: int = Field(115200, ge=1200, le=4_000_000)
    heartbeat_s: Seconds = Field(0.2, description="the peer stops when it hears none for three")


class CardsSection(Section):
    """Plates as cards, for [wiegand] and [osdp]."""

    bits: Literal[26, 34] = Field(26, description="Wiegand format: 24 or 32 bits of number, and parity")
    numbers: dict[Plate, Annotated[int, Field(ge=0, lt=2**32)]] = Field(
        default_factory=dict, description="plate = card number, the facility's bits included"
    )
    derive: bool = Field(True, description="true: a plate without a number has one of its characters")


class Wiegand(Section):
    """Let in by recognition: the plate's card goes to an access controller over two lines."""

    data0: str = Field(min_length=1, description="pin of DATA0, through a level shifter")
    data1: str = Field(min_length=1, description="pin of DATA1, through a level shifter")
    active_high: bool = Field(True, description="true: a high pin pulls its line low, by a transistor")


class Osdp(Section):
    """Let in by recognition: the plate's card goes to a control panel over RS-485, not encrypted."""

    port: str = Field("/dev/ttyUSB1", min_length=1)
    baud: int = Field(9600, ge=9600, le=230_400)
    address: int = Field(0, ge=0, le=126, description="of this reader on its bus")
    serial: int = Field(1, ge=0, lt=2**32, description="serial number that it tells the panel")


BACKENDS = ("onnxruntime", "openvino", "ncnn", "tensorrt", "onnxruntime-cuda")
"""What `infer.chain` may name; each is a module of `infer/`."""


class Infer(Section):
    chain: tuple[str, ...] = Field(
        ("onnxruntime",), min_length=1, description="backends, best first; docs/models.md lists them"
    )
    fallback: Literal["allow", "never"] = Field(
        "allow", description="never: refuse to recognise on any but the first backend of the chain"
    )
    threads: int = Field(0, ge=0, le=64, description="of one run; 0: as many as the backend thinks best")
    precision: Literal["auto", "fp32", "fp16", "int8"] = Field(
        "auto", description="of the nets that have it; auto: what each net's manifest prefers"
    )
    models: Path = Field(
        Path("data/models"), description="your own nets; they come before the shipped ones of their name"
    )
    engines: Path = Field(
        Path("data/engines"), description="engines that were built for this board; may be deleted"
    )
    build_limit_s: Seconds = Field(900.0, description="to build one engine; minutes on a small board")
    dla: int = Field(-1, ge=-1, le=1, description="TensorRT: this deep learning accelerator; -1: the GPU")
    measured: Path = Field(
        Path("data/measured.toml"),
        description="what `gatehouse bench --backends` and `gatehouse tune` picked on this board",
    )


class Seat(Section):
    """Where threads run, and whether they come first. The nets' own threads sit with `vision`."""

    cores: tuple[Annotated[int, Field(ge=0, le=1023)], ...] = Field(
        (), description="processors that it may use, counted from 0; empty: all"
    )
    nice: int | None = Field(
        None, ge=-5, le=19, description="lower comes first; below 0 needs LimitNICE= in the unit"
    )


class Threads(Section):
    capture: Seat = Seat()
    vision: Seat = Seat()
    reading: Seat = Seat()
    gate: Seat = Seat()
    record: Seat = Seat()


class Watchdog(Section):
    enabled: bool = True
    loop_limit_s: Seconds = Field(10.0, description="no feeding once the loop is silent for this long")


class Recovery(Section):
    """What the gate may do to mend itself; docs/reliability.md tells the rungs."""

    reboot: bool = Field(
        False, description="true: may ask systemd to reboot the board, while nothing moves or waits"
    )
    reboots_a_day: int = Field(2, ge=1, le=10, description="more than these, and it stays as it is")
    request: Path = Field(
        Path("/run/gatehouse/reboot"), description="made to ask for it; gatehouse-reboot.path waits for it"
    )


class Power(Section):
    """The board's power mode: saving while nobody is there, full from the first sight of a vehicle."""

    mode: Literal["auto", "saving", "full", "off"] = Field(
        "off", description="auto: full on a vehicle, else saving; saving, full: always; off: left as it is"
    )
    driver: Literal["none", "cpufreq", "nvpmodel"] = Field(
        "none", description="cpufreq: the kernel's governors; nvpmodel: NVIDIA's tools on a Jetson"
    )
    saving_governor: str = Field("powersave", min_length=1, description="cpufreq: the saving mode")
    full_governor: str = Field("performance", min_length=1, description="cpufreq: the full mode")
    saving_model: int | None = Field(None, ge=0, description="nvpmodel: number of the saving mode")
    full_model: int | None = Field(None, ge=0, description="nvpmodel: number of the full mode")
    hold_clocks: bool = Field(True, description="nvpmodel: jetson_clocks holds the clocks up in full mode")
    quiet_s: Seconds = Field(30.0, description="back to saving when nothing new was seen for this long")
    switch_limit_s: Seconds = Field(5.0, description="a tool that has not ended by then is killed")
    supply: Literal["none", "raspberry", "jetson"] = Field(
        "none", description="whose firmware tells of undervoltage and throttling"
    )


Celsius = Annotated[float, Field(ge=20.0, le=110.0)]


class Thermal(Section):
    """What a hot board does less of, one step after the other; docs/hardware/power.md."""

    enabled: bool = Field(False, description="true: read the kernel's thermal zones and act on them")
    act_c: Celsius = Field(75.0, description="from here on it looks less, a step each dwell_s")
    degrade_c: Celsius = Field(80.0, description="from here on recognition rests; buttons and exit work")
    hysteresis_c: float = Field(5.0, ge=1.0, le=30.0, description="a step is taken back this much cooler")
    dwell_s: Seconds = Field(30.0, description="least time at a step, for what it did to show")
    idle_fps: float = Field(1.0, gt=0.0, le=60.0, description="step 1: rate of watching")
    detect_side: int = Field(
        320, ge=0, le=2048, description="step 2: long side of the detector's input; 0: as it is"
    )
    recognise_fps: float = Field(
        5.0, gt=0.0, le=240.0, description="step 3: rate of recognising, in the saving mode of [power]"
    )
    ignore_zones: tuple[str, ...] = Field(
        ("PMIC-Die",), description="zones that tell no temperature; a Jetson's PMIC-Die says a constant"
    )


class Update(Section):
    """Where updates come from, when they may be installed, and what they have to prove; docs/updates.md."""

    slots: Literal["auto", "none", "rpi_tryboot", "jetson_nvbootctrl"] = Field(
        "auto", description="how the board boots one of two systems; auto: as found; none: it has one"
    )
    family: str = Field("", max_length=64, description="what its bundles are for; empty: by the board")
    folder: Path = Field(
        Path("/var/lib/gatehouse-updates"),
        description="what became of updates, releases, fetched bundles; nobody but root may write there",
    )
    boot_files: Path = Field(Path("/boot/config"), description="where the partition of autoboot.txt is")
    rauc: Path = Field(Path("/etc/rauc/system.conf"), description="RAUC's configuration; names the keys")
    prove_s: Seconds = Field(600.0, description="what is new proves itself within this time, or goes back")
    settle_s: Seconds = Field(45.0, description="all holds for this long: a lost camera takes time to show")
    source: Literal["none", "usb", "folder", "hawkbit"] = Field(
        "none", description="asked by `gatehouse ota poll`; folder: a web server's, hawkbit: a fleet server"
    )
    url: str = Field("", max_length=512, description="of the folder or of the fleet server; https")
    plain_http: bool = Field(False, description="true: http will do, on a network that is trusted")
    ring: int = Field(0, ge=0, le=9, description="folder: 0 takes updates first, 9 last")
    tenant: str = Field("DEFAULT", min_length=1, description="hawkbit: the tenant")
    gate_id: str = Field("", max_length=128, description="hawkbit: its controller id; empty: gate.name")
    token: Literal["TargetToken", "GatewayToken"] = Field("TargetToken", description="hawkbit: which kind")
    token_file: Path | None = Field(None, description="a file with the token alone, readable by root")
    usb: Path = Field(Path("/media"), description="usb: the folder in which sticks are mounted")
    windows: tuple[Schedule, ...] = Field((), description="when updates may be installed; none: always")


class StatusLed(Section):
    name: str = Field(
        "", max_length=64, pattern=r"^[^/]*$", description="of /sys/class/leds; docs/image.md; empty: none"
    )


class ClockSection(Section):
    trust: Literal["auto", "always"] = Field(
        "auto", description="auto: a real-time clock or network time; always: the owner vouches"
    )


class Sim(Section):
    """The digital twin; used on the `sim` board only."""

    detect_s: Seconds = Field(0.06, description="modelled time of one detection")
    read_s: Seconds = Field(0.08, description="modelled time of one read")
    record_s: Seconds = Field(0.004, description="modelled time of one durable write")
    arm_s: Seconds = Field(2.5, description="travel time of the arm")


class Config(Section):
    """The whole configuration."""

    board: str = Field("auto", description="a profile of etc/boards, or auto")
    gate: Gate = Gate()
    barrier: Barrier = Barrier()
    car: Car = Car()
    buttons: Buttons = Buttons()
    exit: Exit = Exit()
    cameras: dict[str, Camera] = Field(default_factory=dict)
    vision: Vision = Vision()
    vote: Vote = Vote()
    access: Access = Access()
    record: Record = Record()
    pin_factory: Literal["mock", "lgpio", "jetson"] = "lgpio"
    outputs: Outputs = Outputs()
    inputs: InputsSection = InputsSection()
    end_of_line: EndOfLine = EndOfLine()
    serial: Serial = Serial()
    cards: CardsSection = CardsSection()
    wiegand: Wiegand | None = None
    osdp: Osdp | None = None
    infer: Infer = Infer()
    threads: Threads = Threads()
    watchdog: Watchdog = Watchdog()
    recovery: Recovery = Recovery()
    power: Power = Power()
    thermal: Thermal = Thermal()
    update: Update = Update()
    clock: ClockSection = ClockSection()
    status_led: StatusLed = StatusLed()
    sim: Sim = Sim()
