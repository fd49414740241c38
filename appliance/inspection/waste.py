"""Settings that work but waste the board: each costs rate, heat or power and gains nothing."""

from __future__ import annotations

from ..config.schema import Camera
from .report import Reports, waste
from .site import Site

CAMERA = "camera"
# Drivers that decode every picture on the processor, looked at or not.
_DECODES = ("rtsp", "v4l2")
_RATE_MARGIN = 2.0
# A plate that the detector finds is some 30 pixels wide in its input; four times that is all that a
# reader's input of 192 pixels takes.
_PLATES_FAR = 4.0


def detector_side(site: Site) -> Reports:
    side, cameras = site.config.vision.detect_side, site.config.cameras
    longest = max((max(c.width, c.height) for c in cameras.values()), default=side)
    if side > longest:
        yield waste(
            "vision",
            f"vision.detect_side = {side} is finer than any camera ({longest}): pixels are made up.",
            f"Write detect_side = {longest // 32 * 32}, or take a finer camera mode.",
        )


def recognise_rate(site: Site) -> Reports:
    wanted = site.config.vision.recognise_fps
    best = max((camera.fps for camera in site.config.cameras.values()), default=wanted)
    if wanted > best:
        yield waste(
            "vision",
            f"vision.recognise_fps = {wanted:g} is above what any camera gives ({best:g}).",
            f"Write recognise_fps = {best:g}, or raise the camera's fps.",
        )


def idle_rate(site: Site) -> Reports:
    vision = site.config.vision
    if vision.idle_fps >= vision.recognise_fps:
        yield waste(
            "vision",
            f"vision.idle_fps = {vision.idle_fps:g} is as high as recognise_fps: the board never rests.",
            "Write idle_fps = 2, or let `gatehouse tune` find it on your footage.",
        )


def camera_rate(site: Site) -> Reports:
    wanted = site.config.vision.recognise_fps
    for name, camera in site.config.cameras.items():
        if camera.driver in _DECODES and camera.fps > _RATE_MARGIN * wanted:
            yield waste(
                f"{CAMERA} {name}",
                f"cameras.{name}.fps = {camera.fps:g}, of which {wanted:g} are looked at: the rest is decoded"
                " for nothing.",
                f"Write fps = {wanted:g}, and set the camera's stream to it.",
            )


def camera_size(site: Site) -> Reports:
    for name, camera in site.config.cameras.items():
        yield from size_of(site, name, camera, max(camera.width, camera.height))


def size_of(site: Site, name: str, camera: Camera, longest: int) -> Reports:
    """Pictures `longest` pixels long, configured or seen."""
    side = site.config.vision.detect_side
    if camera.driver != "sim" and longest > _PLATES_FAR * side:
        yield waste(
            f"{CAMERA} {name}",
            f"Pictures of {longest} pixels are looked at with {side}: a plate fine enough to need them is not"
            " found.",
            f"Take a mode of {int(_PLATES_FAR * side)} pixels or less, or raise vision.detect_side.",
        )


def seats_and_threads(site: Site) -> Reports:
    cores, threads = site.config.threads.vision.cores, site.config.infer.threads
    if cores and threads == 0:
        yield waste(
            "engines",
            "infer.threads = 0 lets the backend choose its cores, whatever threads.vision.cores says.",
            f"Write infer.threads = {len(cores)}.",
        )
    if cores and threads > len(cores):
        yield waste(
            "engines",
            f"infer.threads = {threads} share {len(cores)} cores (threads.vision), and wait for each other.",
            f"Write infer.threads = {len(cores)}.",
        )


def accelerator(site: Site) -> Reports:
    on_gpu = {"tensorrt", "onnxruntime-cuda"}
    chain = site.config.infer.chain
    if site.board.is_jetson and not on_gpu & set(chain):
        yield waste(
            "engines",
            f"infer.chain = {list(chain)} leaves the Jetson's GPU idle.",
            'Write chain = ["tensorrt", "onnxruntime-cuda", "onnxruntime"].',
        )
    elif site.board.is_jetson and chain[0] not in on_gpu:
        yield waste(
            "engines",
            f"infer.chain begins with {chain[0]}, on the processor.",
            'Name "tensorrt" first.',
        )


def precision(site: Site) -> Reports:
    """The shipped nets are proven in INT8 on processors that multiply it; a Cortex-A72 does not."""
    infer = site.config.infer
    if infer.precision == "fp32" and infer.chain[0] in ("onnxruntime", "openvino") and _has_dot_product(site):
        yield waste(
            "engines",
            'infer.precision = "fp32", where INT8 is proven and about twice as fast.',
            'Write precision = "auto".',
        )


def saving_mode(site: Site) -> Reports:
    """A gate waits most of its day: full clocks meanwhile are heat and nothing else."""
    mode = site.config.power.mode
    if mode not in ("off", "full") or not (site.board.is_pi or site.board.is_jetson):
        return
    remedy = 'Write mode = "auto" and driver = "cpufreq" under [power].'
    if site.board.is_jetson:
        remedy = 'Write mode = "auto" under [power], where the unit may run NVIDIA\'s tools as root.'
    yield waste("power", f'power.mode = "{mode}": the board does not save while nobody is there.', remedy)


def timing(site: Site) -> Reports:
    if site.config.vision.timing_every:
        yield waste(
            "vision",
            f"vision.timing_every = {site.config.vision.timing_every} takes the time of frames for nobody.",
            "Write timing_every = 0; `gatehouse bench` has its own.",
        )


def _has_dot_product(site: Site) -> bool:
    """Whether the processor multiplies INT8 in fours: asimddp on ARM, VNNI on x86."""
    flags = site.text("proc/cpuinfo")
    return "asimddp" in flags or "vnni" in flags
